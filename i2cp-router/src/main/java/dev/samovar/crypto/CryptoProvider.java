package dev.samovar.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;

/**
 * Where Curve25519 and ChaCha20-Poly1305 come from, chosen once, when the first of them is needed: the fastest that works
 * here. Digests, HMAC and AES come from the JDK in any case.
 */
public enum CryptoProvider {
    /**
     * Curves from Conscrypt, which is BoringSSL: key agreements and checks of signatures take half of BouncyCastle's time.
     * ChaCha20-Poly1305 too: the JDK has compiler intrinsics for both halves of it only from 21 on and only on processors
     * with AVX-512. Without them it runs at half of Conscrypt's speed or less; with them it needs up to a third less time,
     * on long messages only.
     */
    CONSCRYPT {
        @Override
        Curves curves() {
            return ConscryptLibrary.loaded().curves();
        }

        @Override
        Cipher chaChaPoly() {
            return ConscryptLibrary.loaded().chaChaPoly();
        }

        @Override
        boolean works() {
            return ConscryptLibrary.failure() == null;
        }

        @Override
        public String description() {
            return "curves and ChaCha20-Poly1305 from Conscrypt, other ciphers from the JDK";
        }
    },

    /** Curves from BouncyCastle, ciphers from the JDK: pure Java, works everywhere. */
    BOUNCY_CASTLE {
        @Override
        Curves curves() {
            return BouncyCastleCurves.INSTANCE;
        }

        @Override
        Cipher chaChaPoly() {
            return jdkChaChaPoly();
        }

        @Override
        boolean works() {
            return true;
        }

        @Override
        public String description() {
            return "curves from BouncyCastle, ciphers from the JDK";
        }
    };

    /** System property that forces the choice: a name of this enum in any case. For tests, and for whoever must. */
    public static final String PROPERTY = "samovar.crypto";

    /** Chosen when first asked for, so that a program that needs neither does not pay for loading. */
    private static final class Chosen {
        static final CryptoProvider PROVIDER = choose(System.getProperty(PROPERTY));
    }

    /** The one in use. The first call may take some hundred milliseconds, while a native library loads. */
    public static CryptoProvider current() {
        return Chosen.PROVIDER;
    }

    /** Why {@link #CONSCRYPT} is not in use although nobody forbade it; null when it is, or was not asked for. */
    public static String whyNotNative() {
        return current() == CONSCRYPT || isForced(BOUNCY_CASTLE, System.getProperty(PROPERTY))
                ? null
                : ConscryptLibrary.failure();
    }

    /** For the log: what comes from where. */
    public abstract String description();

    abstract Curves curves();

    /** A new ChaCha20-Poly1305 cipher. */
    abstract Cipher chaChaPoly();

    /** Whether it runs on this machine and gives known answers. */
    abstract boolean works();

    /** A provider that is named is taken when it works; what is not a name leaves the choice to us. */
    static CryptoProvider choose(String forced) {
        return !isForced(BOUNCY_CASTLE, forced) && CONSCRYPT.works() ? CONSCRYPT : BOUNCY_CASTLE;
    }

    private static boolean isForced(CryptoProvider provider, String forced) {
        return forced != null
                && provider.name()
                        .replace("_", "")
                        .equalsIgnoreCase(forced.replace("_", "").strip());
    }

    private static Cipher jdkChaChaPoly() {
        try {
            return Cipher.getInstance("ChaCha20-Poly1305");
        } catch (GeneralSecurityException missing) {
            // every JDK since 11 has it
            throw new IllegalStateException(missing);
        }
    }
}
