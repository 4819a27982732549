package dev.samovar.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.samovar.testkit.SeededEntropy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The cipher of every provider that works here, against BouncyCastle's and the RFC. */
class ChaChaPolyTest {

    private static final long SEED = 77;

    private final SeededEntropy entropy = new SeededEntropy(SEED);

    private static byte[] judge(byte[] key, long nonce, byte[] ad, byte[] plain) throws Exception {
        byte[] nonceBytes = new byte[12];
        for (int i = 0; i < 8; i++) {
            nonceBytes[4 + i] = (byte) (nonce >>> (8 * i));
        }
        ChaCha20Poly1305 cipher = new ChaCha20Poly1305();
        cipher.init(true, new AEADParameters(new KeyParameter(key), 128, nonceBytes, ad));
        byte[] out = new byte[plain.length + 16];
        int done = cipher.processBytes(plain, 0, plain.length, out, 0);
        cipher.doFinal(out, done);
        return out;
    }

    @ParameterizedTest
    @MethodSource(WorkingProviders.ALL)
    void messagesAreSealedAsByBouncyCastleAndOpened(CryptoProvider provider) throws Exception {
        byte[] key = entropy.bytes(32);
        ChaChaPoly sealer = new ChaChaPoly(provider, key);
        ChaChaPoly opener = new ChaChaPoly(provider, key);
        for (int round = 0; round < 300; round++) {
            byte[] plain = entropy.bytes(round < 70 ? round : entropy.below(5000));
            byte[] ad = round % 3 == 0 ? null : entropy.bytes(entropy.below(80));
            long nonce = round % 7 == 0 ? entropy.nextLong() : round;
            int at = entropy.below(9);
            byte[] out = new byte[plain.length + 40];
            String where = "seed " + SEED + " round " + round;

            assertEquals(plain.length + 16, sealer.seal(nonce, ad, plain, 0, plain.length, out, at), where);

            byte[] sealed = Arrays.copyOfRange(out, at, at + plain.length + 16);
            assertArrayEquals(judge(key, nonce, ad, plain), sealed, where);
            byte[] opened = new byte[plain.length + 3];
            assertEquals(plain.length, opener.open(nonce, ad, sealed, 0, sealed.length, opened, 3), where);
            assertArrayEquals(plain, Arrays.copyOfRange(opened, 3, opened.length), where);
        }
    }

    @ParameterizedTest
    @MethodSource(WorkingProviders.ALL)
    void messagesAreSealedAndOpenedInPlace(CryptoProvider provider) throws Exception {
        byte[] key = entropy.bytes(32);
        ChaChaPoly cipher = new ChaChaPoly(provider, key);
        for (int length : new int[] {0, 1, 15, 16, 63, 64, 65, 255, 1024, 1730, 16_384, 65_000}) {
            byte[] plain = entropy.bytes(length);
            byte[] buffer = new byte[length + 23];
            System.arraycopy(plain, 0, buffer, 5, length);
            cipher.seal(length, null, buffer, 5, length, buffer, 5);
            assertArrayEquals(
                    judge(key, length, new byte[0], plain),
                    Arrays.copyOfRange(buffer, 5, 5 + length + 16),
                    "length " + length);
            assertEquals(length, cipher.open(length, null, buffer, 5, length + 16, buffer, 5));
            assertArrayEquals(plain, Arrays.copyOfRange(buffer, 5, 5 + length), "length " + length);
        }
    }

    @ParameterizedTest
    @MethodSource(WorkingProviders.ALL)
    void whatIsNotAuthenticIsToldAndHurtsNothing(CryptoProvider provider) {
        byte[] key = entropy.bytes(32);
        byte[] ad = {1, 2, 3};
        ChaChaPoly sealer = new ChaChaPoly(provider, key);
        ChaChaPoly opener = new ChaChaPoly(provider, key);
        byte[] plain = entropy.bytes(50);
        byte[] sealed = new byte[66];
        sealer.seal(9, ad, plain, 0, 50, sealed, 0);
        byte[] out = new byte[66];
        for (int i = 0; i < sealed.length; i++) {
            byte[] forged = sealed.clone();
            forged[i] ^= (byte) (1 << entropy.below(8));
            assertEquals(-1, opener.open(9, ad, forged, 0, forged.length, out, 0), "byte " + i);
        }
        for (int length = 0; length < sealed.length; length++) {
            assertEquals(-1, opener.open(9, ad, sealed, 0, length, out, 0), "length " + length);
        }
        assertEquals(-1, opener.open(10, ad, sealed, 0, sealed.length, out, 0));
        assertEquals(-1, opener.open(9, null, sealed, 0, sealed.length, out, 0));
        // the good one under the nonce of the forged ones, twice
        assertEquals(50, opener.open(9, ad, sealed, 0, sealed.length, out, 0));
        assertEquals(50, opener.open(9, ad, sealed, 0, sealed.length, out, 0));
        assertArrayEquals(plain, Arrays.copyOf(out, 50));
    }

    @ParameterizedTest
    @MethodSource(WorkingProviders.ALL)
    void oneObjectServesOneKeyAfterAnother(CryptoProvider provider) throws Exception {
        byte[] first = entropy.bytes(32);
        byte[] second = entropy.bytes(32);
        byte[] plain = entropy.bytes(20);
        byte[] out = new byte[36];
        ChaChaPoly cipher = new ChaChaPoly(provider, first);
        for (byte[] key : new byte[][] {first, second, second, first, first}) {
            cipher.rekey(key);
            cipher.seal(0, null, plain, 0, 20, out, 0);
            assertArrayEquals(judge(key, 0, new byte[0], plain), out);
            cipher.seal(0, null, plain, 0, 20, out, 0);
            assertArrayEquals(judge(key, 0, new byte[0], plain), out);
        }
        cipher.destroy();
        cipher.destroy();
        assertThrows(IllegalStateException.class, () -> cipher.seal(1, null, plain, 0, 20, out, 0));
        assertThrows(IllegalStateException.class, () -> cipher.open(1, null, out, 0, 36, out, 0));
    }

    @ParameterizedTest
    @MethodSource(WorkingProviders.ALL)
    void aMistakeOfTheCallerIsAnException(CryptoProvider provider) {
        assertThrows(IllegalArgumentException.class, () -> new ChaChaPoly(provider, new byte[31]));
        ChaChaPoly cipher = new ChaChaPoly(provider, new byte[32]);
        byte[] eight = new byte[8];
        assertThrows(IndexOutOfBoundsException.class, () -> cipher.seal(0, null, eight, 0, 8, new byte[23], 0));
        byte[] sealed = new byte[24];
        cipher.seal(0, null, eight, 0, 8, sealed, 0);
        assertThrows(IndexOutOfBoundsException.class, () -> cipher.open(0, null, sealed, 0, 24, new byte[7], 0));
    }

    @ParameterizedTest
    @MethodSource(WorkingProviders.ALL)
    void aFullNonceIsLittleEndianBehindFourZeros(CryptoProvider provider) {
        // RFC 7539, A.5, has a nonce that begins 00 00 00 00
        HexFormat hex = HexFormat.of();
        byte[] key = hex.parseHex("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0");
        byte[] ad = hex.parseHex("f33388860000000000004e91");
        byte[] sealed = hex.parseHex("64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb2"
                + "4c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf"
                + "332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c855"
                + "9797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4"
                + "b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523e"
                + "af4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a"
                + "0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a10"
                + "49e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29"
                + "a6ad5cb4022b02709beead9d67890cbb22392336fea1851f38");
        byte[] out = new byte[sealed.length - 16];
        int length = new ChaChaPoly(provider, key).open(0x0807060504030201L, ad, sealed, 0, sealed.length, out, 0);
        assertEquals(out.length, length);
        assertEquals("Internet-Drafts are draft documents", new String(out, StandardCharsets.UTF_8).substring(0, 35));
    }
}
