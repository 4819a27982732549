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
     * Bounds of the bridge.
     *
     * @param connections sockets at one time; more are answered with an error and closed
     * @param sessions sessions at one time; more are answered with an error
     * @param helloSeconds for the HELLO line, and again for the first command behind it; then answered and closed
     */
    public record Limits(int connections, int sessions, int helloSeconds) {

        public static Limits defaults() {
            return new Limits(16_384, 4_096, 60);
        }
    }
}
