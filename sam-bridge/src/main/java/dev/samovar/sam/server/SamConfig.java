package dev.samovar.sam.server;

import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * Where the bridge listens, and how much it bears.
 *
 * @param tcp where clients connect
 * @param udp where clients send datagrams
 * @param hostsFile names of the user's own; need not exist
 * @param limits see {@link Limits}
 */
public record SamConfig(InetSocketAddress tcp, InetSocketAddress udp, Path hostsFile, Limits limits) {

    /**
     * Bounds of the bridge. What is beyond one is answered with an error that names it.
     *
     * @param connections sockets at one time; more are closed behind the answer
     * @param unGreeted sockets at one time that have not said HELLO yet; more are closed behind the answer
     * @param sessions sessions at one time, those being made included
     * @param pendingAccepts ACCEPTs of one session that wait at one time
     * @param helloSeconds for the HELLO line, and again for the first command behind it; then answered and closed
     */
    public record Limits(int connections, int unGreeted, int sessions, int pendingAccepts, int helloSeconds) {

        public static Limits defaults() {
            return new Limits(16_384, 1_024, 4_096, 512, 60);
        }
    }
}
