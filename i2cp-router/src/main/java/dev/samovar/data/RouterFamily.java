package dev.samovar.data;

import dev.samovar.base.Encodings;
import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.Signatures;
import dev.samovar.crypto.SigningKeys;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * The family that a router says it belongs to: routers of one operator, which never serve in one tunnel (network database
 * overview, "Family options"). Three options of its RouterInfo: {@code family} the name; {@code family.key} the signature
 * type's code, {@code :} and the family's public key in base64; {@code family.sig} the key's signature over the name in UTF-8
 * and the router's hash, in base64. Anybody may make a key for any name, so a proof ties a router to the key, not to the name;
 * claims without proof count against those who make them all the same. Immutable.
 */
public final class RouterFamily {

    /** The option with the name. */
    public static final String NAME = "family";

    /** The option with the key. */
    public static final String KEY = "family.key";

    /** The option with the signature. */
    public static final String SIGNATURE = "family.sig";

    private final String name;
    private final SigType keyType;
    private final byte[] publicKey;
    private final byte[] signature;

    private RouterFamily(String name, SigType keyType, byte[] publicKey, byte[] signature) {
        this.name = name;
        this.keyType = keyType;
        this.publicKey = publicKey;
        this.signature = signature;
    }

    /**
     * The claim among a RouterInfo's options; null when there is none.
     *
     * @throws WireException when the name is empty, or key or signature are missing, malformed or of another length than the
     *     type's
     */
    public static RouterFamily read(Mapping options) throws WireException {
        String name = options.get(NAME);
        if (name == null) {
            return null;
        }
        String key = options.get(KEY);
        String signature = options.get(SIGNATURE);
        if (name.isEmpty() || key == null || signature == null) {
            throw new WireException(Fault.BAD_VALUE, "family options");
        }
        int colon = key.indexOf(':');
        SigType type = colon < 1 ? null : typeByCode(key.substring(0, colon));
        if (type == null) {
            throw new WireException(Fault.UNKNOWN_TYPE, "family key");
        }
        byte[] publicKey = Encodings.fromBase64(key.substring(colon + 1));
        byte[] signatureBytes = Encodings.fromBase64(signature);
        if (publicKey.length != type.publicKeyLength() || signatureBytes.length != type.signatureLength()) {
            throw new WireException(Fault.BAD_VALUE, "family key");
        }
        return new RouterFamily(name, type, publicKey, signatureBytes);
    }

    /**
     * Makes the options of a router that belongs to a family.
     *
     * @throws WireException when the name is empty or one of them longer than an option may be
     */
    public static Map<String, String> sign(String name, SigningKeys family, Hash router) throws WireException {
        Map<String, String> options = Map.of(
                NAME,
                name,
                KEY,
                family.type().code() + ":" + Encodings.base64(family.publicKey()),
                SIGNATURE,
                Encodings.base64(family.sign(signed(name, router))));
        for (String value : options.values()) {
            if (value.isEmpty() || value.getBytes(StandardCharsets.UTF_8).length > Wire.MAX_STRING_BYTES) {
                throw new WireException(Fault.TOO_LARGE, "family option");
            }
        }
        return options;
    }

    public String name() {
        return name;
    }

    public SigType keyType() {
        return keyType;
    }

    /** A copy of the family's key: what tells two families of one name apart. */
    public byte[] publicKey() {
        return publicKey.clone();
    }

    /** Whether the family signed for this router. Costs tens of microseconds, ECDSA ten times as much. */
    public boolean verify(Hash router) {
        return Signatures.verify(keyType, publicKey, signed(name, router), signature);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RouterFamily that
                && name.equals(that.name)
                && keyType == that.keyType
                && Arrays.equals(publicKey, that.publicKey)
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(signature);
    }

    /** Redacted: it tells whose the router is. */
    @Override
    public String toString() {
        return "[router family]";
    }

    private static SigType typeByCode(String digits) {
        boolean code = digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return code ? SigType.byCode(Integer.parseInt(digits)) : null;
    }

    private static byte[] signed(String name, Hash router) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] signed = Arrays.copyOf(text, text.length + Hash.LENGTH);
        System.arraycopy(router.toBytes(), 0, signed, text.length, Hash.LENGTH);
        return signed;
    }
}
