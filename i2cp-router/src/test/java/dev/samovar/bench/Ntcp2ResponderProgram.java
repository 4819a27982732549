package dev.samovar.bench;

import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.transport.DialFailure;
import dev.samovar.transport.DisconnectReason;
import dev.samovar.transport.TransportListener;
import dev.samovar.transport.ntcp2.Ntcp2Config;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * The side that is measured: takes sessions, drops messages. Arguments: host, port, network id, the file to write its
 * RouterInfo to. Runs until it is killed.
 */
public final class Ntcp2ResponderProgram {

    private Ntcp2ResponderProgram() {}

    /** Drops everything. */
    public static class Sink implements TransportListener {
        @Override
        public void onConnected(RouterInfo peer, boolean inbound) {}

        @Override
        public void onRouterInfo(Hash from, RouterInfo info, boolean flood) {}

        @Override
        public void onMessage(Hash from, I2npMessage message) {
            message.release();
        }

        @Override
        public void onDisconnected(Hash peer, DisconnectReason reason) {}

        @Override
        public void onDialFailed(Hash peer, DialFailure reason) {}

        @Override
        public void onClockSkew(Hash peer, long skewMillis) {}
    }

    public static void main(String[] args) throws Exception {
        InetSocketAddress address = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        Ntcp2Node node = new Ntcp2Node(
                Ntcp2Config.of(Integer.parseInt(args[2]), true, Ntcp2Config.Endpoint.at(address)),
                1,
                2,
                "XR",
                new Sink());
        Files.write(Path.of(args[3]), node.on(node::info).bytes());
        System.out.println("READY");
        new CountDownLatch(1).await();
    }
}
