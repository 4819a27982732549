package dev.samovar.crypto;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.ChaCha20ParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Raw ChaCha20 (RFC 7539), whose block counter begins at 1 wherever I2P uses it. Pure functions. */
public final class ChaCha20 {

    private ChaCha20() {}

    /** Encrypts or decrypts {@code length} bytes in place. */
    public static void apply(byte[] key, byte[] nonce, byte[] data, int at, int length) {
        try {
            // SPEC: one object per call, since the JDK's refuses a key and nonce that it had just before
            Cipher cipher = Cipher.getInstance("ChaCha20");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "ChaCha20"), new ChaCha20ParameterSpec(nonce, 1));
            byte[] out = cipher.doFinal(data, at, length);
            System.arraycopy(out, 0, data, at, length);
            Arrays.fill(out, (byte) 0);
        } catch (GeneralSecurityException wrong) {
            throw new IllegalArgumentException(wrong);
        }
    }
}
