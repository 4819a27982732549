package dev.samovar.i2cp.client;

import dev.samovar.base.CryptoPool;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.SecureEntropy;
import dev.samovar.base.SystemClock;
import dev.samovar.crypto.SigType;
import dev.samovar.data.DestinationKeys;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Our client against any router by hand: two sessions, a lookup, ten tracked messages. Arguments: host, port, hops.
 * Ends with {@code PASS} or {@code FAIL}.
 */
final class TwoSessionsProgram {

    private static final int MESSAGES = 10;

    private TwoSessionsProgram() {}

    public static void main(String[] arguments) throws InterruptedException {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        EventLoopLane lane = new EventLoopLane(group.next(), SystemClock.INSTANCE);
        CryptoPool crypto = new CryptoPool(2);
        I2cpClient client = new TcpI2cpClient(
                group, arguments[0], Integer.parseInt(arguments[1]), SecureEntropy.INSTANCE, crypto, crypto);
        CountDownLatch received = new CountDownLatch(MESSAGES);
        I2cpClientSession one = create(client, lane, "one", arguments[2], received);
        I2cpClientSession two = create(client, lane, "two", arguments[2], received);
        boolean passed = one != null && two != null;
        if (passed) {
            LookupTarget target = new LookupTarget.ByHash(two.destination().hash());
            lane.execute(() -> one.lookup(target).addListener(found -> System.out.println("lookup " + found.getNow())));
            for (int i = 1; i <= MESSAGES; i++) {
                int tracking = i;
                lane.execute(() -> one.send(new OutboundMessage(
                        two.destination(),
                        Protocol.RAW,
                        1,
                        2,
                        tracking,
                        Unpooled.copiedBuffer("message " + tracking, StandardCharsets.UTF_8))));
                Thread.sleep(500);
            }
            passed = received.await(30, TimeUnit.SECONDS);
            lane.execute(one::close);
            lane.execute(two::close);
            Thread.sleep(500);
        }
        System.out.println(passed ? "PASS" : "FAIL, missing " + received.getCount());
        System.exit(passed ? 0 : 1);
    }

    private static I2cpClientSession create(
            I2cpClient client, EventLoopLane lane, String name, String hops, CountDownLatch received) {
        long start = System.nanoTime();
        SessionOptions options = SessionOptions.of(Map.of(
                "inbound.length",
                hops,
                "outbound.length",
                hops,
                "inbound.allowZeroHop",
                "true",
                "outbound.allowZeroHop",
                "true"));
        CreateResult result = client.createSession(
                        lane,
                        DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, SecureEntropy.INSTANCE),
                        options,
                        new I2cpClientSession.Listener() {
                            @Override
                            public void onMessage(InboundMessage message) {
                                System.out.println(
                                        name + " got " + message.payload().readableBytes() + " bytes");
                                message.payload().release();
                                received.countDown();
                            }

                            @Override
                            public void onWritable() {}

                            @Override
                            public void onDelivery(int tracking, DeliveryStatus status) {
                                System.out.println(name + " " + tracking + " " + status);
                            }

                            @Override
                            public void onClosed(CloseReason reason) {
                                System.out.println(name + " closed " + reason);
                            }
                        })
                .syncUninterruptibly()
                .getNow();
        System.out.println(name + " " + result + " after " + (System.nanoTime() - start) / 1_000_000 + " ms");
        return result instanceof CreateResult.Created created ? created.session() : null;
    }
}
