package dev.samovar.crypto;

import dev.samovar.base.Entropy;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.Arrays;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.DSA;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.DSAParameters;
import org.bouncycastle.crypto.params.DSAPrivateKeyParameters;
import org.bouncycastle.crypto.params.DSAPublicKeyParameters;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.DSASigner;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/**
 * Signing and verifying with raw keys, as I2P carries them: big-endian, fixed width, curve points as x and y without a
 * prefix, signatures as r and s (cryptography specification). Nonces of DSA and ECDSA are derived from key and message
 * (RFC 6979), so that no signature depends on the state of a random generator. Pure functions, safe from any thread.
 */
public final class Signatures {

    /** The one DSA group of I2P (cryptography specification, "DSA"). */
    private static final DSAParameters DSA_GROUP = new DSAParameters(
            new BigInteger(
                    "9c05b2aa960d9b97b8931963c9cc9e8c3026e9b8ed92fad0a69cc886d5bf8015fcadae31a0ad18fab3f01b00a358de23"
                            + "7655c4964afaa2b337e96ad316b9fb1cc564b5aec5b69a9ff6c3e4548707fef8503d91dd8602e867e6d35d22"
                            + "35c1869ce2479c3b9d5401de04e0727fb33d6511285d4cf29538d9e3b6051f5b22cc1c93",
                    16),
            new BigInteger("a5dfc28fef4ca1e286744cd8eed9d29d684046b7", 16),
            new BigInteger(
                    "0c1f4d27d40093b429e962d7223824e0bbc47e7c832a39236fc683af84889581075ff9082ed32353d4374d7301cda1d2"
                            + "3c431f4698599dda02451824ff369752593647cc3ddc197de985e43d136cdcfc6bd5409cd2f450821142a5e6"
                            + "f8eb1c3ab5d0484b8129fcf17bce4f7f33321c3cb3dbb14a905e7b2b3e93be4708cbcc82",
                    16));

    private static final ECDomainParameters P256 = curve("P-256");
    private static final ECDomainParameters P384 = curve("P-384");
    private static final ECDomainParameters P521 = curve("P-521");

    private Signatures() {}

    /**
     * Whether {@code signature} is a signature of {@code type} by {@code publicKey} over the whole message. False, never
     * an exception, for keys or signatures of the wrong length, keys that are no point of the curve, and types without an
     * algorithm here.
     */
    public static boolean verify(SigType type, byte[] publicKey, byte[] message, byte[] signature) {
        return verify(type, publicKey, message, 0, message.length, signature);
    }

    /** The same over {@code length} bytes of {@code message} from {@code offset}. */
    public static boolean verify(
            SigType type, byte[] publicKey, byte[] message, int offset, int length, byte[] signature) {
        if (type == null
                || !type.usable()
                || publicKey.length != type.publicKeyLength()
                || signature.length != type.signatureLength()) {
            return false;
        }
        if (type == SigType.EdDSA_SHA512_Ed25519) {
            return verifyEd25519(CryptoProvider.current(), publicKey, message, offset, length, signature);
        }
        int half = signature.length / 2;
        BigInteger r = new BigInteger(1, signature, 0, half);
        BigInteger s = new BigInteger(1, signature, half, half);
        DSA verifier;
        try {
            if (type == SigType.DSA_SHA1) {
                verifier = new DSASigner();
                verifier.init(false, new DSAPublicKeyParameters(new BigInteger(1, publicKey), DSA_GROUP));
            } else {
                ECDomainParameters curve = curveOf(type);
                verifier = new ECDSASigner();
                verifier.init(false, new ECPublicKeyParameters(point(curve, publicKey), curve));
            }
        } catch (IllegalArgumentException notAKey) {
            return false;
        }
        return verifier.verifySignature(digest(type, message, offset, length), r, s);
    }

    /** The same for Ed25519 with a provider; the lengths were checked. */
    static boolean verifyEd25519(
            CryptoProvider provider, byte[] publicKey, byte[] message, int offset, int length, byte[] signature) {
        return Ed25519Rules.isGoodPoint(publicKey, 0)
                && Ed25519Rules.isGoodPoint(signature, 0)
                && provider.curves().ed25519Verify(publicKey, message, offset, length, signature);
    }

    static byte[] sign(SigningKeys keys, byte[] message, int offset, int length) {
        // a copy: the key may be destroyed meanwhile
        byte[] privateKey = keys.privateKey().copyUnlessDestroyed();
        if (privateKey == null) {
            return new byte[keys.type().signatureLength()];
        }
        try {
            return sign(keys, privateKey, message, offset, length);
        } finally {
            Arrays.fill(privateKey, (byte) 0);
        }
    }

    private static byte[] sign(SigningKeys keys, byte[] privateKey, byte[] message, int offset, int length) {
        SigType type = keys.type();
        if (type == SigType.EdDSA_SHA512_Ed25519) {
            return CryptoProvider.current().curves().ed25519Sign(privateKey, keys.publicKey(), message, offset, length);
        }
        byte[] signature = new byte[type.signatureLength()];
        BigInteger secret = new BigInteger(1, privateKey);
        DSA signer;
        if (type == SigType.DSA_SHA1) {
            signer = new DSASigner(new HMacDSAKCalculator(new SHA1Digest()));
            signer.init(true, new DSAPrivateKeyParameters(secret, DSA_GROUP));
        } else {
            signer = new ECDSASigner(new HMacDSAKCalculator(curveDigest(type)));
            signer.init(true, new ECPrivateKeyParameters(secret, curveOf(type)));
        }
        BigInteger[] rs = signer.generateSignature(digest(type, message, offset, length));
        int half = signature.length / 2;
        writeFixed(rs[0], signature, 0, half);
        writeFixed(rs[1], signature, half, half);
        return signature;
    }

    static SecretBytes newPrivateKey(SigType type, Entropy entropy) {
        requireUsable(type);
        if (type == SigType.EdDSA_SHA512_Ed25519) {
            return SecretBytes.takeOver(entropy.bytes(type.privateKeyLength()));
        }
        BigInteger order =
                type == SigType.DSA_SHA1 ? DSA_GROUP.getQ() : curveOf(type).getN();
        int excessBits = type.privateKeyLength() * 8 - order.bitLength();
        while (true) {
            byte[] candidate = entropy.bytes(type.privateKeyLength());
            // SPEC P-521: 66 bytes hold 528 bits, the order has 521
            candidate[0] &= (byte) (0xff >>> excessBits);
            BigInteger scalar = new BigInteger(1, candidate);
            if (scalar.signum() > 0 && scalar.compareTo(order) < 0) {
                return SecretBytes.takeOver(candidate);
            }
            Arrays.fill(candidate, (byte) 0);
        }
    }

    static byte[] publicKey(SigType type, SecretBytes privateKey) {
        requireUsable(type);
        if (privateKey.length() != type.privateKeyLength()) {
            throw new IllegalArgumentException("a private key of another length");
        }
        if (type == SigType.EdDSA_SHA512_Ed25519) {
            return CryptoProvider.current().curves().ed25519PublicKey(privateKey.raw());
        }
        byte[] publicKey = new byte[type.publicKeyLength()];
        BigInteger secret = new BigInteger(1, privateKey.raw());
        if (type == SigType.DSA_SHA1) {
            if (secret.signum() == 0 || secret.compareTo(DSA_GROUP.getQ()) >= 0) {
                throw new IllegalArgumentException("not a private key");
            }
            writeFixed(DSA_GROUP.getG().modPow(secret, DSA_GROUP.getP()), publicKey, 0, publicKey.length);
            return publicKey;
        }
        ECDomainParameters curve = curveOf(type);
        if (secret.signum() == 0 || secret.compareTo(curve.getN()) >= 0) {
            throw new IllegalArgumentException("not a private key");
        }
        ECPoint point =
                new FixedPointCombMultiplier().multiply(curve.getG(), secret).normalize();
        int half = publicKey.length / 2;
        writeFixed(point.getAffineXCoord().toBigInteger(), publicKey, 0, half);
        writeFixed(point.getAffineYCoord().toBigInteger(), publicKey, half, half);
        return publicKey;
    }

    private static void requireUsable(SigType type) {
        if (!type.usable()) {
            throw new IllegalArgumentException(type + " has no algorithm here");
        }
    }

    private static ECDomainParameters curve(String name) {
        X9ECParameters parameters = CustomNamedCurves.getByName(name);
        return new ECDomainParameters(parameters);
    }

    private static ECDomainParameters curveOf(SigType type) {
        return switch (type) {
            case ECDSA_SHA256_P256 -> P256;
            case ECDSA_SHA384_P384 -> P384;
            case ECDSA_SHA512_P521 -> P521;
            default -> throw new IllegalArgumentException("not an ECDSA type");
        };
    }

    private static Digest curveDigest(SigType type) {
        return switch (type) {
            case ECDSA_SHA256_P256 -> new SHA256Digest();
            case ECDSA_SHA384_P384 -> new SHA384Digest();
            default -> new SHA512Digest();
        };
    }

    private static byte[] digest(SigType type, byte[] message, int offset, int length) {
        MessageDigest digest = Sha.digest(
                switch (type) {
                    case DSA_SHA1 -> "SHA-1";
                    case ECDSA_SHA256_P256 -> "SHA-256";
                    case ECDSA_SHA384_P384 -> "SHA-384";
                    default -> "SHA-512";
                });
        digest.update(message, offset, length);
        return digest.digest();
    }

    private static ECPoint point(ECDomainParameters curve, byte[] publicKey) {
        int half = publicKey.length / 2;
        return curve.getCurve()
                .validatePoint(new BigInteger(1, publicKey, 0, half), new BigInteger(1, publicKey, half, half));
    }

    private static void writeFixed(BigInteger value, byte[] out, int offset, int width) {
        byte[] bytes = value.toByteArray();
        int from = Math.max(0, bytes.length - width);
        int count = bytes.length - from;
        System.arraycopy(bytes, from, out, offset + width - count, count);
    }
}
