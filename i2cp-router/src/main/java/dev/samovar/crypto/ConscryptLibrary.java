package dev.samovar.crypto;

import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.conscrypt.Conscrypt;

/**
 * The native library, loaded once and tried against known answers before anybody relies on it. It is never installed among
 * the JDK's providers, so nothing else in this process changes. It is unpacked to {@code java.io.tmpdir}; where that forbids
 * execution, or for a processor or C library that it was not built for, it does not load.
 */
final class ConscryptLibrary {

    private static final int MAX_REASON = 200;

    /** Initialised, and the library loaded, when first asked for. */
    private static final class Loaded {

        static final ConscryptLibrary LIBRARY;
        static final String FAILURE;

        static {
            ConscryptLibrary library = null;
            String failure = null;
            try {
                library = new ConscryptLibrary(Conscrypt.newProviderBuilder()
                        .provideTrustManager(false)
                        .build());
                if (!library.givesKnownAnswers()) {
                    library = null;
                    failure = "it gives wrong answers";
                }
            } catch (GeneralSecurityException | RuntimeException | LinkageError unusable) {
                library = null;
                failure = reason(unusable);
            }
            LIBRARY = library;
            FAILURE = failure;
        }
    }

    private final Provider provider;
    private final Curves curves;

    private ConscryptLibrary(Provider provider) throws GeneralSecurityException {
        this.provider = provider;
        this.curves = new ConscryptCurves(provider);
    }

    /** The library that works. */
    static ConscryptLibrary loaded() {
        if (Loaded.LIBRARY == null) {
            throw new IllegalStateException("Conscrypt does not work here: " + Loaded.FAILURE);
        }
        return Loaded.LIBRARY;
    }

    /** Why it does not work here, in one line; null when it does. */
    static String failure() {
        return Loaded.FAILURE;
    }

    Curves curves() {
        return curves;
    }

    Cipher chaChaPoly() {
        try {
            return newCipher();
        } catch (GeneralSecurityException impossible) {
            // it was there for the check
            throw new IllegalStateException(impossible);
        }
    }

    private Cipher newCipher() throws GeneralSecurityException {
        return Cipher.getInstance("ChaCha20/Poly1305/NoPadding", provider);
    }

    /** RFC 7748, section 5.2; RFC 8032, section 7.1, the second; and a cipher whose tag guards its bytes. */
    private boolean givesKnownAnswers() throws GeneralSecurityException {
        byte[] secret = new byte[X25519.KEY_LENGTH];
        boolean agrees = curves.x25519(
                hex("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
                hex("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"),
                secret);
        byte[] seed = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        byte[] publicKey = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        byte[] message = {0x72};
        byte[] signature = hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
        boolean signs = Arrays.equals(signature, curves.ed25519Sign(seed, publicKey, message, 0, 1))
                && curves.ed25519Verify(publicKey, message, 0, 1, signature)
                && !curves.ed25519Verify(publicKey, new byte[1], 0, 1, signature);
        return agrees
                && signs
                && Arrays.equals(hex("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"), secret)
                && ciphers();
    }

    private boolean ciphers() throws GeneralSecurityException {
        byte[] plain = {1, 2, 3};
        SecretKeySpec key = new SecretKeySpec(new byte[ChaChaPoly.KEY_LENGTH], "ChaCha20");
        IvParameterSpec nonce = new IvParameterSpec(new byte[12]);
        Cipher ours = newCipher();
        Cipher theirs = Cipher.getInstance("ChaCha20-Poly1305");
        ours.init(Cipher.ENCRYPT_MODE, key, nonce);
        theirs.init(Cipher.ENCRYPT_MODE, key, nonce);
        ours.updateAAD(plain);
        theirs.updateAAD(plain);
        byte[] sealed = ours.doFinal(plain);
        if (!Arrays.equals(theirs.doFinal(plain), sealed)) {
            return false;
        }
        sealed[0] ^= 1;
        Cipher opener = newCipher();
        opener.init(Cipher.DECRYPT_MODE, key, nonce);
        opener.updateAAD(plain);
        try {
            opener.doFinal(sealed);
            return false;
        } catch (AEADBadTagException refused) {
            return true;
        }
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    private static String reason(Throwable unusable) {
        String text = String.valueOf(unusable).replaceAll("\\s+", " ");
        return text.length() <= MAX_REASON ? text : text.substring(0, MAX_REASON) + "...";
    }
}
