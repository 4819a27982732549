package dev.samovar.base;

import dev.samovar.base.WireException.Fault;
import java.util.Arrays;
import java.util.Base64;

/**
 * I2P's text encodings: base64 with {@code -} and {@code ~} for the last two digits and {@code =} padding kept, and
 * base32 in lower case without padding.
 */
public final class Encodings {

    private static final String BASE32_DIGITS = "abcdefghijklmnopqrstuvwxyz234567";

    private Encodings() {}

    public static String base64(byte[] bytes) {
        String standard = Base64.getEncoder().encodeToString(bytes);
        return standard.replace('+', '-').replace('/', '~');
    }

    /**
     * Decodes I2P base64, padded or not.
     *
     * @throws WireException {@link Fault#BAD_VALUE} for any character outside the alphabet (blanks included), padding in
     *     the wrong place, an impossible length, or bits set behind the last byte
     */
    public static byte[] fromBase64(String text) throws WireException {
        byte[] standard = new byte[text.length()];
        for (int i = 0; i < standard.length; i++) {
            char c = text.charAt(i);
            if (c == '-') {
                standard[i] = '+';
            } else if (c == '~') {
                standard[i] = '/';
            } else if (c > 0x7e || c == '+' || c == '/') {
                throw new WireException(Fault.BAD_VALUE, "base64");
            } else {
                standard[i] = (byte) c;
            }
        }
        byte[] decoded;
        try {
            decoded = Base64.getDecoder().decode(standard);
        } catch (IllegalArgumentException malformed) {
            throw new WireException(Fault.BAD_VALUE, "base64");
        }
        int length = standard.length;
        while (length > 0 && standard[length - 1] == '=') {
            length--;
        }
        byte[] canonical = Base64.getEncoder().withoutPadding().encode(decoded);
        if (!Arrays.equals(canonical, Arrays.copyOf(standard, length))) {
            throw new WireException(Fault.BAD_VALUE, "base64");
        }
        return decoded;
    }

    public static String base32(byte[] bytes) {
        StringBuilder out = new StringBuilder((bytes.length * 8 + 4) / 5);
        int buffer = 0;
        int bits = 0;
        for (byte b : bytes) {
            buffer = (buffer << 8) | (b & 0xff);
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                out.append(BASE32_DIGITS.charAt((buffer >>> bits) & 31));
            }
            buffer &= (1 << bits) - 1;
        }
        if (bits > 0) {
            out.append(BASE32_DIGITS.charAt((buffer << (5 - bits)) & 31));
        }
        return out.toString();
    }

    /**
     * Decodes base32 in either case, without padding.
     *
     * @throws WireException {@link Fault#BAD_VALUE} for a character outside the alphabet or bits behind the last byte
     */
    public static byte[] fromBase32(String text) throws WireException {
        byte[] out = new byte[text.length() * 5 / 8];
        int buffer = 0;
        int bits = 0;
        int at = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int digit;
            if (c >= 'a' && c <= 'z') {
                digit = c - 'a';
            } else if (c >= 'A' && c <= 'Z') {
                digit = c - 'A';
            } else if (c >= '2' && c <= '7') {
                digit = c - '2' + 26;
            } else {
                throw new WireException(Fault.BAD_VALUE, "base32");
            }
            buffer = (buffer << 5) | digit;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                out[at++] = (byte) (buffer >>> bits);
            }
            buffer &= (1 << bits) - 1;
        }
        if (bits >= 5 || buffer != 0) {
            throw new WireException(Fault.BAD_VALUE, "base32");
        }
        return out;
    }
}
