package dev.samovar.garlic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.NoiseState;
import dev.samovar.crypto.X25519;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.garlic.GarlicBlock.DateTime;
import dev.samovar.garlic.GarlicBlock.Padding;
import dev.samovar.garlic.GarlicBlock.Unknown;
import dev.samovar.garlic.RouterGarlicFilter.Verdict;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.testkit.Fuzz;
import dev.samovar.testkit.SeededEntropy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Garlic from senders who seal rightly what is wrong, who seal wrongly, and who send again: all that anybody may send us. */
class RouterGarlicFuzzTest {

    private static final long SEED = 20261128;
    private static final int ROUNDS = 2500;
    private static final long NOW = 1_764_000_000_000L;

    private final SeededEntropy entropy = new SeededEntropy(SEED);
    private final X25519KeyPair router = X25519KeyPair.generate(entropy);
    private final Hash hash = Hash.fromBytes(entropy.bytes(Hash.LENGTH));

    /** Seals bytes that may be no blocks at all. */
    private byte[] seal(byte[] plain) {
        X25519KeyPair ephemeral = X25519KeyPair.generate(entropy);
        byte[] secret = new byte[X25519.KEY_LENGTH];
        assertTrue(X25519.agree(ephemeral.privateKey(), router.publicKey(), secret));
        NoiseState noise = NoiseState.n(router.publicKey());
        noise.mixHash(ephemeral.publicKey());
        noise.mixKey(secret);
        byte[] sealed = noise.seal(plain);
        byte[] out = Arrays.copyOf(ephemeral.publicKey(), X25519.KEY_LENGTH + sealed.length);
        System.arraycopy(sealed, 0, out, X25519.KEY_LENGTH, sealed.length);
        return out;
    }

    /** A sequence of blocks as the field sends them, and as it does not. */
    private byte[] blocks(Random random) {
        List<GarlicBlock> blocks = new ArrayList<>();
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            I2npMessage message = new DeliveryStatus(random.nextInt(), NOW).toMessage(random.nextInt(), NOW + 10_000);
            CloveDelivery delivery =
                    random.nextBoolean() ? CloveDelivery.LOCAL : new CloveDelivery.ToTunnel(hash, random.nextInt());
            blocks.add(
                    switch (random.nextInt(4)) {
                        case 0 -> new DateTime(NOW / 1000 + random.nextInt(1200) - 600);
                        case 1 -> new Unknown(100 + random.nextInt(100), new byte[random.nextInt(20)]);
                        default -> new GarlicClove(delivery, message);
                    });
        }
        if (random.nextBoolean()) {
            blocks.add(new Padding(random.nextInt(30)));
        }
        return GarlicBlockCodec.encode(blocks);
    }

    @Test
    void whatIsInsideComesOutWholeOrNotAtAll() {
        Random random = new Random(SEED);
        RouterGarlicFilter filter = new RouterGarlicFilter(entropy.nextLong(), 64);
        int opened = 0;
        int accepted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] plain = blocks(random);
            boolean damaged = random.nextInt(3) > 0;
            byte[] garlic = seal(damaged ? Fuzz.mutate(plain, random) : plain);
            try {
                List<GarlicBlock> out = RouterGarlic.open(garlic, router);
                opened++;
                assertTrue(out.size() <= GarlicBlockCodec.MAX_BLOCKS);
                assertTrue(out.stream().anyMatch(DateTime.class::isInstance), "one without a date was opened");
                if (filter.check(garlic, out, NOW) == Verdict.ACCEPTED) {
                    accepted++;
                    assertTrue(filter.isRepeated(garlic, NOW));
                    assertEquals(Verdict.REPEATED, filter.check(garlic, out, NOW));
                }
                GarlicBlockCodec.release(out);
            } catch (WireException expected) {
                assertTrue(expected.fault() != Fault.BAD_SIGNATURE, "it was sealed rightly");
            } catch (RuntimeException | AssertionError other) {
                fail("seed " + SEED + " round " + round, other);
            }
        }
        assertTrue(opened > ROUNDS / 10 && accepted > opened / 20, opened + " opened, " + accepted + " accepted");
    }

    @Test
    void whatWasChangedOnTheWayIsNotOpened() {
        Random random = new Random(SEED);
        byte[] good = seal(GarlicBlockCodec.encode(List.of(new DateTime(NOW / 1000), new Padding(40))));
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = Fuzz.mutate(good, random);
            try {
                List<GarlicBlock> blocks = RouterGarlic.open(bytes, router);
                assertTrue(
                        Arrays.equals(good, bytes), "seed " + SEED + " round " + round + ": a changed one was opened");
                GarlicBlockCodec.release(blocks);
            } catch (WireException expected) {
                // the only thing that may come out
            } catch (RuntimeException other) {
                fail("seed " + SEED + " round " + round, other);
            }
        }
    }
}
