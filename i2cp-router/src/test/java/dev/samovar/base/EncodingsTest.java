package dev.samovar.base;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.samovar.testkit.SeededEntropy;
import org.junit.jupiter.api.Test;

class EncodingsTest {

    private static byte[] counting(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    @Test
    void base64UsesTheAlphabetOfI2pAndKeepsPadding() throws WireException {
        assertEquals("-~8=", Encodings.base64(new byte[] {(byte) 0xfb, (byte) 0xff}));
        assertEquals(
                "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v", Encodings.base64(counting(48)));
        assertArrayEquals(new byte[] {(byte) 0xfb, (byte) 0xff}, Encodings.fromBase64("-~8="));
        assertArrayEquals(new byte[] {(byte) 0xfb, (byte) 0xff}, Encodings.fromBase64("-~8"));
    }

    @Test
    void base64OfOtherAlphabetsAndDamagedTextIsRefused() {
        for (String wrong :
                new String[] {"+/8=", "-~8=\n", " -~8=", "-~9=", "-~8==", "A", "AAA\u00e9", "A=AA", "===="}) {
            assertThrows(WireException.class, () -> Encodings.fromBase64(wrong), wrong);
        }
    }

    @Test
    void base32IsLowerCaseWithoutPadding() throws WireException {
        assertEquals("aaaqeayeaudaocajbifqydiob4ibceqt", Encodings.base32(counting(20)));
        assertEquals(52, Encodings.base32(counting(32)).length());
        assertArrayEquals(counting(20), Encodings.fromBase32("AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT"));
    }

    @Test
    void base32OfOtherCharactersOrWithStrayBitsIsRefused() {
        for (String wrong :
                new String[] {"aaaqeayeaudaocajbifqydiob4ibceq1", "a", "ab", "aaaqeayeaudaocajbifqydiob4ibceqta=", "!!"
                }) {
            assertThrows(WireException.class, () -> Encodings.fromBase32(wrong), wrong);
        }
    }

    @Test
    void whatIsEncodedDecodesToItself() throws WireException {
        SeededEntropy entropy = new SeededEntropy(7);
        for (int length = 0; length < 200; length++) {
            byte[] bytes = entropy.bytes(length);
            assertArrayEquals(bytes, Encodings.fromBase64(Encodings.base64(bytes)));
            assertArrayEquals(bytes, Encodings.fromBase32(Encodings.base32(bytes)));
        }
    }
}
