package dev.samovar.streaming;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Cancellable;
import dev.samovar.i2cp.client.InboundMessage;
import dev.samovar.testkit.Fuzz;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.SimLink;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Any calls in any order, from within callbacks too, between packets that are damaged, repeated or swapped. */
class OperationSequenceTest {

    private static final int WORLDS = 250;
    private static final int OPERATIONS = 150;
    private static final int MAX_CAPTURED = 500;

    @Test
    void noSequenceOfOperationsThrowsLeaksOrHangs() {
        for (long seed = 1; seed <= WORLDS; seed++) {
            try {
                new Run(seed).run();
            } catch (AssertionError | RuntimeException failed) {
                throw new AssertionError("seed " + seed + ": " + failed, failed);
            }
        }
    }

    private static final class Run {

        private final SeededEntropy choice;
        private final Random damage;
        private final StreamWorld world;
        private final List<User> users = new ArrayList<>();
        private final List<Cancellable> accepts = new ArrayList<>();
        private final List<byte[]> captured = new ArrayList<>();
        private int depth;
        private boolean quiet;

        Run(long seed) {
            choice = new SeededEntropy(seed * 6151);
            damage = new Random(seed);
            int loss = choice.below(20);
            int latency = choice.below(100);
            int jitter = choice.below(100);
            int signer = choice.below(3) == 0 ? 0 : choice.below(200);
            world = StreamWorld.slowSigner(seed, sim -> new SimLink(sim, latency, jitter, loss, 10), signer);
            for (StreamWorld.Side side : new StreamWorld.Side[] {world.alice, world.bob}) {
                side.session.tap(message -> {
                    if (captured.size() < MAX_CAPTURED) {
                        byte[] bytes = new byte[message.payload().readableBytes()];
                        message.payload().getBytes(message.payload().readerIndex(), bytes);
                        captured.add(bytes);
                    }
                });
            }
        }

        void run() {
            for (int i = 0; i < OPERATIONS; i++) {
                world.on(this::operation);
                if (choice.below(3) != 0) {
                    world.world.runFor(choice.below(choice.below(10) == 0 ? 20_000 : 100), TimeUnit.MILLISECONDS);
                }
            }
            quiet = true;
            world.on(() -> {
                world.alice.session.congested(false);
                world.bob.session.congested(false);
            });
            // an accept that waits may still get a stream
            for (int pass = 0; pass < 2; pass++) {
                for (User user : List.copyOf(users)) {
                    world.on(user.socket::close);
                }
                world.world.runFor(30, TimeUnit.MINUTES);
            }
            for (User user : users) {
                assertEquals(1, user.ends, "ends told");
            }
            StreamWorld.endAll();
            assertEquals(0, world.alice.streams.openStreams());
            assertEquals(0, world.bob.streams.openStreams());
        }

        private StreamWorld.Side side() {
            return choice.below(2) == 0 ? world.alice : world.bob;
        }

        private void operation() {
            StreamWorld.Side side = side();
            switch (choice.below(20)) {
                case 0, 1 -> {
                    StreamWorld.Side to = choice.below(10) == 0 ? side : side == world.alice ? world.bob : world.alice;
                    long patience = TimeUnit.MILLISECONDS.toNanos(choice.below(60_000));
                    new User(side.streams.connect(to.keys.destination(), 1, 2, patience));
                }
                case 2, 3 -> accepts.add(side.streams.accept(User::new));
                case 4 -> {
                    if (!accepts.isEmpty()) {
                        accepts.remove(choice.below(accepts.size())).cancel();
                    }
                }
                case 5, 6, 7 -> inject(side);
                case 8 -> side.session.congested(choice.below(2) == 0);
                case 9 -> side.session.link().partition(choice.below(4) == 0);
                case 10 -> {
                    if (choice.below(40) == 0) {
                        side.streams.close();
                    }
                }
                default -> {
                    if (!users.isEmpty()) {
                        users.get(choice.below(users.size())).use();
                    }
                }
            }
        }

        private void inject(StreamWorld.Side to) {
            if (captured.isEmpty()) {
                return;
            }
            byte[] packet = captured.get(choice.below(captured.size()));
            byte[] bytes = choice.below(3) == 0 ? packet : Fuzz.mutate(packet, damage);
            to.streams.onMessage(new InboundMessage(6, 0, 0, Unpooled.copiedBuffer(bytes)));
        }

        /** Does anything at any time. */
        private final class User implements StreamSocket.Listener {

            private final StreamSocket socket;
            private int ends;

            User(StreamSocket socket) {
                this.socket = socket;
                users.add(this);
                socket.listener(this);
            }

            void use() {
                switch (choice.below(12)) {
                    case 0, 1, 2, 3 -> {
                        ByteBuf in = Unpooled.buffer();
                        in.writeZero(choice.below(choice.below(4) == 0 ? 400_000 : 3000));
                        int before = in.readableBytes();
                        int room = socket.writableBytes();
                        int taken = socket.write(in);
                        assertEquals(before - taken, in.readableBytes());
                        assertTrue(taken <= room);
                        in.release();
                    }
                    case 4, 5, 6, 7 -> {
                        ByteBuf bytes = socket.read(choice.below(100_000));
                        if (bytes != null) {
                            bytes.release();
                        }
                    }
                    case 8 -> socket.shutdownOutput();
                    case 9 -> {
                        if (choice.below(4) == 0) {
                            socket.close();
                        }
                    }
                    case 10 -> {
                        if (choice.below(4) == 0) {
                            socket.reset();
                        }
                    }
                    default -> socket.listener(this);
                }
            }

            /** Calls from within a callback, not without end. */
            private void callBack() {
                assertEquals(0, ends, "told something after the end");
                if (!quiet && depth < 3 && choice.below(3) == 0) {
                    depth++;
                    if (choice.below(4) == 0) {
                        operation();
                    } else {
                        use();
                    }
                    depth--;
                }
            }

            @Override
            public void onConnected() {
                callBack();
            }

            @Override
            public void onReadable() {
                callBack();
            }

            @Override
            public void onWritable() {
                callBack();
            }

            @Override
            public void onEndOfInput() {
                callBack();
            }

            @Override
            public void onClosed(StreamEnd end) {
                callBack();
                ends++;
            }
        }
    }
}
