package dev.samovar.tunnel;

import dev.samovar.base.Entropy;
import dev.samovar.base.WireException;
import dev.samovar.crypto.AesCbc;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.i2np.ReplyKey;
import dev.samovar.i2np.ShortTunnelBuild;
import dev.samovar.i2np.VariableTunnelBuild;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A request for a tunnel that came to this router as one of the hops, with short records or with long ones. {@link
 * TransitTunnels#begin} makes it, {@link #open} does what costs, {@link TransitTunnels#finish} answers. Belongs to one thread at
 * a time.
 */
public final class TransitBuild {

    private final Hash from;
    private final int type;
    private final List<byte[]> records;
    private final int slot;
    private final X25519KeyPair own;

    /** What stopped it; null while nothing did. */
    private TransitRefusal failure;

    private BuildRequest request;
    private HopKeys layer;
    /** Seals our reply, with the slot as nonce for a short record and zero for a long one. */
    private byte[] replyKey;

    private byte[] context;
    /** Seals the replies at an endpoint; null elsewhere and for long records. */
    private ReplyKey garlic;
    /** Null but for long records. */
    private BuildRequest.LongKeys longKeys;

    /**
     * A request whose record for us is in this slot.
     *
     * @param from null when it came in garlic
     * @param type of the message: {@link ShortTunnelBuild} or {@link VariableTunnelBuild}
     */
    TransitBuild(Hash from, int type, List<byte[]> records, int slot, X25519KeyPair own) {
        this.from = from;
        this.type = type;
        this.records = records;
        this.slot = slot;
        this.own = own;
    }

    /** The slot of the first record for this router; -1 when there is none. */
    static int slotOf(byte[] prefix, List<byte[]> records) {
        for (int slot = 0; slot < records.size(); slot++) {
            if (Arrays.equals(records.get(slot), 0, prefix.length, prefix, 0, prefix.length)) {
                return slot;
            }
        }
        return -1;
    }

    /** Opens the record: an agreement, a tenth of a millisecond. A pure function of the request, for any thread; once. */
    public void open() {
        BuildRecord.Opened opened = BuildRecord.open(records.get(slot), own);
        if (opened == null) {
            failure = TransitRefusal.NOT_SEALED_FOR_US;
            return;
        }
        try {
            if (isShort()) {
                request = BuildRequest.decodeShort(opened.clear());
                BuildRecord.Keys keys = BuildRecord.shortKeys(opened.noise(), request.role() == TunnelRole.ENDPOINT);
                layer = keys.layer();
                replyKey = keys.reply();
                context = keys.context();
                garlic = keys.garlic();
            } else {
                longKeys = BuildRequest.decodeLong(opened.clear());
                request = longKeys.request();
                layer = new HopKeys(SecretBytes.takeOver(longKeys.layerKey()), SecretBytes.takeOver(longKeys.ivKey()));
                replyKey = opened.noise().chainingKey();
                context = opened.noise().hash();
            }
        } catch (WireException malformed) {
            failure = TransitRefusal.MALFORMED;
        } finally {
            BuildRequest.wipe(opened.clear());
            opened.noise().destroy();
        }
    }

    /** The records with our reply in our slot, and all others covered (or, of the long form, encrypted). */
    List<byte[]> answer(BuildReply reply, Entropy entropy) {
        byte[] clear = reply.encode(isShort() ? BuildReply.SHORT_LENGTH : BuildReply.LONG_LENGTH, entropy);
        List<byte[]> answered = new ArrayList<>(records.size());
        for (int i = 0; i < records.size(); i++) {
            byte[] record = records.get(i);
            if (i == slot) {
                record = BuildRecord.sealReply(replyKey, context, isShort() ? slot : 0, clear);
            } else if (isShort()) {
                BuildRecord.cover(replyKey, i, record);
            } else {
                AesCbc.encrypt(longKeys.replyKey(), longKeys.replyIv(), record, 0, record.length);
            }
            answered.add(record);
        }
        return answered;
    }

    boolean isShort() {
        return type == ShortTunnelBuild.TYPE;
    }

    /** A number for the record that no honest creator uses twice: the beginning of its ephemeral key. */
    long number() {
        return ByteBuffer.wrap(records.get(slot)).getLong(BuildRecord.PREFIX_LENGTH);
    }

    Hash from() {
        return from;
    }

    TransitRefusal failure() {
        return failure;
    }

    /** Null before it was opened, and when that failed. */
    BuildRequest request() {
        return request;
    }

    HopKeys layer() {
        return layer;
    }

    ReplyKey garlic() {
        return garlic;
    }

    /** Wipes what the build alone needed; the keys of the layer are the tunnel's, if there is one. */
    void destroy(boolean withLayer) {
        if (replyKey != null) {
            Arrays.fill(replyKey, (byte) 0);
        }
        if (garlic != null) {
            Arrays.fill(garlic.key(), (byte) 0);
        }
        if (longKeys != null) {
            Arrays.fill(longKeys.replyKey(), (byte) 0);
        }
        if (withLayer && layer != null) {
            layer.destroy();
        }
    }

    @Override
    public String toString() {
        return "[build of somebody else]";
    }
}
