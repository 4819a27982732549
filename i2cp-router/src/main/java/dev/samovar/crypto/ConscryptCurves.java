package dev.samovar.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.KeyAgreement;
import javax.security.auth.DestroyFailedException;

/**
 * Curve25519 from Conscrypt, by way of the JCA. Raw keys go in behind the fixed headers that make them PKCS #8 and X.509
 * encodings (RFC 8410), which costs next to nothing. Its check of a signature is the one of RFC 8032 without the cofactor.
 */
final class ConscryptCurves implements Curves {

    private static final int KEY_LENGTH = 32;

    private static final byte[] X25519_PRIVATE = header("302e020100300506032b656e04220420");
    private static final byte[] X25519_PUBLIC = header("302a300506032b656e032100");
    private static final byte[] ED25519_PRIVATE = header("302e020100300506032b657004220420");
    private static final byte[] ED25519_PUBLIC = header("302a300506032b6570032100");

    private final Provider provider;
    private final KeyFactory x25519Keys;
    private final KeyFactory ed25519Keys;
    private final ThreadLocal<KeyAgreement> agreements;
    private final ThreadLocal<Signature> verifiers;

    ConscryptCurves(Provider provider) throws GeneralSecurityException {
        this.provider = provider;
        this.x25519Keys = KeyFactory.getInstance("XDH", provider);
        this.ed25519Keys = KeyFactory.getInstance("EdDSA", provider);
        this.agreements = ThreadLocal.withInitial(this::newAgreement);
        this.verifiers = ThreadLocal.withInitial(this::newSignature);
    }

    /** From BouncyCastle, whose tables for the base point are faster than a key agreement with it by way of the JCA. */
    @Override
    public byte[] x25519PublicKey(byte[] privateKey) {
        return BouncyCastleCurves.INSTANCE.x25519PublicKey(privateKey);
    }

    @Override
    public boolean x25519(byte[] privateKey, byte[] publicKey, byte[] out) {
        try {
            PublicKey theirs = x25519Keys.generatePublic(new X509EncodedKeySpec(join(X25519_PUBLIC, publicKey)));
            PrivateKey ours = privateKey(x25519Keys, X25519_PRIVATE, privateKey);
            try {
                KeyAgreement agreement = agreements.get();
                agreement.init(ours);
                agreement.doPhase(theirs, true);
                return agreement.generateSecret(out, 0) == KEY_LENGTH && !isZero(out);
            } finally {
                wipe(ours);
            }
        } catch (InvalidKeyException noSecret) {
            // a key of small order
            return false;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** From BouncyCastle: the JCA has no way from a private key to its public one, and keys are made rarely. */
    @Override
    public byte[] ed25519PublicKey(byte[] seed) {
        return BouncyCastleCurves.INSTANCE.ed25519PublicKey(seed);
    }

    @Override
    public byte[] ed25519Sign(byte[] seed, byte[] publicKey, byte[] message, int offset, int length) {
        try {
            PrivateKey key = privateKey(ed25519Keys, ED25519_PRIVATE, seed);
            try {
                // one object per signature, since it keeps its key
                Signature signer = newSignature();
                signer.initSign(key);
                signer.update(message, offset, length);
                return signer.sign();
            } finally {
                wipe(key);
            }
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public boolean ed25519Verify(byte[] publicKey, byte[] message, int offset, int length, byte[] signature) {
        try {
            Signature verifier = verifiers.get();
            verifier.initVerify(ed25519Keys.generatePublic(new X509EncodedKeySpec(join(ED25519_PUBLIC, publicKey))));
            verifier.update(message, offset, length);
            return verifier.verify(signature);
        } catch (GeneralSecurityException notAKey) {
            return false;
        }
    }

    private KeyAgreement newAgreement() {
        try {
            return KeyAgreement.getInstance("XDH", provider);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private Signature newSignature() {
        try {
            return Signature.getInstance("EdDSA", provider);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static PrivateKey privateKey(KeyFactory factory, byte[] header, byte[] raw)
            throws GeneralSecurityException {
        byte[] encoded = join(header, raw);
        try {
            return factory.generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } finally {
            Arrays.fill(encoded, (byte) 0);
        }
    }

    private static void wipe(PrivateKey key) {
        try {
            key.destroy();
        } catch (DestroyFailedException kept) {
            // nothing holds the object any more
        }
    }

    private static boolean isZero(byte[] bytes) {
        int or = 0;
        for (byte b : bytes) {
            or |= b;
        }
        return or == 0;
    }

    private static byte[] join(byte[] header, byte[] raw) {
        byte[] encoded = Arrays.copyOf(header, header.length + raw.length);
        System.arraycopy(raw, 0, encoded, header.length, raw.length);
        return encoded;
    }

    private static byte[] header(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
