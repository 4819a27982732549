package dev.samovar.garlic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.garlic.DecryptResult.Opened;
import dev.samovar.garlic.GarlicBlock.Ack;
import dev.samovar.garlic.GarlicBlock.AckRequest;
import dev.samovar.garlic.GarlicBlock.NextKey;
import dev.samovar.garlic.SealResult.Sealed;
import dev.samovar.testkit.Fuzz;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Damaged messages, messages of a peer gone mad, and operations in any order: nothing but results comes out. */
class RatchetFuzzTest {

    private static final long SEED = 20261126;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long NOW = 3 * SECOND;

    @Test
    void damagedMessagesAreRejected() {
        Random random = new Random(SEED);
        RatchetNode alice = new RatchetNode(SEED);
        RatchetNode bob = new RatchetNode(SEED + 1, new RatchetConfig(100, 2000, 16, 100_000, 100_000));
        byte[] first = alice.sealed(bob, NOW, 1).garlic();
        RatchetNode.establish(alice, bob, NOW + 2 * SECOND);
        byte[] existing = alice.sealed(bob, NOW + 2 * SECOND, 2).garlic();
        List<byte[]> samples = List.of(first, existing, alice.entropy.bytes(300), new byte[0], new byte[120]);
        for (int round = 0; round < 4_000; round++) {
            byte[] bytes = Fuzz.mutate(samples.get(random.nextInt(samples.size())), random);
            try {
                DecryptResult result = bob.open(bytes, NOW + 2 * SECOND);
                if (result instanceof Opened opened) {
                    // bits that mean nothing, or none were changed in effect
                    opened.release();
                }
            } catch (RuntimeException other) {
                fail("seed " + SEED + " round " + round, other);
            }
        }
        assertTrue(bob.sessions.isEstablished(alice.self, NOW + 2 * SECOND));
    }

    @Test
    void aPeerGoneMadHarmsNobody() {
        Random random = new Random(SEED);
        RatchetNode bob = new RatchetNode(SEED + 1, new RatchetConfig(100, 4000, 16, 100, 100));
        RawRatchetPeer mad = new RawRatchetPeer(SEED + 2);
        mad.establish(bob, NOW);
        long now = NOW;
        for (int round = 0; round < 6_000; round++) {
            now += random.nextInt(3) == 0 ? SECOND / 20 : 0;
            byte[] blocks = GarlicBlockCodec.encode(madBlocks(random, mad));
            byte[] sealed = mad.seal(random.nextInt(4) == 0 ? Fuzz.mutate(blocks, random) : blocks);
            if (random.nextInt(10) == 0) {
                // some get lost
                continue;
            }
            try {
                if (bob.open(sealed, now) instanceof Opened opened) {
                    opened.release();
                }
                if (random.nextInt(20) == 0) {
                    bob.seal(mad.node, now, 1);
                }
                bob.sessions.handleTimeout(now);
                bob.events();
            } catch (RuntimeException other) {
                fail("seed " + SEED + " round " + round, other);
            }
            assertTrue(bob.sessions.tags() < 4_500, "seed " + SEED + ": tags " + bob.sessions.tags());
        }
    }

    private static List<GarlicBlock> madBlocks(Random random, RawRatchetPeer mad) {
        List<GarlicBlock> blocks = new ArrayList<>();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            byte[] key = switch (random.nextInt(4)) {
                case 0 -> null;
                case 1 -> new byte[32];
                default -> X25519KeyPair.generate(mad.node.entropy).publicKey();
            };
            blocks.add(
                    switch (random.nextInt(6)) {
                        case 0 -> AckRequest.INSTANCE;
                        case 1 -> new Ack(new int[] {random.nextInt(5), random.nextInt()});
                        case 2 -> new GarlicBlock.Unknown(random.nextInt(3) + 5, new byte[random.nextInt(4)]);
                        default -> new NextKey(random.nextBoolean(), random.nextBoolean(), random.nextInt(3), key);
                    });
        }
        return blocks;
    }

    /** One run of random operations between three destinations. */
    private static final class Run {

        final Random random;
        final RatchetNode[] nodes = new RatchetNode[3];
        final List<byte[]> underWay = new ArrayList<>();
        final List<int[]> routes = new ArrayList<>();
        final Set<Long> tags = new HashSet<>();
        final Set<Long> sent = new HashSet<>();
        final Set<Long> came = new HashSet<>();
        long now = NOW;
        long number;

        Run(long seed) {
            random = new Random(seed);
            for (int i = 0; i < nodes.length; i++) {
                nodes[i] = new RatchetNode(seed * 10 + i);
            }
        }

        void step() {
            int from = random.nextInt(nodes.length);
            int to = (from + 1 + random.nextInt(nodes.length - 1)) % nodes.length;
            RatchetNode node = nodes[from];
            switch (random.nextInt(100)) {
                case 0 -> now += random.nextInt(600) * SECOND;
                case 1 -> node.restart();
                case 2 -> launch(from, to, node.sessions.terminate(nodes[to].self, now));
                case 3 -> node.sessions.giveUp(nodes[to].self, now);
                case 4 -> node.sessions.bind(nodes[to].keys.publicKey(), nodes[to].self.destination(), now);
                case 5 -> now += random.nextInt(5) * SECOND;
                default -> {
                    if (random.nextInt(3) > 0) {
                        seal(from, to);
                    } else {
                        arrive();
                    }
                }
            }
            now += random.nextInt(50) * SECOND / 1000;
            tick();
        }

        private void seal(int from, int to) {
            SealOptions options = random.nextInt(5) == 0 ? SealOptions.WITH_ACK : SealOptions.NONE;
            boolean empty = random.nextInt(8) == 0;
            RatchetKind kind = nodes[from].sessions.nextKind(nodes[to].self, now);
            SealResult result = empty
                    ? nodes[from].seal(nodes[to], options, now)
                    : nodes[from].seal(nodes[to], options, now, ++number);
            assertEquals(kind != null, result instanceof Sealed);
            if (result instanceof Sealed sealed) {
                assertEquals(kind, sealed.kind());
                if (!empty) {
                    sent.add(number);
                }
                launch(from, to, sealed.garlic());
            }
        }

        private void launch(int from, int to, byte[] garlic) {
            if (garlic == null) {
                return;
            }
            assertTrue(tags.add(RatchetSessions.tagOf(garlic)), "a tag was used twice");
            underWay.add(garlic);
            routes.add(new int[] {from, to});
        }

        /** One of the messages under way arrives, or several do: once, twice or damaged; or it is lost. */
        private void arrive() {
            for (int i = random.nextInt(4); i >= 0 && !underWay.isEmpty(); i--) {
                int at = random.nextInt(Math.min(8, underWay.size()));
                boolean stays = random.nextInt(20) == 0;
                byte[] garlic = stays ? underWay.get(at) : underWay.remove(at);
                int[] route = stays ? routes.get(at) : routes.remove(at);
                if (random.nextInt(20) == 0) {
                    continue;
                }
                open(nodes[route[1]], nodes[route[0]], random.nextInt(20) == 0 ? Fuzz.mutate(garlic, random) : garlic);
            }
        }

        private void open(RatchetNode node, RatchetNode from, byte[] garlic) {
            if (!(node.open(garlic, now) instanceof Opened opened)) {
                return;
            }
            if (opened.senderKey() != null) {
                assertEquals(from.self, new RatchetPeer(from.self.destination(), opened.senderKey()));
            }
            if (opened.peer() != null) {
                assertEquals(from.self, opened.peer());
            }
            if (opened.kind() == RatchetKind.NEW_SESSION && random.nextInt(5) > 0) {
                node.sessions.bind(opened.senderKey(), from.self.destination(), now);
            }
            for (long each : RatchetNode.numbers(opened)) {
                assertTrue(sent.contains(each));
                came.add(each);
            }
        }

        private void tick() {
            for (RatchetNode node : nodes) {
                long next = node.sessions.nextTimeout();
                if (next <= now) {
                    node.sessions.handleTimeout(now);
                    assertTrue(node.sessions.nextTimeout() > now);
                }
                assertTrue(node.events().size() < 100);
                assertTrue(node.sessions.peers() <= 2);
                assertTrue(node.sessions.tags() < 12_000);
            }
        }
    }

    @Test
    void operationsInAnyOrderKeepTheLaws() {
        for (long seed = SEED; seed < SEED + 25; seed++) {
            Run run = new Run(seed);
            for (int step = 0; step < 1_500; step++) {
                try {
                    run.step();
                } catch (RuntimeException | AssertionError broken) {
                    fail("seed " + seed + " step " + step, broken);
                }
            }
            assertTrue(run.came.size() > 100, "seed " + seed + ": " + run.came.size() + " came");
            run.now += TimeUnit.MINUTES.toNanos(20);
            for (int i = 0; i < 100; i++) {
                run.tick();
                run.now += 10 * SECOND;
            }
            for (RatchetNode node : run.nodes) {
                assertEquals(0, node.sessions.tags(), "seed " + seed);
                assertEquals(0, node.sessions.peers(), "seed " + seed);
                assertEquals(Long.MAX_VALUE, node.sessions.nextTimeout(), "seed " + seed);
            }
        }
    }
}
