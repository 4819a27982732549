package dev.samovar.streaming;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.SimLink;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** However two applications write, read, pause and end, and whatever the way does meanwhile: the same bytes, or a reason. */
class AnyApplicationTest {

    private static final int WORLDS = 400;

    @Test
    void anyPaceOfWritingReadingAndEndingDeliversTheSameBytesOrFailsCleanly() {
        int completed = 0;
        for (long seed = 1; seed <= WORLDS; seed++) {
            try {
                completed += new Run(seed).completes() ? 1 : 0;
            } catch (AssertionError | RuntimeException failed) {
                throw new AssertionError("seed " + seed + ": " + failed, failed);
            }
        }
        assertTrue(completed > WORLDS * 9 / 10, "only " + completed + " of " + WORLDS + " streams completed");
    }

    /** An application with moods. */
    private static final class User implements StreamSocket.Listener {

        private final SeededEntropy mood;
        private final byte[] bytes;
        private final boolean shutsLast;
        private final int pauseMillis;
        private End end;
        private int offered;
        private boolean shut;
        private boolean peerEnded;
        private boolean closed;

        User(long seed, boolean shutsLast) {
            mood = new SeededEntropy(seed);
            this.shutsLast = shutsLast;
            bytes = mood.bytes(mood.below(mood.below(4) == 0 ? 1_500_000 : 60_000));
            pauseMillis = 5 + mood.below(mood.below(3) == 0 ? 3000 : 50);
        }

        void begin(StreamWorld world, StreamSocket socket) {
            end = new End(world, socket);
            socket.listener(this);
            step();
        }

        /** Does something, and comes back later. */
        private void step() {
            if (end.end != null && closed) {
                return;
            }
            if (mood.below(3) != 0) {
                end.readSome(1 + mood.below(mood.below(2) == 0 ? 300_000 : 2000));
            }
            if (mood.below(3) != 0 && offered < bytes.length) {
                int length = Math.min(bytes.length - offered, 1 + mood.below(mood.below(2) == 0 ? 100_000 : 100));
                io.netty.buffer.ByteBuf in = io.netty.buffer.Unpooled.wrappedBuffer(bytes, offered, length);
                offered += end.socket.write(in);
                in.release();
            }
            if (offered == bytes.length && !shut && (!shutsLast || peerEnded)) {
                shut = true;
                end.socket.shutdownOutput();
            }
            long later = TimeUnit.MILLISECONDS.toNanos(1 + mood.below(pauseMillis));
            end.world.lane.schedule(end.world.world.nanos() + later, this::step);
        }

        @Override
        public void onConnected() {
            end.onConnected();
        }

        @Override
        public void onReadable() {
            // it reads when it likes
        }

        @Override
        public void onWritable() {
            // it writes when it likes
        }

        @Override
        public void onEndOfInput() {
            assertTrue(!closed, "an end of input after the end");
            peerEnded = true;
        }

        @Override
        public void onClosed(StreamEnd how) {
            assertTrue(!closed, "a second end");
            closed = true;
            end.onClosed(how);
            end.reading(true);
            end.onReadable();
        }
    }

    private static final class Run {

        private final StreamWorld world;
        private final User[] users = new User[2];

        Run(long seed) {
            SeededEntropy choice = new SeededEntropy(seed * 104_729);
            int loss = choice.below(31);
            int duplicates = choice.below(20);
            int latency = choice.below(250);
            int jitter = choice.below(250);
            world = StreamWorld.slowSigner(
                    seed, sim -> new SimLink(sim, latency, jitter, loss, duplicates), 1 + choice.below(40));
            boolean firstShutsLast = choice.below(3) == 0;
            users[0] = new User(seed * 31, firstShutsLast);
            users[1] = new User(seed * 37, !firstShutsLast && choice.below(2) == 0);
            world.on(() -> {
                world.bob.streams.accept(socket -> users[1].begin(world, socket));
                users[0].begin(
                        world,
                        world.alice.streams.connect(world.bob.keys.destination(), 0, 0, TimeUnit.SECONDS.toNanos(120)));
            });
            if (choice.below(3) == 0) {
                for (int i = 0; i < 200; i++) {
                    StreamWorld.Side side = i % 2 == 0 ? world.alice : world.bob;
                    world.world.runFor(choice.below(50), TimeUnit.MILLISECONDS);
                    world.on(() -> side.session.congested(true));
                    world.world.runFor(choice.below(20), TimeUnit.MILLISECONDS);
                    world.on(() -> side.session.congested(false));
                }
            }
        }

        boolean completes() {
            boolean over = world.world.runUntil(
                    () -> users[0].closed && (users[1].end == null || users[1].closed), 4, TimeUnit.HOURS);
            assertTrue(over, "the stream hangs");
            int completed = check(users[0], users[1]) + (users[1].end == null ? 0 : check(users[1], users[0]));
            world.world.runFor(6, TimeUnit.MINUTES);
            assertEquals(0, world.alice.streams.openStreams());
            assertEquals(0, world.bob.streams.openStreams());
            StreamWorld.endAll();
            return completed == 2;
        }

        private static int check(User user, User peer) {
            byte[] received = user.end.received.toByteArray();
            assertTrue(received.length <= peer.bytes.length, "more bytes than were sent");
            if (user.end.end == StreamEnd.COMPLETED) {
                assertArrayEquals(peer.bytes, received);
                return 1;
            }
            assertTrue(
                    user.end.end == StreamEnd.TIMED_OUT
                            || user.end.end == StreamEnd.RESET_BY_PEER && peer.end.end == StreamEnd.TIMED_OUT,
                    "ended by " + user.end.end);
            assertArrayEquals(Arrays.copyOf(peer.bytes, received.length), received);
            return 0;
        }
    }
}
