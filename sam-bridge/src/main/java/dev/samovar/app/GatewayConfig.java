package dev.samovar.app;

import dev.samovar.data.RouterVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

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

        /**
         * Our own, as a member of a network of routers.
         *
         * @param i2cp where I2CP clients connect
         * @param network {@code live}, the public one, or {@code private}, one of the operator's
         * @param netId the number of the network
         * @param seed a zip, su3, folder or router.info that exists, or null
         * @param reseed whether the network has hosts that tell new routers of others
         * @param hosts the addresses to listen on, to publish and to connect from, one of each IP version at most; without
         *     any this router is not reachable
         * @param port the port there, or 0: to be chosen once and kept
         * @param floodfill whether it serves as one; only with a host
         * @param allowReservedAddresses whether loopback and private addresses are as good as others
         * @param minPeerVersion the oldest version of a router to talk to
         * @param bandwidth what goes to other routers at most, and what comes from them, each in kB a second
         * @param transit whether tunnels of others may go through it
         * @param proxy the SOCKS5 proxy for all outgoing connections, or null
         */
        record Member(
                InetSocketAddress i2cp,
                String network,
                int netId,
                Path seed,
                boolean reseed,
                List<InetAddress> hosts,
                int port,
                boolean floodfill,
                boolean allowReservedAddresses,
                RouterVersion minPeerVersion,
                int bandwidth,
                boolean transit,
                HostPort proxy)
                implements RouterChoice {

            public Member {
                hosts = List.copyOf(hosts);
            }
        }

        /** Another program's, by its I2CP port. */
        record External(String host, int port) implements RouterChoice {}
    }
}
