package dev.samovar.i2np;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.data.Hash;
import dev.samovar.data.LeaseSet;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.Vectors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class I2npBodiesTest {

    private static final Vectors I2NP = Vectors.load("i2np");
    private static final Vectors GARLIC = Vectors.load("router_garlic");
    private static final Vectors BUILD = Vectors.load("tunnel_build");
    private static final SeededEntropy ENTROPY = new SeededEntropy(7);
    private static final long EXPIRATION = 1_700_000_008_000L;

    private static ByteBuf in(byte[] bytes) {
        return Unpooled.wrappedBuffer(bytes);
    }

    private static byte[] encoded(I2npBody body) {
        ByteBuf out = Unpooled.buffer();
        body.encode(out);
        return ByteBufUtil.getBytes(out);
    }

    private static Hash hash() {
        return Hash.fromBytes(ENTROPY.bytes(Hash.LENGTH));
    }

    private static Fault fault(org.junit.jupiter.api.function.Executable executable) {
        return assertThrows(WireException.class, executable).fault();
    }

    @Test
    void aStoreOfALeaseSetWithATokenIsReadAndWrittenAsItCame() throws WireException {
        byte[] body = I2NP.bytes("database_store_leaseset2_with_token");
        DatabaseStore store = DatabaseStore.decode(in(body));
        assertEquals(LeaseSet.LEASE_SET_2, store.storeType());
        assertEquals(0xdeadbeef, store.replyToken());
        assertEquals(0x3000, store.replyTunnelId());
        assertArrayEquals(body, encoded(store));
    }

    @Test
    void aStoreOfARouterInfoHoldsItUncompressed() throws WireException {
        DatabaseStore store = DatabaseStore.decode(in(GARLIC.bytes("database_store_body")));
        assertTrue(store.isRouterInfo());
        assertNull(store.replyGateway());
        assertEquals(0x284, store.data().length);
        DatabaseStore again = DatabaseStore.decode(in(encoded(store)));
        assertArrayEquals(store.data(), again.data());
        assertEquals(store.key(), again.key());
    }

    @Test
    void theUpperBitsOfTheStoreTypeAreIgnored() throws WireException {
        byte[] body = I2NP.bytes("database_store_leaseset2_with_token");
        body[Hash.LENGTH] |= (byte) 0xf0;
        assertEquals(LeaseSet.LEASE_SET_2, DatabaseStore.decode(in(body)).storeType());
    }

    @Test
    void aStoreTypeWithoutALayoutIsKeptRaw() throws WireException {
        byte[] body = encoded(DatabaseStore.plain(hash(), 11, new byte[] {1, 2, 3}));
        DatabaseStore store = DatabaseStore.decode(in(body));
        assertEquals(11, store.storeType());
        assertArrayEquals(body, encoded(store));
    }

    @Test
    void aStoreWithoutAnEntryIsRefused() {
        byte[] body = encoded(DatabaseStore.plain(hash(), 3, new byte[1]));
        assertEquals(Fault.TRUNCATED, fault(() -> DatabaseStore.decode(in(body).slice(0, body.length - 1))));
    }

    @Test
    void theKnownEncryptedLookupIsReadAndWritten() throws WireException {
        byte[] body = GARLIC.bytes("database_lookup_body");
        DatabaseLookup lookup = DatabaseLookup.decode(in(body));
        assertEquals(DatabaseLookup.Kind.ROUTER_INFO, lookup.kind());
        assertEquals(0x3000, lookup.replyTunnelId());
        assertEquals(List.of(), lookup.excluded());
        assertTrue(lookup.replyKey().isEcies());
        assertArrayEquals(GARLIC.bytes("reply_key"), lookup.replyKey().key());
        assertArrayEquals(GARLIC.bytes("reply_tag"), lookup.replyKey().tag());
        assertArrayEquals(body, encoded(lookup));
    }

    @Test
    void lookupsOfEachKindWithAndWithoutExclusionsComeBackTheSame() throws WireException {
        for (DatabaseLookup.Kind kind : DatabaseLookup.Kind.values()) {
            for (int tunnel : new int[] {0, 0x80000001}) {
                for (int excluded : new int[] {0, 1, DatabaseLookup.MAX_EXCLUDED}) {
                    DatabaseLookup lookup = new DatabaseLookup(
                            hash(), hash(), kind, tunnel, Collections.nCopies(excluded, hash()), null);
                    assertEquals(lookup, DatabaseLookup.decode(in(encoded(lookup))));
                }
            }
        }
    }

    @Test
    void aLookupOfElGamalTimesIsReadAndSaysSo() throws WireException {
        ReplyKey aes = new ReplyKey(ENTROPY.bytes(32), ENTROPY.bytes(32));
        DatabaseLookup lookup = new DatabaseLookup(hash(), hash(), DatabaseLookup.Kind.LEASE_SET, 5, List.of(), aes);
        byte[] body = encoded(lookup);
        assertEquals(0x07, body[64]);
        ReplyKey read = DatabaseLookup.decode(in(body)).replyKey();
        assertFalse(read.isEcies());
        assertArrayEquals(aes.tag(), read.tag());
    }

    @Test
    void aLookupWithTheReservedReplyEncryptionOrTooManyExclusionsIsRefused() {
        byte[] body = GARLIC.bytes("database_lookup_body");
        body[64] |= 2;
        assertEquals(Fault.BAD_VALUE, fault(() -> DatabaseLookup.decode(in(body))));
        byte[] many = GARLIC.bytes("database_lookup_body");
        many[69] = 2;
        many[70] = 1;
        assertEquals(Fault.TOO_LARGE, fault(() -> DatabaseLookup.decode(in(many))));
    }

    @Test
    void theKnownSearchReplyIsReadAndWritten() throws WireException {
        byte[] body = I2NP.bytes("search_reply_body");
        DatabaseSearchReply reply = DatabaseSearchReply.decode(in(body));
        assertEquals(2, reply.peers().size());
        assertEquals(reply.peers().get(0), reply.from());
        assertArrayEquals(body, encoded(reply));
        assertEquals(Fault.TRUNCATED, fault(() -> DatabaseSearchReply.decode(in(body).slice(0, body.length - 1))));
    }

    @Test
    void theKnownDeliveryStatusIsReadAndWritten() throws WireException {
        byte[] body = I2NP.bytes("delivery_status_body");
        DeliveryStatus status = DeliveryStatus.decode(in(body));
        assertEquals(new DeliveryStatus(7, 1_700_000_000_000L), status);
        assertArrayEquals(body, encoded(status));
    }

    @Test
    void whatNewerRoutersAppendIsSkipped() throws WireException {
        byte[] longer = HexFormat.of().parseHex("000000070000018bcfe56800" + "0102");
        assertEquals(7, DeliveryStatus.decode(in(longer)).messageId());
    }

    @Test
    void theKnownGatewayMessageIsReadAndWritten() throws WireException {
        byte[] body = I2NP.bytes("tunnel_gateway_body");
        TunnelGateway gateway = TunnelGateway.decode(in(body));
        assertEquals(0x3000, gateway.tunnelId());
        assertEquals(DeliveryStatus.TYPE, gateway.message().typeCode());
        assertEquals(0x01020304, gateway.message().id());
        assertEquals(EXPIRATION, gateway.message().expirationMillis());
        assertArrayEquals(body, encoded(gateway));
        gateway.release();
    }

    @Test
    void theLongestMessageForAGatewayFits() throws WireException {
        ByteBuf longest = Unpooled.wrappedBuffer(new byte[TunnelGateway.MAX_BODY]);
        I2npMessage message =
                new TunnelGateway(1, new I2npMessage(Garlic.TYPE, 1, EXPIRATION, longest)).toMessage(2, EXPIRATION);
        assertEquals(I2npMessage.MAX_BODY, message.body().readableBytes());
        TunnelGateway.decode(message.body()).release();
        message.release();
    }

    @Test
    void theKnownGarlicIsReadAndWritten() throws WireException {
        byte[] body = GARLIC.bytes("garlic_body");
        Garlic garlic = Garlic.decode(in(body));
        assertEquals(body.length - 4, garlic.data().length);
        assertArrayEquals(body, encoded(garlic));
        body[0] = 1;
        assertEquals(Fault.TOO_LARGE, fault(() -> Garlic.decode(in(body))));
    }

    @Test
    void aPayloadIsHandedOverWithItsBuffer() throws WireException {
        ByteBuf payload = ByteBufAllocator.DEFAULT.heapBuffer().writeBytes(new byte[] {1, 2, 3});
        I2npMessage message = new DataMessage(payload).toMessage(1, EXPIRATION);
        assertEquals(0, payload.refCnt());
        DataMessage data = DataMessage.decode(message.body());
        message.release();
        assertEquals(3, data.payload().readableBytes());
        assertEquals(2, data.payload().getByte(1));
        data.release();
    }

    @Test
    void aCellIsHandedOverWithItsBuffer() throws WireException {
        ByteBuf cell = ByteBufAllocator.DEFAULT.heapBuffer().writeBytes(ENTROPY.bytes(TunnelData.DATA_LENGTH));
        byte[] bytes = ByteBufUtil.getBytes(cell);
        I2npMessage message = new TunnelData(0x12345678, cell).toMessage(1, EXPIRATION);
        assertEquals(1028, message.body().readableBytes());
        TunnelData data = TunnelData.decode(message.body());
        message.release();
        assertEquals(0x12345678, data.tunnelId());
        assertArrayEquals(bytes, ByteBufUtil.getBytes(data.data()));
        data.release();
    }

    @Test
    void theKnownTunnelBuildsAreReadAndWritten() throws WireException {
        for (String path :
                List.of("outbound/message_as_sent", "outbound/message_after_hop/2", "inbound/message_after_hop/1")) {
            byte[] body = BUILD.bytes(path);
            assertArrayEquals(body, encoded(ShortTunnelBuild.decode(in(body))));
            assertArrayEquals(body, encoded(OutboundTunnelBuildReply.decode(in(body))));
        }
        byte[] sent = BUILD.bytes("outbound/message_as_sent");
        List<byte[]> records = ShortTunnelBuild.decode(in(sent)).records();
        assertEquals(4, records.size());
        assertArrayEquals(BUILD.bytes("outbound/hops/0/record"), records.get(2));
    }

    @Test
    void buildsOfTheOlderFormsAreReadAndWritten() throws WireException {
        byte[] eight = ENTROPY.bytes(8 * 528);
        TunnelBuild build = TunnelBuild.decode(in(eight));
        assertArrayEquals(eight, encoded(build));
        assertEquals(TunnelBuild.REPLY_TYPE, build.toReply(1, EXPIRATION).typeCode());
        byte[] five = ENTROPY.bytes(1 + 5 * 528);
        five[0] = 5;
        VariableTunnelBuild variable = VariableTunnelBuild.decode(in(five));
        assertArrayEquals(five, encoded(variable));
        assertEquals(
                VariableTunnelBuild.REPLY_TYPE, variable.toReply(1, EXPIRATION).typeCode());
    }

    @Test
    void aBuildOfNoneOrMoreThanEightRecordsIsRefused() {
        byte[] none = new byte[1 + 9 * 218];
        assertEquals(Fault.BAD_VALUE, fault(() -> ShortTunnelBuild.decode(in(none))));
        byte[] nine = none.clone();
        nine[0] = 9;
        assertEquals(Fault.BAD_VALUE, fault(() -> ShortTunnelBuild.decode(in(nine))));
        byte[] cut = none.clone();
        cut[0] = 8;
        assertEquals(Fault.TRUNCATED, fault(() -> OutboundTunnelBuildReply.decode(in(cut).slice(0, 8 * 218))));
    }
}
