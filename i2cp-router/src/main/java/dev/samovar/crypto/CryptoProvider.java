package dev.samovar.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;

/** Where the slow primitives come from, chosen once when the first of them is needed. */
public enum CryptoProvider {
    /** Curves from BouncyCastle, ciphers from the JDK: pure Java. */
    BOUNCY_CASTLE("curves from BouncyCastle, ciphers from the JDK", new BouncyCastleCurves());

    private static final CryptoProvider CURRENT = BOUNCY_CASTLE;

    private final String description;
    private final Curves curves;

    CryptoProvider(String description, Curves curves) {
        this.description = description;
        this.curves = curves;
    }

    /** The one in use. */
    public static CryptoProvider current() {
        return CURRENT;
    }

    /** For the log: which primitives come from where. */
    public String description() {
        return description;
    }

    Curves curves() {
        return curves;
    }

    /** A new ChaCha20-Poly1305 cipher. */
    Cipher chaChaPoly() {
        try {
            return Cipher.getInstance("ChaCha20-Poly1305");
        } catch (GeneralSecurityException missing) {
            // every JDK since 11 has it
            throw new IllegalStateException(missing);
        }
    }
}
