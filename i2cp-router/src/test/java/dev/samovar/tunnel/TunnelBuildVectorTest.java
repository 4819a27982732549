package dev.samovar.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.samovar.base.WireException;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.data.Mapping;
import dev.samovar.garlic.GarlicBlock;
import dev.samovar.garlic.GarlicClove;
import dev.samovar.garlic.OneTimeGarlic;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.OutboundTunnelBuildReply;
import dev.samovar.i2np.ReplyKey;
import dev.samovar.i2np.ShortTunnelBuild;
import dev.samovar.testkit.Vectors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The known builds of three hops: as they are made, at each hop, and as the answer is read. */
class TunnelBuildVectorTest {

    private static final Vectors VECTORS = Vectors.load("tunnel_build");
    private static final int HOPS = 3;
    private static final int MESSAGE_ID = 0xcafebabe;
    private static final int FIRST_NEXT_MESSAGE_ID = 0xaabb0000;

    private static String hop(String kind, int hop) {
        return kind + "/hops/" + hop;
    }

    private static BuildRequest clear(String kind, int hop) throws WireException {
        return BuildRequest.decodeShort(VECTORS.bytes(hop(kind, hop) + "/clear"));
    }

    private static X25519KeyPair keys(String kind, int hop) {
        return X25519KeyPair.of(SecretBytes.takeOver(VECTORS.bytes(hop(kind, hop) + "/hop/x25519_private")));
    }

    private static List<TunnelHop> hops(String kind) throws WireException {
        List<TunnelHop> hops = new ArrayList<>();
        for (int i = 0; i < HOPS; i++) {
            hops.add(new TunnelHop(
                    Hash.fromBytes(VECTORS.bytes(hop(kind, i) + "/hop/hash")),
                    VECTORS.bytes(hop(kind, i) + "/hop/x25519_public"),
                    clear(kind, i).receiveTunnelId(),
                    BandwidthOptions.NONE));
        }
        return hops;
    }

    /** The build as the vector's author made it: slots, keys, ids, and what fills the rest. */
    static TunnelBuild build(String kind) throws WireException {
        boolean inbound = kind.equals("inbound");
        List<byte[]> sent = records(kind + "/message_as_sent");
        ScriptedEntropy entropy = new ScriptedEntropy();
        int[] slots = new int[inbound ? HOPS + 1 : HOPS];
        for (int i = 0; i < HOPS; i++) {
            slots[i] = Integer.parseInt(VECTORS.text(hop(kind, i) + "/slot"));
        }
        if (inbound) {
            slots[HOPS] = Integer.parseInt(VECTORS.text("inbound/phony_slot"));
        }
        int[] all = {0, 1, 2, 3};
        for (int i = 0; i < slots.length; i++) {
            int at = i;
            while (all[at] != slots[i]) {
                at++;
            }
            entropy.choice(at - i);
            all[at] = all[i];
        }
        for (int i = 0; i < HOPS; i++) {
            entropy.array(VECTORS.bytes(hop(kind, i) + "/ephemeral_private"));
            if (i < HOPS - 1) {
                entropy.number(FIRST_NEXT_MESSAGE_ID + i);
            }
        }
        if (!inbound) {
            entropy.array(sent.get(all[HOPS]));
        }
        BuildRequest last = clear(kind, HOPS - 1);
        long nowMillis = clear(kind, 0).minutes() * 60_000 + 59_999;
        return inbound
                ? TunnelBuild.inbound(
                        hops(kind), last.nextRouter(), last.nextTunnelId(), MESSAGE_ID, 0, nowMillis, entropy)
                : TunnelBuild.outbound(
                        hops(kind), last.nextRouter(), last.nextTunnelId(), MESSAGE_ID, 0, nowMillis, entropy);
    }

    private static List<byte[]> records(String path) throws WireException {
        ByteBuf body = Unpooled.wrappedBuffer(VECTORS.bytes(path));
        return ShortTunnelBuild.decode(body).records();
    }

    private static byte[] bytes(ShortTunnelBuild build) {
        ByteBuf out = Unpooled.buffer();
        build.encode(out);
        return ByteBufUtil.getBytes(out);
    }

    private static byte[] hex(SecretBytes secret) {
        return secret.copy();
    }

    @Test
    void theOutboundBuildIsMade() throws WireException {
        assertArrayEquals(
                VECTORS.bytes("outbound/message_as_sent"),
                bytes(build("outbound").request()));
    }

    @Test
    void theInboundBuildIsMadeButForItsOwnRecord() throws WireException {
        List<byte[]> made = build("inbound").request().records();
        List<byte[]> known = records("inbound/message_as_sent");
        int own = Integer.parseInt(VECTORS.text("inbound/phony_slot"));
        for (int slot = 0; slot < known.size(); slot++) {
            if (slot != own) {
                assertArrayEquals(known.get(slot), made.get(slot), "slot " + slot);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"outbound", "inbound"})
    void theKeysOfEachHopComeOutAtCreatorAndHop(String kind) throws WireException {
        for (int i = 0; i < HOPS; i++) {
            boolean endpoint = kind.equals("outbound") && i == HOPS - 1;
            X25519KeyPair ephemeral =
                    X25519KeyPair.of(SecretBytes.takeOver(VECTORS.bytes(hop(kind, i) + "/ephemeral_private")));
            BuildRecord.Sealed sealed =
                    BuildRecord.seal(hops(kind).get(i), VECTORS.bytes(hop(kind, i) + "/clear"), endpoint, ephemeral);
            assertArrayEquals(VECTORS.bytes(hop(kind, i) + "/record"), sealed.record());
            check(kind, i, endpoint, sealed.keys());
            BuildRecord.Opened opened = BuildRecord.open(sealed.record(), keys(kind, i));
            assertArrayEquals(VECTORS.bytes(hop(kind, i) + "/clear"), opened.clear());
            assertArrayEquals(
                    VECTORS.bytes(hop(kind, i) + "/ck_after_es"), opened.noise().chainingKey());
            check(kind, i, endpoint, BuildRecord.shortKeys(opened.noise(), endpoint));
        }
    }

    private static void check(String kind, int i, boolean endpoint, BuildRecord.Keys keys) {
        assertArrayEquals(VECTORS.bytes(hop(kind, i) + "/h_for_reply"), keys.context());
        assertArrayEquals(VECTORS.bytes(hop(kind, i) + "/reply_key"), keys.reply());
        assertArrayEquals(
                VECTORS.bytes(hop(kind, i) + "/layer_key"), hex(keys.layer().layerKey()));
        assertArrayEquals(
                VECTORS.bytes(hop(kind, i) + "/iv_key"), hex(keys.layer().ivKey()));
        if (endpoint) {
            assertArrayEquals(
                    VECTORS.bytes(hop(kind, i) + "/garlic_key"), keys.garlic().key());
            assertArrayEquals(
                    VECTORS.bytes(hop(kind, i) + "/garlic_tag"), keys.garlic().tag());
        } else {
            assertNull(keys.garlic());
        }
    }

    /** The records of the message as they lie before and after each hop: sealed reply in the hop's slot, covers elsewhere. */
    @ParameterizedTest
    @ValueSource(strings = {"outbound", "inbound"})
    void eachHopFindsItsRecordAndLeavesTheKnownMessage(String kind) throws WireException {
        List<byte[]> records = records(kind + "/message_as_sent");
        for (int i = 0; i < HOPS; i++) {
            int slot = Integer.parseInt(VECTORS.text(hop(kind, i) + "/slot"));
            assertArrayEquals(VECTORS.bytes(hop(kind, i) + "/record"), records.get(slot));
            BuildRecord.Opened opened = BuildRecord.open(records.get(slot), keys(kind, i));
            BuildRecord.Keys keys = BuildRecord.shortKeys(opened.noise(), kind.equals("outbound") && i == HOPS - 1);
            byte[] reply = new BuildReply(BuildReply.ACCEPTED, Mapping.EMPTY)
                    .encode(BuildReply.SHORT_LENGTH, new ScriptedEntropy());
            List<byte[]> after = new ArrayList<>();
            for (int other = 0; other < records.size(); other++) {
                byte[] record = records.get(other).clone();
                if (other == slot) {
                    record = BuildRecord.sealReply(keys.reply(), keys.context(), slot, reply);
                } else {
                    BuildRecord.cover(keys.reply(), other, record);
                }
                after.add(record);
            }
            assertArrayEquals(
                    VECTORS.bytes(kind + "/message_after_hop/" + i), bytes(new ShortTunnelBuild(after)), "hop " + i);
            records = after;
        }
    }

    @Test
    void theKnownAnswerToTheOutboundBuildIsOpenedAndRead() throws WireException {
        TunnelBuild build = build("outbound");
        ReplyKey key = build.replyKey();
        byte[] garlic = Garlic.decode(Unpooled.wrappedBuffer(VECTORS.bytes("outbound/otbrm_garlic_body")))
                .data();
        assertArrayEquals(key.tag(), Arrays.copyOf(garlic, ReplyKey.TAG_LENGTH));
        List<GarlicBlock> blocks = OneTimeGarlic.open(key.key(), garlic);
        GarlicClove clove = (GarlicClove) blocks.get(0);
        assertEquals(OutboundTunnelBuildReply.TYPE, clove.message().typeCode());
        assertEquals(build.messageId(), clove.message().id());
        List<byte[]> records =
                OutboundTunnelBuildReply.decode(clove.message().body()).records();
        clove.message().release();
        BuildVerdict.Accepted accepted = assertInstanceOf(BuildVerdict.Accepted.class, build.read(records));
        for (int i = 0; i < HOPS; i++) {
            assertArrayEquals(
                    VECTORS.bytes(hop("outbound", i) + "/layer_key"),
                    hex(accepted.keys().get(i).layerKey()));
        }
    }

    /** Our own record differs from the vector's, whose random part is not known apart; everything else is read as it is. */
    @Test
    void theKnownAnswerToTheInboundBuildIsRead() throws WireException {
        TunnelBuild build = build("inbound");
        int own = Integer.parseInt(VECTORS.text("inbound/phony_slot"));
        List<byte[]> records = new ArrayList<>(records("inbound/message_after_hop/2"));
        assertArrayEquals(VECTORS.bytes("inbound/phony_on_return"), records.get(own));
        assertInstanceOf(BuildVerdict.Damaged.class, build.read(records), "another record of ours");
        records.set(own, ownOf(build, own));
        assertInstanceOf(BuildVerdict.Accepted.class, build.read(records));
    }

    /** Our own record as it returns when every hop covers it. */
    private static byte[] ownOf(TunnelBuild build, int slot) {
        byte[] record = build.request().records().get(slot).clone();
        for (int i = 0; i < HOPS; i++) {
            BuildRecord.cover(VECTORS.bytes(hop("inbound", i) + "/reply_key"), slot, record);
        }
        return record;
    }

    @Test
    void theKnownRequestsAreWrittenAsTheyWereRead() throws WireException {
        for (String kind : List.of("outbound", "inbound")) {
            for (int i = 0; i < HOPS; i++) {
                String known = VECTORS.text(hop(kind, i) + "/clear");
                assertEquals(
                        known, HexFormat.of().formatHex(clear(kind, i).encodeShort(new ScriptedEntropy())), kind + i);
            }
        }
    }
}
