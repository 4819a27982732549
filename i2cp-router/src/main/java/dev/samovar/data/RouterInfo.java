package dev.samovar.data;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.SigType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a router publishes about itself (common structures, "RouterInfo"): {@link RouterIdentity}; published (8 bytes,
 * milliseconds); address count (1) and the {@link RouterAddress}es; peer count (1), always 0, and so many hashes; options
 * {@link Mapping}; signature over all before it. Immutable; equal when the bytes are. The bytes are kept as received, since
 * the signature covers them.
 */
public final class RouterInfo {

    /** The largest that is read. Others publish less than 3 kB. */
    public static final int MAX_LENGTH = 4096;

    /** Addresses in one RouterInfo; live ones have up to six. */
    public static final int MAX_ADDRESSES = 16;

    /** The option with the network's number. */
    public static final String NET_ID = "netId";

    /** The option with the {@link RouterVersion}. */
    public static final String VERSION = "router.version";

    /** The option with the {@link Capabilities}. */
    public static final String CAPABILITIES = "caps";

    private final RouterIdentity identity;
    private final long publishedMillis;
    private final List<RouterAddress> addresses;
    private final Mapping options;
    private final Capabilities capabilities;
    private final byte[] bytes;
    private final int signedLength;

    private RouterInfo(
            RouterIdentity identity,
            long publishedMillis,
            List<RouterAddress> addresses,
            Mapping options,
            byte[] bytes,
            int signedLength) {
        this.identity = identity;
        this.publishedMillis = publishedMillis;
        this.addresses = List.copyOf(addresses);
        this.options = options;
        this.capabilities = Capabilities.parse(options.get(CAPABILITIES));
        this.bytes = bytes;
        this.signedLength = signedLength;
    }

    /** Reads one and leaves what follows. Its signature is not looked at. */
    public static RouterInfo decode(ByteBuf in) throws WireException {
        int start = in.readerIndex();
        RouterIdentity identity = RouterIdentity.decode(in);
        SigType signer = identity.signingType();
        if (signer == null) {
            throw new WireException(Fault.UNKNOWN_TYPE, "signature type");
        }
        long published = Wire.date(in, "published");
        int addressCount = Wire.u8(in, "address count");
        if (addressCount > MAX_ADDRESSES) {
            throw new WireException(Fault.TOO_LARGE, "address count");
        }
        List<RouterAddress> addresses = new ArrayList<>(addressCount);
        for (int i = 0; i < addressCount; i++) {
            addresses.add(RouterAddress.decode(in));
        }
        int peers = Wire.u8(in, "peer count") * Hash.LENGTH;
        Wire.need(in, peers, "peers");
        in.skipBytes(peers);
        Mapping options = Mapping.decode(in);
        int signedLength = in.readerIndex() - start;
        Wire.need(in, signer.signatureLength(), "router info signature");
        if (signedLength + signer.signatureLength() > MAX_LENGTH) {
            throw new WireException(Fault.TOO_LARGE, "router info");
        }
        in.skipBytes(signer.signatureLength());
        byte[] bytes = new byte[in.readerIndex() - start];
        in.getBytes(start, bytes);
        return new RouterInfo(identity.within(bytes), published, addresses, options, bytes, signedLength);
    }

    /** Reads one that must fill the array. */
    public static RouterInfo fromBytes(byte[] bytes) throws WireException {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        RouterInfo info = decode(in);
        Wire.end(in, "router info");
        return info;
    }

    /**
     * Makes and signs one. A pure function; costs a signature.
     *
     * @throws IllegalArgumentException when it would be larger than {@link #MAX_LENGTH}
     */
    public static RouterInfo sign(
            RouterKeys keys, long publishedMillis, List<RouterAddress> addresses, Mapping options) {
        ByteBuf out = Unpooled.buffer(1024);
        keys.identity().encode(out);
        out.writeLong(publishedMillis);
        out.writeByte(addresses.size());
        for (RouterAddress address : addresses) {
            address.encode(out);
        }
        out.writeByte(0);
        options.encode(out);
        int signedLength = out.readableBytes();
        byte[] signature = keys.signingKeys().sign(out.array(), 0, signedLength);
        out.writeBytes(signature);
        if (addresses.size() > MAX_ADDRESSES || out.readableBytes() > MAX_LENGTH) {
            throw new IllegalArgumentException("too large for a router info");
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return new RouterInfo(keys.identity(), publishedMillis, addresses, options, bytes, signedLength);
    }

    public RouterIdentity identity() {
        return identity;
    }

    /** The hash of the identity: the router's name. */
    public Hash hash() {
        return identity.hash();
    }

    public long publishedMillis() {
        return publishedMillis;
    }

    public List<RouterAddress> addresses() {
        return addresses;
    }

    public Mapping options() {
        return options;
    }

    public Capabilities capabilities() {
        return capabilities;
    }

    /** The number of the network, or -1 when it is missing or no number. */
    public int netId() {
        String text = options.get(NET_ID);
        if (text == null || text.isEmpty() || text.length() > 3 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        return Integer.parseInt(text);
    }

    /** The version, or null when it is missing or malformed. */
    public RouterVersion version() {
        return RouterVersion.parse(options.get(VERSION));
    }

    /** Whether the signature is the identity's. Costs tens of microseconds. */
    public boolean verify() {
        return identity.verify(bytes, 0, signedLength, Arrays.copyOfRange(bytes, signedLength, bytes.length));
    }

    /** The encoding itself, not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    public int encodedLength() {
        return bytes.length;
    }

    /** Writes the bytes as they were read or signed. */
    public void encode(ByteBuf out) {
        out.writeBytes(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RouterInfo that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Redacted: it holds where somebody lives. */
    @Override
    public String toString() {
        return "[router info]";
    }
}
