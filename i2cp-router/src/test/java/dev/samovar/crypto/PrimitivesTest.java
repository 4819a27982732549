package dev.samovar.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.Vectors;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.macs.SipHash;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;

/** Known answers, and the JDK and BouncyCastle as judges, for the primitives that have one implementation. */
class PrimitivesTest {

    private static final HexFormat HEX = HexFormat.of();
    private static final long SEED = 31;

    private final Vectors vectors = Vectors.load("crypto");
    private final SeededEntropy entropy = new SeededEntropy(SEED);

    @Test
    void hmacIsThatOfRfc4231() {
        byte[] key = new byte[20];
        Arrays.fill(key, (byte) 0x0b);
        assertEquals(
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
                HEX.formatHex(HmacSha256.mac(key, "Hi ".getBytes(StandardCharsets.US_ASCII), "There".getBytes())));
        byte[] longKey = new byte[131];
        Arrays.fill(longKey, (byte) 0xaa);
        assertEquals(
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
                HEX.formatHex(HmacSha256.mac(
                        longKey,
                        "Test Using Larger Than Block-Size Key - Hash Key First".getBytes(StandardCharsets.US_ASCII))));
    }

    @Test
    void hmacIsThatOfTheJdkForEveryLengthOfKeyAndMessage() throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        for (int length = 1; length < 150; length++) {
            byte[] key = entropy.bytes(length);
            byte[] message = entropy.bytes(entropy.below(300));
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            assertArrayEquals(mac.doFinal(message), HmacSha256.mac(key, message), "seed " + SEED + " length " + length);
        }
    }

    @Test
    void keysAreDerivedAsTheVectorsSay() {
        byte[] salt = vectors.bytes("hkdf/salt");
        byte[] ikm = vectors.bytes("hkdf/ikm");
        byte[] out = vectors.bytes("hkdf/out64");
        for (int length : new int[] {1, 31, 32, 33, 44, 52, 64}) {
            assertArrayEquals(Arrays.copyOf(out, length), Hkdf.derive(salt, ikm, "test", length), "length " + length);
        }
        assertArrayEquals(
                vectors.bytes("hkdf_empty_ikm/out64"),
                Hkdf.derive(
                        vectors.bytes("hkdf_empty_ikm/salt"), new byte[0], vectors.text("hkdf_empty_ikm/info"), 64));
        assertThrows(IllegalArgumentException.class, () -> Hkdf.derive(salt, ikm, "", 65));
        assertThrows(IllegalArgumentException.class, () -> Hkdf.derive(salt, ikm, "", 0));
    }

    @Test
    void sipHashIsTheKnownOneAndThatOfBouncyCastle() {
        byte[] key = HEX.parseHex("000102030405060708090a0b0c0d0e0f");
        assertEquals(
                word(vectors.bytes("siphash24_key_00..0f/msg_00..07_le"), 0),
                SipHash24.hash(word(key, 0), word(key, 8), word(key, 0)));
        SipHash judge = new SipHash(2, 4);
        for (int round = 0; round < 100; round++) {
            byte[] other = entropy.bytes(16);
            byte[] message = entropy.bytes(8);
            judge.init(new KeyParameter(other));
            judge.update(message, 0, 8);
            assertEquals(
                    judge.doFinal(),
                    SipHash24.hash(word(other, 0), word(other, 8), word(message, 0)),
                    "seed " + SEED + " round " + round);
        }
    }

    @Test
    void theBareStreamCipherIsTheKnownOneAndThatOfTheJdk() throws Exception {
        byte[] known = new byte[40];
        ChaCha20.apply(
                vectors.bytes("chacha20_counter1/key"),
                vectors.bytes("chacha20_counter1/nonce"),
                known,
                0,
                known.length);
        assertArrayEquals(vectors.bytes("chacha20_counter1/zeros40"), known);
        Cipher judge = Cipher.getInstance("ChaCha20");
        for (int length = 0; length < 400; length += 7) {
            byte[] key = entropy.bytes(32);
            byte[] nonce = entropy.bytes(12);
            byte[] data = entropy.bytes(length + 5);
            byte[] expected = data.clone();
            judge.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "ChaCha20"), new ChaCha20ParameterSpec(nonce, 1));
            judge.doFinal(data, 3, length, expected, 3);
            ChaCha20.apply(key, nonce, data, 3, length);
            assertArrayEquals(expected, data, "seed " + SEED + " length " + length);
        }
    }

    @Test
    void theBareStreamCipherRefusesOtherLengths() {
        byte[] data = new byte[8];
        assertThrows(IllegalArgumentException.class, () -> ChaCha20.apply(new byte[31], new byte[12], data, 0, 8));
        assertThrows(IllegalArgumentException.class, () -> ChaCha20.apply(new byte[32], new byte[8], data, 0, 8));
        assertThrows(IndexOutOfBoundsException.class, () -> ChaCha20.apply(new byte[32], new byte[12], data, 1, 8));
    }

    @Test
    void aesIsThatOfNistAndUndoesItself() throws Exception {
        // NIST SP 800-38A, F.2.5
        byte[] key = HEX.parseHex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
        byte[] iv = HEX.parseHex("000102030405060708090a0b0c0d0e0f");
        byte[] block = HEX.parseHex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
        byte[] data = block.clone();
        AesCbc.encrypt(key, iv, data, 0, 32);
        assertEquals("f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d", HEX.formatHex(data));
        AesCbc.decrypt(key, iv, data, 0, 32);
        assertArrayEquals(block, data);

        byte[] array = entropy.bytes(1024 + 20);
        byte[] expected = array.clone();
        Cipher judge = Cipher.getInstance("AES/CBC/NoPadding");
        judge.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
        System.arraycopy(judge.doFinal(array, 10, 1024), 0, expected, 10, 1024);
        byte[] original = array.clone();
        AesCbc.encrypt(key, iv, array, 10, 1024);
        assertArrayEquals(expected, array);
        AesCbc.decrypt(key, iv, array, 10, 1024);
        assertArrayEquals(original, array);
    }

    @Test
    void aesRefusesOtherLengths() {
        byte[] data = new byte[32];
        assertThrows(IllegalArgumentException.class, () -> AesCbc.encrypt(new byte[16], new byte[16], data, 0, 32));
        assertThrows(IllegalArgumentException.class, () -> AesCbc.encrypt(new byte[32], new byte[12], data, 0, 32));
        assertThrows(IllegalArgumentException.class, () -> AesCbc.decrypt(new byte[32], new byte[16], data, 0, 31));
        AesCbc.encrypt(new byte[32], new byte[16], data, 0, 32);
        assertNotEquals(0, data[0] | data[31]);
    }

    private static long word(byte[] bytes, int at) {
        long word = 0;
        for (int i = 7; i >= 0; i--) {
            word = word << 8 | bytes[at + i] & 0xff;
        }
        return word;
    }
}
