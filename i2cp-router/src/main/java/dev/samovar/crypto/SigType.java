package dev.samovar.crypto;

import java.util.Locale;

/**
 * Signature types by their code in key certificates, with the lengths of keys and signatures in bytes (common
 * structures, "Key Certificates"). A type without an algorithm here is known by its lengths only: structures that name
 * it decode, nothing of it verifies.
 */
public enum SigType {
    DSA_SHA1(0, 128, 20, 40, true),
    ECDSA_SHA256_P256(1, 64, 32, 64, true),
    ECDSA_SHA384_P384(2, 96, 48, 96, true),
    ECDSA_SHA512_P521(3, 132, 66, 132, true),
    RSA_SHA256_2048(4, 256, 512, 256, false),
    RSA_SHA384_3072(5, 384, 768, 384, false),
    RSA_SHA512_4096(6, 512, 1024, 512, false),
    EdDSA_SHA512_Ed25519(7, 32, 32, 64, true),
    EdDSA_SHA512_Ed25519ph(8, 32, 32, 64, false),
    RedDSA_SHA512_Ed25519(11, 32, 32, 64, false);

    private static final SigType[] BY_CODE = new SigType[12];

    static {
        for (SigType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final int code;
    private final int publicKeyLength;
    private final int privateKeyLength;
    private final int signatureLength;
    private final boolean usable;

    SigType(int code, int publicKeyLength, int privateKeyLength, int signatureLength, boolean usable) {
        this.code = code;
        this.publicKeyLength = publicKeyLength;
        this.privateKeyLength = privateKeyLength;
        this.signatureLength = signatureLength;
        this.usable = usable;
    }

    public int code() {
        return code;
    }

    public int publicKeyLength() {
        return publicKeyLength;
    }

    public int privateKeyLength() {
        return privateKeyLength;
    }

    public int signatureLength() {
        return signatureLength;
    }

    /** Whether keys of this type can be made, signed with and verified here. */
    public boolean usable() {
        return usable;
    }

    /** The type of this code, or null. */
    public static SigType byCode(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }

    /** The type that a user named by its code or, in any case, by its name; null when there is none. */
    public static SigType byText(String text) {
        if (!text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return byCode(Integer.parseInt(text));
        }
        String wanted = text.toUpperCase(Locale.ROOT);
        for (SigType type : values()) {
            if (type.name().toUpperCase(Locale.ROOT).equals(wanted)) {
                return type;
            }
        }
        return null;
    }
}
