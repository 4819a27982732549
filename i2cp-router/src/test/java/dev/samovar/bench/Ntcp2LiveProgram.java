package dev.samovar.bench;

import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.DatabaseLookup;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.transport.DialFailure;
import dev.samovar.transport.DisconnectReason;
import dev.samovar.transport.TransportListener;
import dev.samovar.transport.ntcp2.Ntcp2Config;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Proof against a real peer: dials the router of a {@code router.info}, asks it for its own RouterInfo, then makes it dial
 * us. Arguments: router.info, network id, our address, a second address.
 */
public final class Ntcp2LiveProgram {

    private static final int TOKEN = 0x0badf00d;
    private static final int WAIT_SECONDS = 30;

    private Ntcp2LiveProgram() {}

    /** Prints what it is told; counts down what is waited for. */
    private static final class Watcher implements TransportListener {
        final String name;
        final CountDownLatch connected = new CountDownLatch(1);
        final CountDownLatch inbound = new CountDownLatch(1);
        final CountDownLatch store = new CountDownLatch(1);
        final CountDownLatch status = new CountDownLatch(1);

        Watcher(String name) {
            this.name = name;
        }

        private void say(String what) {
            System.out.println(name + ": " + what);
        }

        @Override
        public void onConnected(RouterInfo peer, boolean in) {
            say("connected, inbound=" + in);
            (in ? inbound : connected).countDown();
        }

        @Override
        public void onRouterInfo(Hash from, RouterInfo info, boolean flood) {
            say("RouterInfo of the peer, verifies=" + info.verify() + " flood=" + flood);
        }

        @Override
        public void onMessage(Hash from, I2npMessage message) {
            say("message of type " + message.typeCode() + ", " + message.body().readableBytes() + " bytes");
            if (message.typeCode() == 1) {
                store.countDown();
            }
            if (message.typeCode() == 10 && message.body().getInt(message.body().readerIndex()) == TOKEN) {
                status.countDown();
            }
            message.release();
        }

        @Override
        public void onDisconnected(Hash peer, DisconnectReason reason) {
            say("disconnected: " + reason);
        }

        @Override
        public void onDialFailed(Hash peer, DialFailure reason) {
            say("dial failed: " + reason);
        }

        @Override
        public void onClockSkew(Hash peer, long skewMillis) {
            say("clock skew " + skewMillis + " ms");
        }
    }

    public static void main(String[] args) throws Exception {
        RouterInfo peer = RouterInfo.fromBytes(Files.readAllBytes(Path.of(args[0])));
        int network = Integer.parseInt(args[1]);
        Watcher first = new Watcher("first");
        Watcher second = new Watcher("second");
        int failures = 0;
        Ntcp2Node one = node(network, args[2], first);
        Ntcp2Node two = node(network, args[3], second);
        {
            long expires = System.currentTimeMillis() + 30_000;
            System.out.println("first: send "
                    + one.on(() -> one.manager.send(
                            peer,
                            new DatabaseLookup(
                                            peer.hash(),
                                            one.keys.identity().hash(),
                                            DatabaseLookup.Kind.ROUTER_INFO,
                                            0,
                                            List.of(),
                                            null)
                                    .toMessage(1, expires))));
            failures += expect(first.connected, "the initiator is accepted");
            failures += expect(first.store, "a lookup is answered");
            one.on(() -> {
                one.manager.disconnect(peer.hash(), DisconnectReason.IDLE);
                return null;
            });
            TimeUnit.SECONDS.sleep(1);
            // a store of the second router whose acknowledgement is to go to the first: the peer has to dial it
            RouterInfo stored = two.on(two::info);
            two.on(() -> two.manager.send(
                    peer,
                    new DatabaseStore(
                                    two.keys.identity().hash(),
                                    0,
                                    TOKEN,
                                    0,
                                    one.keys.identity().hash(),
                                    stored.bytes())
                            .toMessage(2, System.currentTimeMillis() + 30_000)));
            failures += expect(first.inbound, "the peer dials us");
            failures += expect(first.status, "its message comes over that session");
            System.out.println("first: " + one.on(one.manager::status));
            one.close();
            two.close();
        }
        System.out.println(failures == 0 ? "ALL WELL" : failures + " FAILED");
        System.exit(failures);
    }

    private static Ntcp2Node node(int network, String host, Watcher watcher) throws Exception {
        return new Ntcp2Node(
                Ntcp2Config.of(network, false, Ntcp2Config.Endpoint.at(new InetSocketAddress(host, 17_998))),
                1,
                1,
                "LR",
                watcher);
    }

    private static int expect(CountDownLatch latch, String what) throws InterruptedException {
        boolean came = latch.await(WAIT_SECONDS, TimeUnit.SECONDS);
        System.out.println((came ? "OK    " : "WRONG ") + what);
        return came ? 0 : 1;
    }
}
