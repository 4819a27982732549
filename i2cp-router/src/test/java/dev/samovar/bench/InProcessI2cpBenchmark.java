package dev.samovar.bench;

import dev.samovar.base.CryptoPool;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.SecureEntropy;
import dev.samovar.base.SystemClock;
import dev.samovar.crypto.SigType;
import dev.samovar.data.DestinationKeys;
import dev.samovar.i2cp.client.CloseReason;
import dev.samovar.i2cp.client.CreateResult;
import dev.samovar.i2cp.client.DeliveryStatus;
import dev.samovar.i2cp.client.I2cpClient;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.InboundMessage;
import dev.samovar.i2cp.client.OutboundMessage;
import dev.samovar.i2cp.client.Protocol;
import dev.samovar.i2cp.client.SendOutcome;
import dev.samovar.i2cp.client.SessionOptions;
import dev.samovar.i2cp.client.TcpI2cpClient;
import dev.samovar.i2cp.message.ClientPayload;
import dev.samovar.i2cp.server.I2cpServer;
import dev.samovar.router.LocalRouter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;

/**
 * Messages of 1.8 kB from one session to another on network local, by hand: in process on one lane, on two, and over TCP.
 * Prints microseconds for each message, both sides together.
 */
final class InProcessI2cpBenchmark {

    private static final int PAYLOAD = 1800;
    private static final int MESSAGES = 400_000;

    private InProcessI2cpBenchmark() {}

    public static void main(String[] arguments) throws InterruptedException {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        EventLoopLane one = new EventLoopLane(group.next(), SystemClock.INSTANCE);
        EventLoopLane two = new EventLoopLane(group.next(), SystemClock.INSTANCE);
        CryptoPool crypto = new CryptoPool(1);
        LocalRouter router = new LocalRouter(one, SecureEntropy.INSTANCE, crypto);
        I2cpServer server = new I2cpServer(group, one, router.port(), SecureEntropy.INSTANCE, crypto);
        int port = ((InetSocketAddress) server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .syncUninterruptibly()
                        .channel()
                        .localAddress())
                .getPort();
        I2cpClient tcp = new TcpI2cpClient(group, "127.0.0.1", port, SecureEntropy.INSTANCE, crypto, crypto);
        for (int round = 0; round < 4; round++) {
            run("one lane ", router.client(), one);
            run("two lanes", router.client(), two);
            run("tcp      ", tcp, two);
        }
        System.exit(0);
    }

    private static void run(String what, I2cpClient client, EventLoopLane lane) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        Receiver receiver = new Receiver(done);
        I2cpClientSession to = create(client, lane, receiver);
        Sender sender = new Sender(to);
        I2cpClientSession from = create(client, lane, sender);
        sender.session = from;
        receiver.sender = sender;
        long start = System.nanoTime();
        lane.execute(sender::pump);
        done.await();
        long nanos = System.nanoTime() - start;
        System.out.printf(
                "%s %.2f us, %.0f MB/s, congested %d%n",
                what, nanos / 1000.0 / MESSAGES, PAYLOAD * 1000.0 * MESSAGES / nanos, sender.congested);
        lane.execute(from::close);
        lane.execute(to::close);
        Thread.sleep(100);
    }

    private static I2cpClientSession create(
            I2cpClient client, EventLoopLane lane, I2cpClientSession.Listener listener) {
        DestinationKeys keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, SecureEntropy.INSTANCE);
        CreateResult result = client.createSession(lane, keys, SessionOptions.NONE, listener)
                .syncUninterruptibly()
                .getNow();
        return ((CreateResult.Created) result).session();
    }

    /** Sends in bursts, as streams do when acknowledgements come. */
    private static final class Sender extends Quiet {
        private static final int WINDOW = 128;

        private final I2cpClientSession to;
        private I2cpClientSession session;
        private int sent;
        private int acknowledged;
        private int congested;

        Sender(I2cpClientSession to) {
            this.to = to;
        }

        void pump() {
            while (sent < MESSAGES && sent - acknowledged < WINDOW) {
                ByteBuf payload =
                        ByteBufAllocator.DEFAULT.heapBuffer(ClientPayload.HEADROOM + PAYLOAD + ClientPayload.TAILROOM);
                payload.setIndex(ClientPayload.HEADROOM, ClientPayload.HEADROOM + PAYLOAD);
                if (session.send(new OutboundMessage(to.destination(), Protocol.STREAMING, 0, 0, 0, payload))
                        != SendOutcome.ACCEPTED) {
                    congested++;
                    return;
                }
                sent++;
            }
        }

        @Override
        public void onWritable() {
            pump();
        }
    }

    private static final class Receiver extends Quiet {
        private final CountDownLatch done;
        private Sender sender;
        private int received;

        Receiver(CountDownLatch done) {
            this.done = done;
        }

        @Override
        public void onMessage(InboundMessage message) {
            message.payload().release();
            received++;
            if (received % 32 == 0) {
                sender.acknowledged = received;
                sender.pump();
            }
            if (received == MESSAGES) {
                done.countDown();
            }
        }
    }

    private static class Quiet implements I2cpClientSession.Listener {
        @Override
        public void onMessage(InboundMessage message) {
            message.payload().release();
        }

        @Override
        public void onWritable() {}

        @Override
        public void onDelivery(int tracking, DeliveryStatus status) {}

        @Override
        public void onClosed(CloseReason reason) {}
    }
}
