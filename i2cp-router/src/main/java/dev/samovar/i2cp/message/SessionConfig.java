package dev.samovar.i2cp.message;

import dev.samovar.base.Encodings;
import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.Signatures;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.Mapping;
import dev.samovar.data.OfflineSignature;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a client asks of its session: destination, options {@link Mapping}, date (8 bytes, milliseconds), signature over
 * all three (I2CP specification, "Session Config"). Where a transient key signs, three options carry its
 * {@link OfflineSignature}. The signed bytes are kept as received: a re-encoding might sort or escape differently.
 * Immutable.
 */
public final class SessionConfig {

    private static final String TRANSIENT_KEY = "i2cp.leaseSetTransientPublicKey";
    private static final String OFFLINE_EXPIRATION = "i2cp.leaseSetOfflineExpiration";
    private static final String OFFLINE_SIGNATURE = "i2cp.leaseSetOfflineSignature";

    /**
     * An option that only Samovar knows: with "true", SessionStatus "updated" follows each lease set of the session as soon as
     * those who look for it find it.
     */
    public static final String CONFIRM_LEASE_SET = "samovar.confirmLeaseSet";

    private final Destination destination;
    private final Mapping options;
    private final long dateMillis;
    private final OfflineSignature offline;
    private final byte[] signed;
    private final byte[] signature;

    private SessionConfig(
            Destination destination,
            Mapping options,
            long dateMillis,
            OfflineSignature offline,
            byte[] signed,
            byte[] signature) {
        this.destination = destination;
        this.options = options;
        this.dateMillis = dateMillis;
        this.offline = offline;
        this.signed = signed;
        this.signature = signature;
    }

    /**
     * These options with the three that introduce a transient key, where the keys have one.
     *
     * @throws WireException {@link Fault#TOO_LARGE} when they do not fit a mapping
     */
    public static Mapping optionsFor(DestinationKeys keys, Map<String, String> options) throws WireException {
        Map<String, String> all = new TreeMap<>(options);
        OfflineSignature offline = keys.offline().orElse(null);
        if (offline != null) {
            all.put(
                    TRANSIENT_KEY,
                    offline.transientType().code() + ":" + Encodings.base64(offline.transientPublicKey()));
            all.put(OFFLINE_EXPIRATION, Long.toString(offline.expiresSeconds()));
            all.put(OFFLINE_SIGNATURE, Encodings.base64(offline.signature()));
        }
        return Mapping.of(all);
    }

    /** Signs; a pure function. {@code options} are those of {@link #optionsFor}. */
    public static SessionConfig sign(DestinationKeys keys, Mapping options, long dateMillis) {
        ByteBuf out = Unpooled.buffer(1024);
        keys.destination().encode(out);
        options.encode(out);
        out.writeLong(dateMillis);
        byte[] signed = new byte[out.readableBytes()];
        out.readBytes(signed);
        byte[] signature = keys.signingKeys().sign(signed);
        OfflineSignature offline = keys.offline().orElse(null);
        return new SessionConfig(keys.destination(), options, dateMillis, offline, signed, signature);
    }

    public static SessionConfig decode(ByteBuf in) throws WireException {
        int start = in.readerIndex();
        Destination destination = Destination.decode(in);
        Mapping options = Mapping.decode(in);
        long date = Wire.date(in, "date");
        byte[] signed = new byte[in.readerIndex() - start];
        in.getBytes(start, signed);
        OfflineSignature offline = offline(destination, options);
        SigType signer = offline != null ? offline.transientType() : destination.signingType();
        if (signer == null) {
            throw new WireException(Fault.UNKNOWN_TYPE, "signature type");
        }
        byte[] signature = Wire.bytes(in, signer.signatureLength(), "signature");
        return new SessionConfig(destination, options, date, offline, signed, signature);
    }

    public void encode(ByteBuf out) {
        out.writeBytes(signed);
        out.writeBytes(signature);
    }

    public Destination destination() {
        return destination;
    }

    public Mapping options() {
        return options;
    }

    public long dateMillis() {
        return dateMillis;
    }

    /** Whether the signature holds, and that of the transient key at {@code nowMillis}. A pure function; costs both. */
    public boolean verify(long nowMillis) {
        if (offline == null) {
            return destination.verify(signed, signature);
        }
        return offline.verify(destination, nowMillis)
                && Signatures.verify(offline.transientType(), offline.transientPublicKey(), signed, signature);
    }

    @Override
    public String toString() {
        return "[session config]";
    }

    private static OfflineSignature offline(Destination destination, Mapping options) throws WireException {
        String key = options.get(TRANSIENT_KEY);
        if (key == null) {
            return null;
        }
        // SPEC i2cp#session-config: "type:base64"; without a type it is DSA
        int colon = key.indexOf(':');
        SigType type = colon < 0 ? SigType.DSA_SHA1 : SigType.byText(key.substring(0, colon));
        byte[] publicKey = Encodings.fromBase64(key.substring(colon + 1));
        String signature = options.get(OFFLINE_SIGNATURE);
        String expiration = options.get(OFFLINE_EXPIRATION);
        if (type == null
                || publicKey.length != type.publicKeyLength()
                || destination.signingType() == null
                || signature == null
                || expiration == null) {
            throw new WireException(Fault.BAD_VALUE, "transient key");
        }
        long expires;
        try {
            expires = Long.parseLong(expiration);
        } catch (NumberFormatException notANumber) {
            throw new WireException(Fault.BAD_VALUE, "offline expiration");
        }
        if (expires < 0 || expires > 0xffffffffL) {
            throw new WireException(Fault.BAD_VALUE, "offline expiration");
        }
        return new OfflineSignature(expires, type, publicKey, Encodings.fromBase64(signature));
    }
}
