package dev.samovar.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.samovar.testkit.SeededEntropy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Curve25519 of every provider that works here: the RFCs' answers, and what is no key. */
class CurvesTest {

    private static final HexFormat HEX = HexFormat.of();
    private static final long SEED = 12;

    private final SeededEntropy entropy = new SeededEntropy(SEED);

    @ParameterizedTest
    @MethodSource(WorkingProviders.ALL)
    void x25519IsThatOfRfc7748(CryptoProvider provider) {
        Curves curves = provider.curves();
        byte[] out = new byte[32];
        // section 5.2, with a public key whose top bit is set, and an unclamped private one
        assertTrue(curves.x25519(
                HEX.parseHex("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
                HEX.parseHex("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"),
                out));
        assertEquals("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957", HEX.formatHex(out));
        // section 6.1
        assertEquals(
                "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
                HEX.formatHex(curves.x25519PublicKey(
                        HEX.parseHex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"))));
    }

    @ParameterizedTest
    @MethodSource(WorkingProviders.ALL)
    void bothSidesAgree(CryptoProvider provider) {
        Curves curves = provider.curves();
        Curves judge = CryptoProvider.BOUNCY_CASTLE.curves();
        for (int round = 0; round < 50; round++) {
            byte[] ours = entropy.bytes(32);
            byte[] theirs = entropy.bytes(32);
            byte[] one = new byte[32];
            byte[] other = new byte[32];
            assertArrayEquals(judge.x25519PublicKey(ours), curves.x25519PublicKey(ours));
            assertTrue(curves.x25519(ours, judge.x25519PublicKey(theirs), one));
            assertTrue(judge.x25519(theirs, curves.x25519PublicKey(ours), other));
            assertArrayEquals(one, other, "seed " + SEED + " round " + round);
            // what is no point of the curve is one of its twist, where the ladder runs as well
            byte[] any = entropy.bytes(32);
            assertTrue(curves.x25519(ours, any, one));
            assertTrue(judge.x25519(ours, any, other));
            assertArrayEquals(one, other, "seed " + SEED + " round " + round);
        }
    }

    @ParameterizedTest
    @MethodSource(WorkingProviders.ALL)
    void aPublicKeyOfSmallOrderGivesNoSecret(CryptoProvider provider) {
        byte[] ours = entropy.bytes(32);
        for (String smallOrder : new String[] {
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000080"
        }) {
            assertFalse(provider.curves().x25519(ours, HEX.parseHex(smallOrder), new byte[32]), smallOrder);
        }
    }

    @Test
    void noSecretIsLeftOfAnAgreementThatFailed() {
        SecretBytes ours = SecretBytes.takeOver(entropy.bytes(32));
        for (int length : new int[] {0, 31, 32, 33}) {
            byte[] out = entropy.bytes(32);
            assertFalse(X25519.agree(ours, new byte[length], out));
            assertArrayEquals(new byte[32], out);
        }
        SecretBytes tooShort = SecretBytes.takeOver(new byte[31]);
        assertThrows(IllegalArgumentException.class, () -> X25519.publicKey(tooShort));
        assertThrows(IllegalArgumentException.class, () -> X25519.agree(tooShort, new byte[32], new byte[32]));
        assertThrows(IllegalArgumentException.class, () -> X25519.agree(ours, new byte[32], new byte[31]));
    }

    @Test
    void aPairIsMadeFromItsPrivateKeyAndDestroyedWithIt() {
        X25519KeyPair pair = X25519KeyPair.generate(entropy);
        X25519KeyPair other = X25519KeyPair.generate(entropy);
        byte[] one = new byte[32];
        byte[] two = new byte[32];
        assertTrue(pair.agree(other.publicKey(), one));
        assertTrue(other.agree(pair.publicKey(), two));
        assertArrayEquals(one, two);
        assertEquals(
                pair, X25519KeyPair.of(SecretBytes.takeOver(pair.privateKey().copy())));
        pair.destroy();
        assertTrue(pair.privateKey().isZero());
    }

    @ParameterizedTest
    @MethodSource(WorkingProviders.ALL)
    void ed25519IsThatOfRfc8032(CryptoProvider provider) {
        // section 7.1, the tests 1, 3 and SHA(abc)
        for (String[] known : new String[][] {
            {
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                        + "d25bf5f0595bbe24655141438e7a100b"
            },
            {
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
                        + "4a7c15e9716ed28dc027beceea1ec40a"
            },
            {
                "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
                "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
                        + "454d4423643ce80e2a9ac94fa54ca49f",
                "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
                        + "3dca179c138ac17ad9bef1177331a704"
            }
        }) {
            byte[] seed = HEX.parseHex(known[0]);
            byte[] publicKey = HEX.parseHex(known[1]);
            byte[] message = HEX.parseHex(known[2]);
            byte[] signature = HEX.parseHex(known[3]);
            Curves curves = provider.curves();
            assertArrayEquals(publicKey, curves.ed25519PublicKey(seed));
            assertArrayEquals(signature, curves.ed25519Sign(seed, publicKey, message, 0, message.length));
            assertTrue(Signatures.verifyEd25519(provider, publicKey, message, 0, message.length, signature));
        }
    }

    @ParameterizedTest
    @MethodSource(WorkingProviders.ALL)
    void oneSignsAndTheOthersVerify(CryptoProvider provider) {
        for (int round = 0; round < 50; round++) {
            byte[] seed = entropy.bytes(32);
            byte[] publicKey = provider.curves().ed25519PublicKey(seed);
            byte[] message = entropy.bytes(20 + entropy.below(500));
            int length = message.length - 20;
            byte[] signature = provider.curves().ed25519Sign(seed, publicKey, message, 7, length);
            byte[] flipped = signature.clone();
            flipped[entropy.below(64)] ^= (byte) (1 << entropy.below(8));
            byte[] otherKey = publicKey.clone();
            otherKey[entropy.below(32)] ^= (byte) (1 << entropy.below(8));
            String where = "seed " + SEED + " round " + round;
            WorkingProviders.all().forEach(judge -> {
                assertTrue(Signatures.verifyEd25519(judge, publicKey, message, 7, length, signature), where);
                assertFalse(Signatures.verifyEd25519(judge, publicKey, message, 7, length, flipped), where);
                assertFalse(Signatures.verifyEd25519(judge, otherKey, message, 7, length, signature), where);
                assertFalse(Signatures.verifyEd25519(judge, publicKey, message, 8, length, signature), where);
            });
        }
    }

    @ParameterizedTest
    @MethodSource(WorkingProviders.ALL)
    void aScalarThatIsNotReducedIsRefused(CryptoProvider provider) {
        byte[] seed = entropy.bytes(32);
        byte[] publicKey = provider.curves().ed25519PublicKey(seed);
        byte[] message = {1, 2, 3};
        byte[] signature = provider.curves().ed25519Sign(seed, publicKey, message, 0, 3);
        byte[] order = HEX.parseHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        for (int times = 0; times < 8; times++) {
            assertEquals(
                    times == 0,
                    Signatures.verifyEd25519(provider, publicKey, message, 0, 3, signature),
                    "plus the order times " + times);
            int carry = 0;
            for (int i = 0; i < 32; i++) {
                carry += (signature[32 + i] & 0xff) + (order[i] & 0xff);
                signature[32 + i] = (byte) carry;
                carry >>= 8;
            }
        }
    }

    /** With a key of small order and R of small order, S = 0 holds for many messages in some libraries. */
    @ParameterizedTest
    @MethodSource(WorkingProviders.ALL)
    void pointsOfSmallOrderAndOtherEncodingsOfPointsAreRefused(CryptoProvider provider) {
        byte[] seed = entropy.bytes(32);
        byte[] publicKey = provider.curves().ed25519PublicKey(seed);
        String zero = "00".repeat(31);
        String ones = "ff".repeat(30);
        for (String point : new String[] {
            "01" + zero,
            "00" + zero,
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "ec" + ones + "7f",
            "ed" + ones + "7f",
            "ee" + ones + "7f",
            "ff" + ones + "7f"
        }) {
            for (int sign = 0; sign < 2; sign++) {
                byte[] odd = HEX.parseHex(point);
                odd[31] |= (byte) (sign << 7);
                assertFalse(Ed25519Rules.isGoodPoint(odd, 0), point);
                for (int round = 0; round < 20; round++) {
                    byte[] message = entropy.bytes(8);
                    byte[] good = provider.curves().ed25519Sign(seed, publicKey, message, 0, 8);
                    byte[] zeroS = new byte[64];
                    System.arraycopy(odd, 0, zeroS, 0, 32);
                    byte[] oddR = good.clone();
                    System.arraycopy(odd, 0, oddR, 0, 32);
                    assertFalse(Signatures.verifyEd25519(provider, odd, message, 0, 8, zeroS), point);
                    assertFalse(Signatures.verifyEd25519(provider, odd, message, 0, 8, good), point);
                    assertFalse(Signatures.verifyEd25519(provider, publicKey, message, 0, 8, oddR), point);
                }
            }
        }
        assertTrue(Ed25519Rules.isGoodPoint(publicKey, 0));
        assertTrue(Ed25519Rules.isGoodPoint(HEX.parseHex("02" + zero), 0));
        assertTrue(Ed25519Rules.isGoodPoint(HEX.parseHex("eb" + ones + "7f"), 0));
        assertTrue(Ed25519Rules.isGoodPoint(HEX.parseHex("01" + "00".repeat(30) + "01"), 0));
    }

    @Test
    void whatIsChosenWorksAndCanBeForced() {
        assertTrue(CryptoProvider.current().works());
        assertEquals(CryptoProvider.BOUNCY_CASTLE, CryptoProvider.choose("bouncycastle"));
        assertEquals(CryptoProvider.BOUNCY_CASTLE, CryptoProvider.choose("BOUNCY_CASTLE"));
        CryptoProvider best =
                CryptoProvider.CONSCRYPT.works() ? CryptoProvider.CONSCRYPT : CryptoProvider.BOUNCY_CASTLE;
        assertEquals(best, CryptoProvider.choose(null));
        assertEquals(best, CryptoProvider.choose("conscrypt"));
        assertEquals(best, CryptoProvider.choose("anything"));
        for (CryptoProvider provider : CryptoProvider.values()) {
            assertTrue(provider.description().startsWith("curves "));
        }
    }

    @Test
    @EnabledOnOs(
            value = {OS.LINUX},
            architectures = {"amd64", "aarch64"})
    void theNativeLibraryLoadsWhereItWasBuiltFor() {
        assumeTrue(Files.notExists(Path.of("/etc/alpine-release")), "no build for this C library");
        assertNull(ConscryptLibrary.failure());
    }
}
