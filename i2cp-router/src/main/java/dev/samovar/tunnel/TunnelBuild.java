package dev.samovar.tunnel;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.base.WireException;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.i2np.ReplyKey;
import dev.samovar.i2np.ShortTunnelBuild;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One tunnel that we ask for, with short records (ECIES tunnel creation, "Short Record Specification").
 *
 * <ol>
 *   <li>Each hop gets a record, sealed for it, in a slot at random; the other slots are filled at random. An inbound build
 *       has a record for ourselves too, so that the last hop cannot tell that we are no further hop.
 *   <li>Each hop will cover all records but its own. So that the record of a later hop lies open before it, the covers of all
 *       earlier hops are applied to it ahead.
 *   <li>The request goes to the first hop ({@link #request}) and passes through all.
 *   <li>The answer is read from the last hop to the first: its reply is opened, then its cover is taken off the records of
 *       the hops before it ({@link #read}).
 * </ol>
 *
 * <p>Making one costs two X25519 operations for each hop, and touches nothing but its arguments: it may be done off the lane.
 * Afterwards it belongs to one thread at a time. {@link #destroy} when an answer has come, or will not.
 */
@SansIo
public final class TunnelBuild {

    /** So many hops a tunnel may have: with our own record there are eight. */
    public static final int MAX_HOPS = 7;

    /** How many records messages have: one of two numbers, so that the length of a tunnel is not to be seen. */
    private static final int FEW_RECORDS = 4;

    private static final int MANY_RECORDS = 8;

    private final boolean inbound;
    private final List<TunnelHop> hops;
    /** What is behind the last hop: the gateway for the reply to an outbound build, or ourselves. */
    private final Hash end;

    private final int endTunnelId;
    private final int messageId;
    private final long startedAt;
    private final long startedMillis;
    private final byte[][] records;
    private final int[] slots;
    private final BuildRecord.Keys[] keys;
    /** Our own record of an inbound build as it has to come back; null for an outbound one. */
    private byte[] ownRecord;

    private TunnelBuild(
            boolean inbound,
            List<TunnelHop> hops,
            Hash end,
            int endTunnelId,
            int messageId,
            long startedAt,
            long startedMillis) {
        if (hops.isEmpty() || hops.size() > MAX_HOPS) {
            throw new IllegalArgumentException(hops.size() + " hops");
        }
        if (endTunnelId == 0) {
            throw new IllegalArgumentException("zero names no tunnel");
        }
        this.inbound = inbound;
        this.hops = List.copyOf(hops);
        this.end = end;
        this.endTunnelId = endTunnelId;
        this.messageId = messageId;
        this.startedAt = startedAt;
        this.startedMillis = startedMillis;
        int needed = hops.size() + (inbound ? 1 : 0);
        this.records = new byte[needed <= FEW_RECORDS ? FEW_RECORDS : MANY_RECORDS][];
        this.slots = new int[needed];
        this.keys = new BuildRecord.Keys[hops.size()];
    }

    /**
     * A tunnel from us through these hops.
     *
     * @param hops in the order of the tunnel, 1 to {@value #MAX_HOPS}
     * @param replyGateway where the last hop sends the answer: the gateway of a tunnel to us, or ourselves
     * @param replyTunnelId by which that gateway knows the tunnel, not zero
     * @param messageId by which we shall know the answer, random and not zero
     * @param now monotonic nanoseconds
     * @param nowMillis the date
     * @return null when a hop has a key that is no proper one
     */
    public static TunnelBuild outbound(
            List<TunnelHop> hops,
            Hash replyGateway,
            int replyTunnelId,
            int messageId,
            long now,
            long nowMillis,
            Entropy entropy) {
        TunnelBuild build = new TunnelBuild(false, hops, replyGateway, replyTunnelId, messageId, now, nowMillis);
        return build.seal(entropy) ? build : null;
    }

    /**
     * A tunnel to us through these hops.
     *
     * @param hops in the order of the tunnel, the gateway first; 1 to {@value #MAX_HOPS}
     * @param receiveTunnelId by which we shall know the tunnel, not zero
     * @param messageId by which we shall know the answer, a {@link ShortTunnelBuild} itself; random and not zero
     * @param now monotonic nanoseconds
     * @param nowMillis the date
     * @return null when a hop has a key that is no proper one
     */
    public static TunnelBuild inbound(
            List<TunnelHop> hops,
            Hash self,
            int receiveTunnelId,
            int messageId,
            long now,
            long nowMillis,
            Entropy entropy) {
        TunnelBuild build = new TunnelBuild(true, hops, self, receiveTunnelId, messageId, now, nowMillis);
        return build.seal(entropy) ? build : null;
    }

    private boolean seal(Entropy entropy) {
        chooseSlots(entropy);
        for (int i = 0; i < hops.size(); i++) {
            TunnelRole role = role(i);
            byte[] clear = request(i, role, entropy).encodeShort(entropy);
            X25519KeyPair ephemeral = X25519KeyPair.generate(entropy);
            BuildRecord.Sealed sealed = BuildRecord.seal(hops.get(i), clear, role == TunnelRole.ENDPOINT, ephemeral);
            ephemeral.destroy();
            BuildRequest.wipe(clear);
            if (sealed == null) {
                destroy();
                return false;
            }
            records[slots[i]] = sealed.record();
            keys[i] = sealed.keys();
        }
        if (inbound) {
            ownRecord = ownRecord(entropy);
            records[slots[hops.size()]] = ownRecord.clone();
        }
        for (int slot = 0; slot < records.length; slot++) {
            if (records[slot] == null) {
                records[slot] = entropy.bytes(ShortTunnelBuild.RECORD_LENGTH);
            }
        }
        coverAhead();
        return true;
    }

    /** A slot for each record, all different. */
    private void chooseSlots(Entropy entropy) {
        int[] all = new int[records.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        for (int i = 0; i < slots.length; i++) {
            int other = i + entropy.below(all.length - i);
            slots[i] = all[other];
            all[other] = all[i];
        }
    }

    private TunnelRole role(int hop) {
        if (inbound) {
            return hop == 0 ? TunnelRole.GATEWAY : TunnelRole.PARTICIPANT;
        }
        return hop == hops.size() - 1 ? TunnelRole.ENDPOINT : TunnelRole.PARTICIPANT;
    }

    private BuildRequest request(int hop, TunnelRole role, Entropy entropy) {
        boolean last = hop == hops.size() - 1;
        return new BuildRequest(
                hops.get(hop).receiveTunnelId(),
                last ? endTunnelId : hops.get(hop + 1).receiveTunnelId(),
                last ? end : hops.get(hop + 1).router(),
                role,
                BuildRequest.LAYER_AES,
                TimeUnit.MILLISECONDS.toMinutes(startedMillis),
                BuildRequest.LIFETIME_SECONDS,
                last ? messageId : entropy.nonZeroInt(),
                hops.get(hop).bandwidth().toMapping(role));
    }

    /** For ourselves: to the last hop it looks like any other, so it has a key that is one. */
    private byte[] ownRecord(Entropy entropy) {
        X25519KeyPair ephemeral = X25519KeyPair.generate(entropy);
        byte[] record = Arrays.copyOf(end.toBytes(), ShortTunnelBuild.RECORD_LENGTH);
        System.arraycopy(ephemeral.publicKey(), 0, record, BuildRecord.PREFIX_LENGTH, ephemeral.publicKey().length);
        byte[] rest = entropy.bytes(record.length - BuildRecord.HEADER_LENGTH);
        System.arraycopy(rest, 0, record, BuildRecord.HEADER_LENGTH, rest.length);
        ephemeral.destroy();
        return record;
    }

    private void coverAhead() {
        for (int i = hops.size() - 2 + (inbound ? 1 : 0); i >= 0; i--) {
            for (int later = i + 1; later < slots.length; later++) {
                BuildRecord.cover(keys[i].reply(), slots[later], records[slots[later]]);
            }
        }
    }

    /** What goes to the first hop. The records are the message's own. */
    public ShortTunnelBuild request() {
        List<byte[]> copies = new ArrayList<>(records.length);
        for (byte[] record : records) {
            copies.add(record.clone());
        }
        return new ShortTunnelBuild(copies);
    }

    /**
     * Key and tag of the garlic in which the last hop of an outbound build sends the answer; null for an inbound build. Known
     * before the request goes out, since the answer may overtake anything. Wiped by {@link #destroy}.
     */
    public ReplyKey replyKey() {
        return keys[keys.length - 1].garlic();
    }

    /**
     * Reads an answer and changes nothing, so that a false one does no harm.
     *
     * @param answer the records of an {@link dev.samovar.i2np.OutboundTunnelBuildReply}, or of the {@link ShortTunnelBuild}
     *     that came back to us
     */
    public BuildVerdict read(List<byte[]> answer) {
        if (answer.size() != records.length) {
            return new BuildVerdict.Damaged(hops.size());
        }
        if (inbound && !Arrays.equals(ownRecord, answer.get(slots[hops.size()]))) {
            return new BuildVerdict.Damaged(hops.size());
        }
        byte[][] replies = new byte[hops.size()][];
        for (int i = 0; i < replies.length; i++) {
            replies[i] = answer.get(slots[i]).clone();
        }
        BuildReply[] opened = new BuildReply[replies.length];
        for (int i = replies.length - 1; i >= 0; i--) {
            byte[] clear = BuildRecord.openReply(keys[i].reply(), keys[i].context(), slots[i], replies[i]);
            if (clear == null) {
                return new BuildVerdict.Damaged(i);
            }
            try {
                opened[i] = BuildReply.decode(clear);
            } catch (WireException malformed) {
                return new BuildVerdict.Damaged(i);
            }
            for (int earlier = 0; earlier < i; earlier++) {
                BuildRecord.cover(keys[i].reply(), slots[earlier], replies[earlier]);
            }
        }
        return verdict(opened);
    }

    private BuildVerdict verdict(BuildReply[] replies) {
        List<Integer> codes = new ArrayList<>(replies.length);
        List<Integer> available = new ArrayList<>(replies.length);
        int refusing = -1;
        for (int i = 0; i < replies.length; i++) {
            int code = replies[i].code();
            int kbps = replies[i].availableKbps();
            if (code == BuildReply.ACCEPTED
                    && kbps > 0
                    && kbps < hops.get(i).bandwidth().minimum()) {
                // SPEC tunnel-creation-ecies, "Build Reply Option": no hop promises less than it was told to
                code = BuildReply.REFUSED;
            }
            codes.add(code);
            available.add(kbps);
            if (refusing < 0 && code != BuildReply.ACCEPTED) {
                refusing = i;
            }
        }
        if (refusing >= 0) {
            return new BuildVerdict.Refused(refusing, codes.get(refusing), codes);
        }
        List<HopKeys> layers = new ArrayList<>(keys.length);
        for (BuildRecord.Keys hop : keys) {
            // copies, so that an answer that comes twice makes no second owner of the same bytes
            layers.add(hop.layer().copy());
        }
        return new BuildVerdict.Accepted(layers, available);
    }

    /** Wipes all keys of the build. Those in a verdict are not touched. */
    public void destroy() {
        for (BuildRecord.Keys hop : keys) {
            if (hop != null) {
                hop.destroy();
            }
        }
    }

    public boolean isInbound() {
        return inbound;
    }

    /** By which the answer is known. */
    public int messageId() {
        return messageId;
    }

    /** In the order of the tunnel. */
    public List<TunnelHop> hops() {
        return hops;
    }

    /** By which we know an inbound tunnel; by which the reply's gateway knows the tunnel for the reply to an outbound build. */
    public int endTunnelId() {
        return endTunnelId;
    }

    /** Behind the last hop: the gateway for the reply to an outbound build; ourselves for an inbound one. */
    public Hash end() {
        return end;
    }

    /** When it was made, monotonic nanoseconds: the hops let the tunnel end ten minutes after they heard of it. */
    public long startedAt() {
        return startedAt;
    }

    /** When it was made, the date. */
    public long startedMillis() {
        return startedMillis;
    }
}
