package dev.samovar.crypto;

import java.math.BigInteger;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;

/**
 * RSA signatures over a hash that is not named in the padding: PKCS #1 v1.5 block type 1 around the bare hash, which Java
 * calls {@code NONEwithRSA}. SU3 files carry them (updates specification, "Signature Details").
 */
public final class RawRsa {

    /** A block begins 00 01, eight times ff at least, 00. */
    private static final int MIN_PADDING = 11;

    private RawRsa() {}

    /** Whether {@code signature}, as long as the key's modulus, is the one of {@code hash}. False for any bad input. */
    public static boolean verify(RSAPublicKey key, byte[] hash, byte[] signature) {
        BigInteger modulus = key.getModulus();
        int length = (modulus.bitLength() + 7) / 8;
        BigInteger number = new BigInteger(1, signature);
        if (signature.length != length || length < hash.length + MIN_PADDING || number.compareTo(modulus) >= 0) {
            return false;
        }
        byte[] expected = new byte[length];
        Arrays.fill(expected, 2, length - hash.length - 1, (byte) 0xff);
        expected[1] = 1;
        System.arraycopy(hash, 0, expected, length - hash.length, hash.length);
        return number.modPow(key.getPublicExponent(), modulus).equals(new BigInteger(1, expected));
    }
}
