package dev.samovar.i2cp.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.crypto.SigType;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.Hash;
import dev.samovar.data.Mapping;
import dev.samovar.testkit.Fuzz;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.Vectors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class I2cpMessageCodecTest {

    private static final long NOW_MILLIS = 1_700_000_000_000L;

    private static final List<String> MESSAGES = List.of(
            "get_date",
            "set_date",
            "create_session",
            "session_status_created",
            "request_variable_leaseset",
            "create_leaseset2",
            "send_message",
            "send_message_expires",
            "message_status_accepted",
            "message_payload",
            "host_lookup_hash",
            "host_lookup_name",
            "host_reply_ok",
            "host_reply_fail",
            "destroy_session");

    private final Vectors vectors = Vectors.load("i2cp");
    private final I2cpMessageCodec codec = new I2cpMessageCodec();

    private I2cpMessage known(String name) throws WireException {
        ByteBuf in = Unpooled.wrappedBuffer(vectors.bytes(name));
        I2cpMessage message = codec.decode(in);
        assertFalse(in.isReadable(), name);
        return message;
    }

    private static byte[] encoded(I2cpMessage message) {
        ByteBuf out = Unpooled.buffer();
        I2cpMessageCodec.encode(message, out);
        return ByteBufUtil.getBytes(out);
    }

    @Test
    void theKnownMessagesEncodeToThemselves() throws WireException {
        assertEquals("2a", vectors.text("protocol_byte"));
        for (String name : MESSAGES) {
            I2cpMessage message = known(name);
            if (message instanceof GetDate getDate) {
                // the known one has an empty mapping, which is as good as none
                assertEquals(new GetDate("0.9.66", Mapping.EMPTY), getDate);
            } else {
                assertArrayEquals(vectors.bytes(name), encoded(message), name);
            }
            message.release();
        }
    }

    @Test
    void theKnownMessagesSayWhatTheyMean() throws WireException {
        assertEquals("0.9.66", ((SetDate) known("set_date")).version());
        assertEquals(new SessionStatus(1, SessionStatus.CREATED), known("session_status_created"));
        assertEquals(new DestroySession(1), known("destroy_session"));
        RequestVariableLeaseSet request = (RequestVariableLeaseSet) known("request_variable_leaseset");
        assertEquals(0x11223344, request.leases().get(0).tunnelId());
        CreateLeaseSet2 leaseSet = (CreateLeaseSet2) known("create_leaseset2");
        assertTrue(leaseSet.leaseSet().verify(NOW_MILLIS));
        assertEquals(4, leaseSet.privateKeys().get(0).typeCode());
        assertEquals("test.i2p", ((HostLookup) known("host_lookup_name")).name());
        assertEquals(9, ((HostReply) known("host_reply_ok")).requestId());
        assertNull(((HostReply) known("host_reply_fail")).destination());
        SendMessage send = (SendMessage) known("send_message_expires");
        assertTrue(send.expires());
        ClientPayload.Opened opened = ClientPayload.open(send.payload());
        assertEquals(18, opened.protocol());
        assertEquals(1, opened.fromPort());
        assertEquals(2, opened.toPort());
        assertEquals("hello", opened.payload().toString(java.nio.charset.StandardCharsets.US_ASCII));
        opened.payload().release();
    }

    @Test
    void theSignatureOfASessionConfigCoversTheReceivedBytes() throws WireException {
        SessionConfig config = ((CreateSession) known("create_session")).config();
        assertTrue(config.verify(NOW_MILLIS));
        assertEquals("true", config.options().get("i2cp.fastReceive"));
        byte[] bytes = vectors.bytes("create_session");
        for (int at : new int[] {10, 395, 410, 500, bytes.length - 70, bytes.length - 1}) {
            byte[] changed = bytes.clone();
            changed[at] ^= 1;
            try {
                CreateSession other = (CreateSession) codec.decode(Unpooled.wrappedBuffer(changed));
                assertFalse(other.config().verify(NOW_MILLIS), "byte " + at);
            } catch (WireException malformed) {
                // as good as refused
            }
        }
    }

    @Test
    void anUnsortedMappingSignedAsItIsVerifies() throws WireException {
        DestinationKeys keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, new SeededEntropy(3));
        ByteBuf out = Unpooled.buffer();
        keys.destination().encode(out);
        ByteBuf mapping = Unpooled.buffer();
        for (String entry : List.of("z", "a")) {
            mapping.writeByte(1).writeBytes(entry.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            mapping.writeByte('=').writeByte(1).writeByte('1').writeByte(';');
        }
        out.writeShort(mapping.readableBytes()).writeBytes(mapping);
        out.writeLong(NOW_MILLIS);
        out.writeBytes(keys.signingKeys().sign(ByteBufUtil.getBytes(out)));
        assertTrue(SessionConfig.decode(out).verify(NOW_MILLIS));
    }

    @Test
    void anOfflineSignedSessionConfigVerifiesUntilItsKeyExpires() throws WireException {
        DestinationKeys keys =
                DestinationKeys.fromBytes(Vectors.load("common").bytes("destination/private_key_file_offline"));
        Mapping options = SessionConfig.optionsFor(keys, Map.of("inbound.length", "0"));
        SessionConfig signed = SessionConfig.sign(keys, options, NOW_MILLIS);
        ByteBuf out = Unpooled.buffer();
        signed.encode(out);
        SessionConfig read = SessionConfig.decode(out);
        assertTrue(read.verify(NOW_MILLIS));
        long expiry = keys.offline().orElseThrow().expiresSeconds() * 1000;
        assertFalse(read.verify(expiry));
    }

    @Test
    void messagesOutsideTheVectorsComeBackAsTheyWere() throws WireException {
        Destination destination =
                DestinationKeys.generate(SigType.DSA_SHA1, new SeededEntropy(4)).destination();
        Hash hash = destination.hash();
        SessionConfig config = ((CreateSession) known("create_session")).config();
        for (I2cpMessage message : List.of(
                new GetBandwidthLimits(),
                new BandwidthLimits(1, 2, 3, 4, 5, 6, 7),
                new Disconnect("because"),
                new DestLookup(hash),
                new DestReply(destination, hash),
                new DestReply(null, hash),
                new ReceiveMessageBegin(3, 4),
                new ReceiveMessageEnd(3, 4),
                new BlindingInfo(9),
                HostLookup.byHash(I2cpMessage.NO_SESSION, 5, 1000, hash),
                new HostReply(1, 2, HostReply.UNSUPPORTED, null))) {
            assertEquals(message, codec.decode(Unpooled.wrappedBuffer(encoded(message))));
        }
        byte[] reconfigure = encoded(new ReconfigureSession(7, config));
        assertArrayEquals(reconfigure, encoded(codec.decode(Unpooled.wrappedBuffer(reconfigure))));
    }

    @Test
    void aBodyIsNotReadBeyondItsLengthAndBytesBehindItsFieldsAreSkipped() throws WireException {
        ByteBuf in = Unpooled.buffer();
        in.writeInt(7).writeByte(3).writeShort(12).writeInt(99).writeByte(99);
        I2cpMessageCodec.encode(new DestroySession(13), in);
        assertEquals(new DestroySession(12), codec.decode(in));
        assertEquals(new DestroySession(13), codec.decode(in));
        ByteBuf tooShort = Unpooled.buffer().writeInt(1).writeByte(3).writeShort(12);
        assertThrows(WireException.class, () -> codec.decode(tooShort));
    }

    @Test
    void anIncompleteFrameWaitsAndATooLongOneIsRefusedAtOnce() throws WireException {
        byte[] frame = vectors.bytes("send_message");
        for (int i = 0; i < frame.length; i++) {
            ByteBuf in = Unpooled.wrappedBuffer(frame, 0, i);
            assertNull(codec.decode(in));
            assertEquals(i, in.readableBytes());
        }
        ByteBuf tooLong =
                Unpooled.buffer().writeInt(I2cpMessageCodec.MAX_BODY + 1).writeByte(5);
        assertThrows(WireException.class, () -> codec.decode(tooLong));
        ByteBuf negative = Unpooled.buffer().writeInt(-1).writeByte(5);
        assertThrows(WireException.class, () -> codec.decode(negative));
    }

    @Test
    void unknownTypesSurviveByNumber() throws WireException {
        for (int type : new int[] {0, 21, 29, 40, 63, 64, 99, 255}) {
            ByteBuf in = Unpooled.buffer().writeInt(3).writeByte(type).writeMedium(1);
            UnknownMessage unknown = assertInstanceOf(UnknownMessage.class, codec.decode(in));
            assertEquals(type, unknown.typeCode());
            assertFalse(in.isReadable());
        }
    }

    @Test
    void aDestinationSeenBeforeIsNotReadAgain() throws WireException {
        SendMessage first = (SendMessage) known("send_message");
        SendMessage second = (SendMessage) known("send_message_expires");
        assertSame(first.to(), second.to());
        first.release();
        second.release();
    }

    @Test
    void noBytesMakeTheDecoderThrowAnythingElse() {
        long seed = 11;
        Random random = new Random(seed);
        for (int i = 0; i < 40_000; i++) {
            byte[] good = vectors.bytes(MESSAGES.get(i % MESSAGES.size()));
            byte[] bad = Fuzz.mutate(good, random);
            if (bad.length > 5 && random.nextBoolean()) {
                // another type's layout over these bytes, with a length that fits
                bad[0] = 0;
                bad[1] = 0;
                bad[2] = (byte) ((bad.length - 5) >> 8);
                bad[3] = (byte) (bad.length - 5);
                if (random.nextBoolean()) {
                    bad[4] = (byte) random.nextInt(44);
                }
            }
            try {
                I2cpMessage message = codec.decode(Unpooled.wrappedBuffer(bad));
                if (message != null) {
                    assertNotNull(encoded(message));
                    message.release();
                }
            } catch (WireException malformed) {
                // what a decoder may throw
            } catch (RuntimeException bug) {
                throw new AssertionError("seed " + seed + ", round " + i, bug);
            }
        }
    }
}
