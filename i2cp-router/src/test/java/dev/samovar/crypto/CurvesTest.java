package dev.samovar.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.testkit.SeededEntropy;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Curve25519 of every provider that works here: the RFCs' answers, and what is no key. */
class CurvesTest {

    private static final HexFormat HEX = HexFormat.of();
    private static final long SEED = 12;

    private final SeededEntropy entropy = new SeededEntropy(SEED);

    @ParameterizedTest
    @EnumSource(CryptoProvider.class)
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
    @EnumSource(CryptoProvider.class)
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
    @EnumSource(CryptoProvider.class)
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
}
