package dev.samovar.datagram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.SigningKeys;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.testkit.Fuzz;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.Vectors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class Datagram1CodecTest {

    private static final byte[] PAYLOAD = "payload".getBytes(StandardCharsets.US_ASCII);

    private static byte[] encode(DestinationKeys sender, byte[] payload) {
        ByteBuf out = Unpooled.buffer();
        Datagram1Codec.encodeHeader(
                out, sender.destination(), Datagram1Codec.sign(sender.signingKeys(), payload, 0, payload.length));
        out.writeBytes(payload);
        return ByteBufUtil.getBytes(out);
    }

    private static boolean holds(byte[] datagram) throws WireException {
        ByteBuf in = Unpooled.wrappedBuffer(datagram);
        Destination from = Datagram1Codec.decodeSender(in, new RecentSenders());
        byte[] signature = Wire.bytes(in, from.signingType().signatureLength(), "signature");
        return Datagram1Codec.verify(from, in.array(), in.readerIndex(), in.readableBytes(), signature);
    }

    @Test
    void theKnownDatagramIsWrittenAndRead() throws WireException {
        Vectors vectors = Vectors.load("streaming");
        Destination from = Destination.fromBytes(Vectors.load("common").bytes("destination/dest"));
        SigningKeys keys = SigningKeys.of(SigType.EdDSA_SHA512_Ed25519, SecretBytes.copyOf(vectors.bytes("from_seed")));
        byte[] payload = vectors.bytes("payload");
        ByteBuf out = Unpooled.buffer();
        Datagram1Codec.encodeHeader(out, from, Datagram1Codec.sign(keys, payload, 0, payload.length));
        assertEquals(Datagram1Codec.headerLength(from, keys.type()), out.readableBytes());
        out.writeBytes(payload);
        assertArrayEquals(vectors.bytes("datagram1"), ByteBufUtil.getBytes(out));
        assertTrue(holds(vectors.bytes("datagram1")));
    }

    @ParameterizedTest
    @EnumSource(
            value = SigType.class,
            names = {"DSA_SHA1", "ECDSA_SHA256_P256", "ECDSA_SHA384_P384", "ECDSA_SHA512_P521", "EdDSA_SHA512_Ed25519"})
    void everyUsableSignatureTypeSignsDatagramsThatHoldUntilABitChanges(SigType type) throws WireException {
        DestinationKeys sender = DestinationKeys.generate(type, new SeededEntropy(2));
        byte[] datagram = encode(sender, PAYLOAD);
        assertTrue(holds(datagram));
        int signatureAt = sender.destination().encodedLength();
        for (int at : new int[] {datagram.length - 1, signatureAt, signatureAt + type.signatureLength() - 1}) {
            byte[] forged = datagram.clone();
            forged[at] ^= 1;
            assertFalse(holds(forged), "byte " + at);
        }
    }

    @Test
    void aSenderMetBeforeIsTheSameObjectAndAnyOtherIsNot() throws WireException {
        RecentSenders known = new RecentSenders();
        SeededEntropy entropy = new SeededEntropy(5);
        DestinationKeys keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
        byte[] datagram = encode(keys, PAYLOAD);
        Destination first = Datagram1Codec.decodeSender(Unpooled.wrappedBuffer(datagram), known);
        assertNotSame(first, Datagram1Codec.decodeSender(Unpooled.wrappedBuffer(datagram), known));
        known.add(first);
        assertSame(first, Datagram1Codec.decodeSender(Unpooled.wrappedBuffer(datagram), known));
        ByteBuf direct = Unpooled.directBuffer().writeBytes(datagram);
        assertSame(first, Datagram1Codec.decodeSender(direct, known));
        assertEquals(datagram.length - first.encodedLength(), direct.readableBytes());
        direct.release();
        byte[] other = datagram.clone();
        other[0] ^= 1;
        assertNotSame(first, Datagram1Codec.decodeSender(Unpooled.wrappedBuffer(other), known));
        for (int i = 0; i < RecentSenders.CAPACITY; i++) {
            known.add(DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy)
                    .destination());
        }
        assertNotSame(first, Datagram1Codec.decodeSender(Unpooled.wrappedBuffer(datagram), known));
    }

    @Test
    void theMostRecentSendersAreKept() {
        RecentSenders known = new RecentSenders();
        SeededEntropy entropy = new SeededEntropy(6);
        Destination faithful =
                DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy).destination();
        known.add(faithful);
        for (int i = 0; i < 3 * RecentSenders.CAPACITY; i++) {
            Destination passing = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy)
                    .destination();
            known.add(passing);
            known.add(passing);
            assertSame(passing, known.find(Unpooled.wrappedBuffer(passing.toBytes())));
            assertSame(faithful, known.find(Unpooled.wrappedBuffer(faithful.toBytes())));
        }
    }

    @Test
    void aSenderOfATypeWithoutAlgorithmIsRefused() {
        byte[] datagram = encode(DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, new SeededEntropy(2)), PAYLOAD);
        for (int type : new int[] {8, 11, 231}) {
            datagram[388] = (byte) type;
            assertThrows(WireException.class, () -> holds(datagram), "type " + type);
        }
    }

    @Test
    void damagedDatagramsThrowNothingButWireException() {
        long seed = 20261125;
        Random random = new Random(seed);
        SeededEntropy entropy = new SeededEntropy(seed);
        byte[][] samples = {
            encode(DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy), entropy.bytes(40)),
            encode(DestinationKeys.generate(SigType.DSA_SHA1, entropy), entropy.bytes(40)),
            encode(DestinationKeys.generate(SigType.ECDSA_SHA256_P256, entropy), entropy.bytes(40))
        };
        for (int round = 0; round < 3000; round++) {
            byte[] bytes = Fuzz.mutate(samples[round % samples.length], random);
            if (bytes.length > 400 && round % 3 == 0) {
                bytes[384 + random.nextInt(8)] = (byte) random.nextInt(256);
            }
            try {
                holds(bytes);
            } catch (WireException expected) {
                // the only thing that may come out
            } catch (RuntimeException other) {
                fail("seed " + seed + " round " + round, other);
            }
        }
        assertThrows(WireException.class, () -> holds(new byte[0]));
    }
}
