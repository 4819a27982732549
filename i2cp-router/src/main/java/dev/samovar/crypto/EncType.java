package dev.samovar.crypto;

/** Encryption types by their code, with key lengths in bytes (common structures, "Key Certificates"). */
public enum EncType {
    ELGAMAL_2048(0, 256, 256),
    ECIES_X25519(4, 32, 32);

    private final int code;
    private final int publicKeyLength;
    private final int privateKeyLength;

    EncType(int code, int publicKeyLength, int privateKeyLength) {
        this.code = code;
        this.publicKeyLength = publicKeyLength;
        this.privateKeyLength = privateKeyLength;
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

    /** The type of this code, or null. */
    public static EncType byCode(int code) {
        for (EncType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        return null;
    }
}
