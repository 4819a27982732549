package dev.samovar.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.crypto.EncType;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.SigningKeys;
import dev.samovar.crypto.X25519;
import dev.samovar.testkit.Fuzz;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.Vectors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LeaseSetTest {

    private static final long NOW_MILLIS = 1_700_000_000_000L;

    private final Vectors vectors = Vectors.load("common");
    private final SeededEntropy entropy = new SeededEntropy(1);

    private LeaseSet2 signVector(DestinationKeys keys) {
        byte[] publicKey = X25519.publicKey(SecretBytes.takeOver(vectors.bytes("leaseset2/x25519_private")));
        Hash gateway = Hash.fromBytes(vectors.bytes("leaseset2/gateway"));
        int tunnelId = Integer.parseInt(vectors.text("leaseset2/tunnel_id"));
        return LeaseSet2.sign(
                keys,
                1_700_000_000L,
                0,
                Mapping.EMPTY,
                List.of(new LeaseSet2.EncryptionKey(EncType.ECIES_X25519.code(), publicKey)),
                List.of(new Lease2(gateway, tunnelId, 1_700_000_600L)));
    }

    private static byte[] encoded(LeaseSet leaseSet) {
        ByteBuf out = Unpooled.buffer();
        leaseSet.encode(out);
        return ByteBufUtil.getBytes(out);
    }

    @Test
    void theKnownLeaseSet2DecodesVerifiesAndEncodesToItself() throws WireException {
        byte[] known = vectors.bytes("leaseset2/bytes");
        ByteBuf in = Unpooled.wrappedBuffer(known);
        LeaseSet2 leaseSet = LeaseSet2.decode(in);
        assertFalse(in.isReadable());
        assertTrue(leaseSet.verify(NOW_MILLIS));
        assertArrayEquals(known, encoded(leaseSet));
        assertEquals(
                Hash.fromBytes(vectors.bytes("destination/hash")),
                leaseSet.destination().hash());
        assertEquals(1_700_000_000L, leaseSet.publishedSeconds());
        assertEquals(1_700_000_600L, leaseSet.expiresSeconds());
        assertEquals(0, leaseSet.flags());
        assertEquals(1, leaseSet.leases().size());
        assertEquals(0x11223344, leaseSet.leases().get(0).tunnelId());
    }

    @Test
    void signingMakesTheKnownBytes() throws WireException {
        DestinationKeys keys = DestinationKeys.fromBytes(vectors.bytes("destination/private_key_file"));
        assertArrayEquals(vectors.bytes("leaseset2/bytes"), encoded(signVector(keys)));
    }

    @Test
    void anOfflineKeySignsAndIsCarriedAlong() throws WireException {
        DestinationKeys keys = DestinationKeys.fromBytes(vectors.bytes("destination/private_key_file_offline"));
        byte[] bytes = encoded(signVector(keys));
        LeaseSet2 leaseSet = LeaseSet2.decode(Unpooled.wrappedBuffer(bytes));
        assertTrue(leaseSet.offline().isPresent());
        assertEquals(1, leaseSet.flags());
        assertTrue(leaseSet.verify(NOW_MILLIS));
        long afterExpiry = leaseSet.offline().get().expiresSeconds() * 1000;
        assertFalse(leaseSet.verify(afterExpiry), "an expired transient key");
    }

    @Test
    void everySignatureTypeSignsAndVerifies() throws WireException {
        for (SigType type : SigType.values()) {
            if (type.usable()) {
                byte[] bytes = encoded(signVector(DestinationKeys.generate(type, entropy)));
                assertTrue(LeaseSet2.decode(Unpooled.wrappedBuffer(bytes)).verify(NOW_MILLIS), type.name());
            }
        }
    }

    @Test
    void noChangedBitVerifies() throws WireException {
        byte[] known = vectors.bytes("leaseset2/bytes");
        for (int i = 0; i < known.length; i += 7) {
            byte[] changed = known.clone();
            changed[i] ^= 0x10;
            boolean verifies = false;
            try {
                verifies = LeaseSet2.decode(Unpooled.wrappedBuffer(changed)).verify(NOW_MILLIS);
            } catch (WireException malformed) {
                // as good as a signature that does not hold
            }
            assertFalse(verifies, "byte " + i);
        }
    }

    @Test
    void theOldFormIsReadAndChecked() throws WireException {
        for (SigType type : List.of(SigType.DSA_SHA1, SigType.EdDSA_SHA512_Ed25519)) {
            byte[] bytes = legacy(DestinationKeys.generate(type, entropy));
            LeaseSet leaseSet = LeaseSet.decode(LeaseSet.LEGACY, Unpooled.wrappedBuffer(bytes));
            assertTrue(leaseSet.verify(NOW_MILLIS));
            assertArrayEquals(bytes, encoded(leaseSet));
            bytes[500] ^= 1;
            assertFalse(LeaseSet.decode(LeaseSet.LEGACY, Unpooled.wrappedBuffer(bytes))
                    .verify(NOW_MILLIS));
        }
    }

    private byte[] legacy(DestinationKeys keys) {
        ByteBuf out = Unpooled.buffer();
        keys.destination().encode(out);
        out.writeBytes(entropy.bytes(256));
        out.writeZero(keys.destination().signingType().publicKeyLength());
        out.writeByte(1);
        new Lease(Hash.fromBytes(entropy.bytes(32)), 7, NOW_MILLIS + 600_000).encode(out);
        out.writeBytes(keys.signingKeys().sign(ByteBufUtil.getBytes(out)));
        return ByteBufUtil.getBytes(out);
    }

    @Test
    void aMetaLeaseSetIsReadAndChecked() throws WireException {
        DestinationKeys keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
        ByteBuf out = Unpooled.buffer();
        out.writeByte(LeaseSet.META);
        keys.destination().encode(out);
        out.writeInt(1_700_000_000);
        out.writeShort(600);
        out.writeShort(0);
        Mapping.EMPTY.encode(out);
        out.writeByte(2);
        out.writeBytes(entropy.bytes(2 * 40));
        out.writeByte(1);
        out.writeBytes(entropy.bytes(32));
        out.writeBytes(keys.signingKeys().sign(ByteBufUtil.getBytes(out)));
        out.skipBytes(1);
        LeaseSet leaseSet = LeaseSet.decode(LeaseSet.META, out.duplicate());
        assertTrue(leaseSet.verify(NOW_MILLIS));
        assertEquals(keys.destination(), leaseSet.destination());
        assertArrayEquals(ByteBufUtil.getBytes(out), encoded(leaseSet));
    }

    @Test
    void anEncryptedLeaseSetHidesItsDestination() throws WireException {
        // a real one has a RedDSA key; the layout is the same for all types
        SigningKeys blinded = SigningKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
        ByteBuf out = Unpooled.buffer();
        out.writeByte(LeaseSet.ENCRYPTED);
        out.writeShort(blinded.type().code());
        out.writeBytes(blinded.publicKey());
        out.writeInt(1_700_000_000);
        out.writeShort(600);
        out.writeShort(0);
        out.writeShort(100);
        out.writeBytes(entropy.bytes(100));
        out.writeBytes(blinded.sign(ByteBufUtil.getBytes(out)));
        out.skipBytes(1);
        LeaseSet leaseSet = LeaseSet.decode(LeaseSet.ENCRYPTED, out.duplicate());
        assertNull(leaseSet.destination());
        assertTrue(leaseSet.verify(NOW_MILLIS));
        assertArrayEquals(ByteBufUtil.getBytes(out), encoded(leaseSet));
    }

    @Test
    void aKnownEncryptedLeaseSetIsStoredUnderItsBlindedKeyAndSignedByIt() throws WireException {
        Vectors encrypted = Vectors.load("encrypted_leaseset");
        for (String kind : List.of("no_auth", "psk_auth", "dh_auth")) {
            ByteBuf in = Unpooled.wrappedBuffer(encrypted.bytes(kind + "/bytes"));
            LeaseSet leaseSet = LeaseSet.decode(LeaseSet.ENCRYPTED, in);
            assertFalse(in.isReadable());
            assertTrue(leaseSet.verify(NOW_MILLIS), kind);
            assertArrayEquals(encrypted.bytes("store_hash"), leaseSet.hash().toBytes());
            assertEquals(NOW_MILLIS, leaseSet.publishedMillis());
            assertTrue(leaseSet.expiresMillis() > NOW_MILLIS);
        }
    }

    @Test
    void everyFormTellsItsDates() throws WireException {
        LeaseSet leaseSet =
                LeaseSet.decode(LeaseSet.LEASE_SET_2, Unpooled.wrappedBuffer(vectors.bytes("leaseset2/bytes")));
        assertEquals(leaseSet.destination().hash(), leaseSet.hash());
        assertEquals(NOW_MILLIS, leaseSet.publishedMillis());
        assertEquals(NOW_MILLIS + 600_000, leaseSet.expiresMillis());
    }

    @Test
    void anUnknownStoreTypeIsRefused() {
        assertThrows(WireException.class, () -> LeaseSet.decode(2, Unpooled.wrappedBuffer(new byte[500])));
    }

    @Test
    void noBytesMakeADecoderThrowAnythingElse() {
        long seed = 5;
        Random random = new Random(seed);
        DestinationKeys keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
        byte[][] good = {vectors.bytes("leaseset2/bytes"), legacy(keys), encoded(signVector(keys))};
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = Fuzz.mutate(good[i % good.length], random);
            int storeType = new int[] {1, 3, 5, 7}[random.nextInt(4)];
            try {
                LeaseSet leaseSet = LeaseSet.decode(storeType, Unpooled.wrappedBuffer(bad));
                assertTrue(encoded(leaseSet).length <= bad.length);
            } catch (WireException malformed) {
                // what a decoder may throw
            } catch (RuntimeException bug) {
                throw new AssertionError("seed " + seed + ", round " + i, bug);
            }
        }
    }
}
