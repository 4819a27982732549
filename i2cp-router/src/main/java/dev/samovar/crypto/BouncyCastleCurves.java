package dev.samovar.crypto;

import org.bouncycastle.math.ec.rfc7748.X25519;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * Curve25519 from BouncyCastle's raw interface: pure Java, so it runs everywhere. Its check of a signature is the one of RFC
 * 8032 with the cofactor.
 */
final class BouncyCastleCurves implements Curves {

    static final Curves INSTANCE = new BouncyCastleCurves();

    private BouncyCastleCurves() {}

    @Override
    public byte[] x25519PublicKey(byte[] privateKey) {
        byte[] publicKey = new byte[X25519.POINT_SIZE];
        X25519.generatePublicKey(privateKey, 0, publicKey, 0);
        return publicKey;
    }

    @Override
    public boolean x25519(byte[] privateKey, byte[] publicKey, byte[] out) {
        return X25519.calculateAgreement(privateKey, 0, publicKey, 0, out, 0);
    }

    @Override
    public byte[] ed25519PublicKey(byte[] seed) {
        byte[] publicKey = new byte[Ed25519.PUBLIC_KEY_SIZE];
        Ed25519.generatePublicKey(seed, 0, publicKey, 0);
        return publicKey;
    }

    @Override
    public byte[] ed25519Sign(byte[] seed, byte[] publicKey, byte[] message, int offset, int length) {
        byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
        Ed25519.sign(seed, 0, publicKey, 0, null, message, offset, length, signature, 0);
        return signature;
    }

    @Override
    public boolean ed25519Verify(byte[] publicKey, byte[] message, int offset, int length, byte[] signature) {
        return Ed25519.verify(signature, 0, publicKey, 0, message, offset, length);
    }
}
