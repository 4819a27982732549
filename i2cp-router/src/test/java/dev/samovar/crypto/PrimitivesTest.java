package dev.samovar.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.testkit.Vectors;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The primitives of the router protocols, against values that were compared with i2pd's. */
class PrimitivesTest {

    private static final Vectors CRYPTO = Vectors.load("crypto");
    private static final Vectors NTCP2 = Vectors.load("ntcp2");

    @Test
    void hkdfExpandsTwoBlocks() {
        String vector = "hkdf/";
        assertArrayEquals(
                CRYPTO.bytes(vector + "out64"),
                Hkdf.derive(
                        CRYPTO.bytes(vector + "salt"), CRYPTO.bytes(vector + "ikm"), CRYPTO.text(vector + "info"), 64));
        String empty = "hkdf_empty_ikm/";
        assertArrayEquals(
                Arrays.copyOf(CRYPTO.bytes(empty + "out64"), 44),
                Hkdf.derive(CRYPTO.bytes(empty + "salt"), new byte[0], CRYPTO.text(empty + "info"), 44));
    }

    @Test
    void chaCha20StartsAtBlockOne() {
        String vector = "chacha20_counter1/";
        for (int again = 0; again < 2; again++) {
            byte[] data = new byte[42];
            ChaCha20.apply(CRYPTO.bytes(vector + "key"), CRYPTO.bytes(vector + "nonce"), data, 1, 40);
            assertArrayEquals(CRYPTO.bytes(vector + "zeros40"), Arrays.copyOfRange(data, 1, 41));
            assertEquals(0, data[0] | data[41]);
        }
    }

    @Test
    void sipHashOfEightBytes() {
        assertEquals(
                Long.reverseBytes(Long.parseUnsignedLong(CRYPTO.text("siphash24_key_00..0f/msg_00..07_le"), 16)),
                SipHash24.hash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L, 0x0706050403020100L),
                "published with SipHash: 93f5f5799a932462");
    }

    @Test
    void theHandshakeOfNtcp2() {
        byte[] bobStatic = NTCP2.bytes("bob/static_public");
        NoiseState state = NoiseState.ntcp2(bobStatic);
        byte[] secret = new byte[32];
        assertTrue(X25519.agree(SecretBytes.takeOver(NTCP2.bytes("x_private")), bobStatic, secret));
        state.mixHash(NTCP2.bytes("X"));
        state.mixKey(secret);
        byte[] first = NTCP2.bytes("message1");
        byte[] sealed = Arrays.copyOfRange(first, 32, 64);
        NoiseState other = state.copy();
        assertArrayEquals(sealed, state.seal(NTCP2.bytes("options1")));
        assertArrayEquals(NTCP2.bytes("options1"), other.open(sealed));
        assertArrayEquals(state.hash(), other.hash());

        byte[] x = NTCP2.bytes("X");
        AesCbc.encrypt(NTCP2.bytes("bob/identity_hash"), NTCP2.bytes("bob/iv"), x, 0, 32);
        assertArrayEquals(Arrays.copyOf(first, 32), x);
        AesCbc.decrypt(NTCP2.bytes("bob/identity_hash"), NTCP2.bytes("bob/iv"), x, 0, 32);
        assertArrayEquals(NTCP2.bytes("X"), x);
    }

    @Test
    void whatWasChangedDoesNotOpenAndLeavesTheStateAsItWas() {
        NoiseState alice = NoiseState.n(new byte[32]);
        NoiseState bob = NoiseState.n(new byte[32]);
        alice.mixKey(new byte[32]);
        bob.mixKey(new byte[32]);
        byte[] sealed = alice.seal(new byte[] {1, 2, 3});
        byte[] damaged = sealed.clone();
        damaged[1] ^= 1;
        assertNull(bob.open(damaged));
        assertNull(bob.open(new byte[15]));
        assertArrayEquals(new byte[] {1, 2, 3}, bob.open(sealed));
    }

    @Test
    void theSameMessageOpensTwice() {
        ChaChaPoly cipher = new ChaChaPoly(new byte[32]);
        byte[] data = new byte[20];
        cipher.seal(7, new byte[0], data, 0, 4, data, 0);
        byte[] plain = new byte[4];
        assertEquals(4, cipher.open(7, new byte[0], data, 0, 20, plain, 0));
        assertEquals(4, cipher.open(7, new byte[0], data, 0, 20, plain, 0));
        assertEquals(-1, cipher.open(8, new byte[0], data, 0, 20, plain, 0));
        assertEquals(4, cipher.open(7, new byte[0], data, 0, 20, data, 0), "in place");
    }

    @Test
    void noSecretComesOfAZeroKey() {
        assertFalse(X25519.agree(SecretBytes.takeOver(new byte[32]), new byte[32], new byte[32]));
    }
}
