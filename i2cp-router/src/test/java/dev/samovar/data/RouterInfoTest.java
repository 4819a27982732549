package dev.samovar.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Encodings;
import dev.samovar.base.WireException;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.testkit.Fuzz;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.Vectors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Routers' identities and what they publish; the vectors were parsed and verified by i2pd. */
class RouterInfoTest {

    private static final Vectors VECTORS = Vectors.load("common");

    private static RouterInfo own(RouterKeys keys) throws WireException {
        RouterAddress address = new RouterAddress(
                3, "NTCP2", Mapping.of(Map.of("v", "2", "host", "44.1.2.3", "port", "4567", "s", "key", "i", "iv")));
        return RouterInfo.sign(
                keys,
                1_700_000_000_123L,
                List.of(address),
                Mapping.of(Map.of("router.version", "0.9.66", "netId", "77", "caps", "XfRG")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"router", "router_unpublished"})
    void aVectorIsReadVerifiedAndWrittenByteForByte(String name) throws WireException {
        byte[] bytes = VECTORS.bytes(name + "/router_info");
        RouterInfo info = RouterInfo.fromBytes(bytes);
        assertTrue(info.verify());
        assertEquals(Hash.fromBytes(VECTORS.bytes(name + "/hash")), info.hash());
        ByteBuf out = Unpooled.buffer();
        info.encode(out);
        byte[] again = new byte[out.readableBytes()];
        out.readBytes(again);
        assertArrayEquals(bytes, again);
        ByteBuf address = Unpooled.buffer();
        info.addresses().get(0).encode(address);
        byte[] addressBytes = new byte[address.readableBytes()];
        address.readBytes(addressBytes);
        assertArrayEquals(VECTORS.bytes(name + "/address"), addressBytes);
        assertEquals("NTCP2", info.addresses().get(0).style());
        assertEquals(2, info.netId());
        assertTrue(info.version().atLeast(RouterVersion.parse("0.9.59")));
    }

    @Test
    void aVectorsIdentityHasItsKeys() throws WireException {
        RouterIdentity identity = RouterIdentity.fromBytes(VECTORS.bytes("router/identity"));
        assertArrayEquals(
                X25519KeyPair.of(SecretBytes.takeOver(VECTORS.bytes("router/x25519_private")))
                        .publicKey(),
                identity.encryptionKey());
        assertEquals(
                VECTORS.text("router/hash_b64"),
                Encodings.base64(identity.hash().toBytes()));
    }

    @Test
    void whatIsSignedIsReadAndSaysTheSame() throws WireException {
        RouterKeys keys = RouterKeys.generate(new SeededEntropy(1));
        RouterInfo signed = own(keys);
        RouterInfo read = RouterInfo.fromBytes(signed.bytes());
        assertEquals(signed, read);
        assertTrue(signed.verify());
        assertTrue(read.verify());
        assertEquals(77, read.netId());
        assertEquals(new RouterVersion(0, 9, 66), read.version());
        assertEquals(1_700_000_000_123L, read.publishedMillis());
        assertEquals("44.1.2.3", read.addresses().get(0).option("host"));
        assertTrue(read.capabilities().floodfill());
        assertTrue(read.capabilities().reachable());
        assertEquals('X', read.capabilities().bandwidth());
        assertEquals(Capabilities.Congestion.REFUSES_ALL, read.capabilities().congestion());
    }

    @Test
    void aChangedByteAnywhereIsNoticed() throws WireException {
        RouterInfo info = own(RouterKeys.generate(new SeededEntropy(2)));
        for (int at = 0; at < info.bytes().length; at++) {
            byte[] changed = info.bytes().clone();
            changed[at] ^= 4;
            boolean verified;
            try {
                verified = RouterInfo.fromBytes(changed).verify();
            } catch (WireException malformed) {
                verified = false;
            }
            assertFalse(verified, "byte " + at);
        }
    }

    @Test
    void tooLargeOnesAreRefused() throws WireException {
        RouterKeys keys = RouterKeys.generate(new SeededEntropy(3));
        String long1 = "x".repeat(250);
        RouterAddress large = new RouterAddress(3, "NTCP2", Mapping.of(Map.of("a", long1, "b", long1)));
        List<RouterAddress> many = java.util.Collections.nCopies(9, large);
        assertThrows(IllegalArgumentException.class, () -> RouterInfo.sign(keys, 1, many, Mapping.EMPTY));
        byte[] counted = own(keys).bytes().clone();
        counted[391 + 8] = 17;
        assertThrows(WireException.class, () -> RouterInfo.fromBytes(counted));
    }

    @Test
    void keysSurviveTheirEncodingAndForeignOnesAreRefused() throws WireException {
        RouterKeys keys = RouterKeys.generate(new SeededEntropy(4));
        byte[] bytes = keys.toBytes();
        RouterKeys read = RouterKeys.fromBytes(bytes);
        assertEquals(keys.identity(), read.identity());
        assertTrue(own(read).verify());
        for (int at : new int[] {0, 391 - 8, 391, 391 + 32, bytes.length - 1}) {
            byte[] changed = bytes.clone();
            changed[at] ^= 8;
            assertThrows(WireException.class, () -> RouterKeys.fromBytes(changed), "byte " + at);
        }
        assertThrows(WireException.class, () -> RouterKeys.fromBytes(Arrays.copyOf(bytes, bytes.length - 1)));
        assertThrows(WireException.class, () -> RouterKeys.fromBytes(Arrays.copyOf(bytes, bytes.length + 1)));
    }

    @Test
    void theUnusedBytesOfAnIdentityCompress() {
        byte[] identity = RouterKeys.generate(new SeededEntropy(5)).identity().toBytes();
        Deflater deflater = new Deflater();
        deflater.setInput(identity);
        deflater.finish();
        assertTrue(deflater.deflate(new byte[1024]) < 150);
        deflater.end();
    }

    @Test
    void versionsCompareAsNumbers() {
        assertTrue(RouterVersion.parse("0.9.100").compareTo(RouterVersion.parse("0.9.66")) > 0);
        assertTrue(RouterVersion.parse("2.58").compareTo(RouterVersion.parse("0.9.66")) > 0);
        assertEquals("0.9.64", RouterVersion.parse("0.9.64-0-rc").toString());
        for (String bad : new String[] {"", "0", "a.b.c", "0..9", "0.9.66.1", "0.9.99999", "-1.2.3", null}) {
            assertNull(RouterVersion.parse(bad), bad);
        }
    }

    @Test
    void netIdsThatAreNoNumbersAreNone() throws WireException {
        RouterKeys keys = RouterKeys.generate(new SeededEntropy(6));
        for (String bad : new String[] {"", "x", "-1", "1000", "2 "}) {
            RouterInfo info = RouterInfo.sign(keys, 1, List.of(), Mapping.of(Map.of("netId", bad)));
            assertEquals(-1, info.netId(), bad);
        }
        assertEquals(-1, RouterInfo.sign(keys, 1, List.of(), Mapping.EMPTY).netId());
    }

    @Test
    void hostileBytesEndInAWireExceptionOnly() throws WireException {
        byte[] seed = own(RouterKeys.generate(new SeededEntropy(7))).bytes();
        long randomSeed = System.nanoTime();
        Random random = new Random(randomSeed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = Fuzz.mutate(seed, random);
            try {
                RouterInfo info = RouterInfo.fromBytes(bytes);
                assertArrayEquals(bytes, info.bytes(), "seed " + randomSeed);
                info.netId();
                info.version();
            } catch (WireException malformed) {
                // as it has to be
            } catch (RuntimeException escaped) {
                throw new AssertionError("seed " + randomSeed, escaped);
            }
        }
    }

    @Test
    void nothingOfARouterIsPrinted() throws WireException {
        RouterKeys keys = RouterKeys.generate(new SeededEntropy(8));
        RouterInfo info = own(keys);
        String all = keys + " " + keys.identity() + " " + info + " " + info.addresses() + " " + info.options();
        assertFalse(all.contains("44.1.2.3"), all);
        assertNotEquals(
                keys.identity(), RouterKeys.generate(new SeededEntropy(9)).identity());
    }
}
