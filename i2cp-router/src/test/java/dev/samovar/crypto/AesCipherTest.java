package dev.samovar.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.samovar.testkit.SeededEntropy;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class AesCipherTest {

    private static final SeededEntropy ENTROPY = new SeededEntropy(31);

    @Test
    void aBlockIsCipheredAsTheStandardSays() {
        // FIPS 197, appendix C.3
        SecretBytes key = SecretBytes.takeOver(
                HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"));
        byte[] data = HexFormat.of().parseHex("00112233445566778899aabbccddeeff");
        AesCipher.encrypting(key).block(data, 0);
        assertEquals("8ea2b7ca516745bfeafc49904b496089", HexFormat.of().formatHex(data));
        AesCipher.decrypting(key).block(data, 0);
        assertEquals("00112233445566778899aabbccddeeff", HexFormat.of().formatHex(data));
    }

    @Test
    void chainsAndBlocksInAnyOrderAreThoseOfTheJdk() throws Exception {
        SecretBytes key = SecretBytes.takeOver(ENTROPY.bytes(32));
        AesCipher encrypting = AesCipher.encrypting(key);
        AesCipher decrypting = AesCipher.decrypting(key);
        for (int round = 0; round < 50; round++) {
            byte[] iv = ENTROPY.bytes(16);
            int length = 16 * (1 + ENTROPY.below(70));
            byte[] plain = ENTROPY.bytes(length + 8);
            byte[] expected = plain.clone();
            AesCbc.encrypt(key.copy(), iv, expected, 5, length);
            byte[] made = plain.clone();
            encrypting.chain(iv, 0, made, 5, length);
            assertArrayEquals(expected, made);
            decrypting.chain(iv, 0, made, 5, length);
            assertArrayEquals(plain, made);
            Cipher ecb = Cipher.getInstance("AES/ECB/NoPadding");
            ecb.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key.copy(), "AES"));
            byte[] block = iv.clone();
            encrypting.block(block, 0);
            assertArrayEquals(ecb.doFinal(iv), block);
        }
    }

    @Test
    void theIvMayStandBeforeTheDataInOneArray() {
        SecretBytes key = SecretBytes.takeOver(ENTROPY.bytes(32));
        byte[] cell = ENTROPY.bytes(64);
        byte[] expected = Arrays.copyOfRange(cell, 16, 64);
        AesCbc.encrypt(key.copy(), Arrays.copyOf(cell, 16), expected, 0, 48);
        AesCipher.encrypting(key).chain(cell, 0, cell, 16, 48);
        assertArrayEquals(expected, Arrays.copyOfRange(cell, 16, 64));
    }

    @Test
    void onlyWholeBlocksWithinTheArray() {
        AesCipher cipher = AesCipher.encrypting(SecretBytes.takeOver(new byte[32]));
        assertThrows(IllegalArgumentException.class, () -> cipher.chain(new byte[16], 0, new byte[40], 0, 24));
        assertThrows(IllegalArgumentException.class, () -> cipher.chain(new byte[16], 0, new byte[40], 0, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> cipher.chain(new byte[16], 0, new byte[40], 16, 32));
        assertThrows(IllegalArgumentException.class, () -> AesCipher.encrypting(SecretBytes.takeOver(new byte[16])));
    }

    @Test
    void aDestroyedKeyServesNoMore() {
        AesCipher cipher = AesCipher.decrypting(SecretBytes.takeOver(ENTROPY.bytes(32)));
        cipher.destroy();
        cipher.destroy();
        assertThrows(IllegalStateException.class, () -> cipher.block(new byte[16], 0));
    }
}
