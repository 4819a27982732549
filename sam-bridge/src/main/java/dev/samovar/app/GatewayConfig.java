package dev.samovar.app;

import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * All settings of one run, checked.
 *
 * @param sam where SAM clients connect
 * @param samUdp where SAM clients send datagrams
 * @param router which router carries the traffic
 * @param dataDir where files are kept
 */
record GatewayConfig(InetSocketAddress sam, InetSocketAddress samUdp, RouterChoice router, Path dataDir) {

    /** The router behind the bridge. */
    sealed interface RouterChoice {

        /**
         * Our own, on the network that exists only in this process.
         *
         * @param i2cp where I2CP clients connect
         */
        record EmbeddedLocal(InetSocketAddress i2cp) implements RouterChoice {}

        /** Another program's, by its I2CP port. */
        record External(String host, int port) implements RouterChoice {}
    }
}
