package dev.samovar.garlic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.garlic.GarlicBlock.DateTime;
import dev.samovar.garlic.GarlicBlock.Padding;
import dev.samovar.i2np.DatabaseLookup;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.OutboundTunnelBuildReply;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.Vectors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouterGarlicTest {

    private static final Vectors VECTORS = Vectors.load("router_garlic");
    private static final Vectors BUILD = Vectors.load("tunnel_build");
    private static final SeededEntropy ENTROPY = new SeededEntropy(11);
    private static final long NOW = 1_700_000_000_000L;

    private static X25519KeyPair router() {
        return X25519KeyPair.of(SecretBytes.takeOver(VECTORS.bytes("router_x25519_private")));
    }

    private static byte[] known() throws WireException {
        return Garlic.decode(Unpooled.wrappedBuffer(VECTORS.bytes("garlic_body")))
                .data();
    }

    private static byte[] body(GarlicBlock block) {
        return ByteBufUtil.getBytes(((GarlicClove) block).message().body());
    }

    private static I2npMessage message() {
        return new DeliveryStatus(7, NOW).toMessage(8, NOW + 10_000);
    }

    private static Fault fault(org.junit.jupiter.api.function.Executable executable) {
        return assertThrows(WireException.class, executable).fault();
    }

    @Test
    void theKnownLookupIsOpened() throws WireException {
        List<GarlicBlock> blocks = RouterGarlic.open(known(), router());
        assertEquals(3, blocks.size());
        assertEquals(new DateTime(0x6553f100L), blocks.get(0));
        GarlicClove clove = (GarlicClove) blocks.get(1);
        assertEquals(CloveDelivery.LOCAL, clove.delivery());
        assertEquals(DatabaseLookup.TYPE, clove.message().typeCode());
        assertEquals(0x99, clove.message().id());
        assertArrayEquals(VECTORS.bytes("database_lookup_body"), body(clove));
        assertEquals(new Padding(0), blocks.get(2));
    }

    @Test
    void theKnownLookupIsSealed() throws WireException {
        X25519KeyPair ephemeral = X25519KeyPair.of(SecretBytes.takeOver(VECTORS.bytes("ephemeral_private")));
        List<GarlicBlock> blocks = RouterGarlic.open(known(), router());
        assertArrayEquals(VECTORS.bytes("payload"), GarlicBlockCodec.encode(blocks));
        assertArrayEquals(known(), RouterGarlic.seal(router().publicKey(), blocks, ephemeral));
    }

    @Test
    void theKnownReplyIsOpenedAndSealed() throws WireException {
        byte[] key = VECTORS.bytes("reply_key");
        byte[] tag = VECTORS.bytes("reply_tag");
        byte[] reply = Garlic.decode(Unpooled.wrappedBuffer(VECTORS.bytes("reply_garlic_body")))
                .data();
        List<GarlicBlock> blocks = OneTimeGarlic.open(key, reply);
        GarlicClove clove = (GarlicClove) blocks.get(0);
        assertEquals(DatabaseStore.TYPE, clove.message().typeCode());
        assertArrayEquals(VECTORS.bytes("database_store_body"), body(clove));
        assertArrayEquals(reply, OneTimeGarlic.seal(key, tag, blocks));
    }

    @Test
    void theKnownReplyToATunnelBuildIsOpened() throws WireException {
        byte[] reply = Garlic.decode(Unpooled.wrappedBuffer(BUILD.bytes("outbound/otbrm_garlic_body")))
                .data();
        List<GarlicBlock> blocks = OneTimeGarlic.open(BUILD.bytes("outbound/hops/2/garlic_key"), reply);
        GarlicClove clove = (GarlicClove) blocks.get(0);
        assertEquals(OutboundTunnelBuildReply.TYPE, clove.message().typeCode());
        assertEquals(0xcafebabe, clove.message().id());
        assertArrayEquals(BUILD.bytes("outbound/message_after_hop/2"), body(clove));
    }

    @Test
    void whatIsWrappedComesOutAndTheMessageIsTakenOver() throws WireException {
        ByteBuf body = ByteBufAllocator.DEFAULT.heapBuffer().writeBytes(new byte[300]);
        Garlic garlic = RouterGarlic.wrap(router().publicKey(), new I2npMessage(1, 2, NOW, body), NOW, ENTROPY);
        assertEquals(0, body.refCnt());
        List<GarlicBlock> blocks = RouterGarlic.open(garlic.data(), router());
        assertEquals(new DateTime(NOW / 1000), blocks.get(0));
        assertArrayEquals(new byte[300], body(blocks.get(1)));
    }

    @Test
    void whatFitsOneCellIsNotPaddedIntoTwo() throws WireException {
        for (int length = 860; length <= 900; length++) {
            I2npMessage message = new I2npMessage(1, 2, NOW, Unpooled.wrappedBuffer(new byte[length]));
            int bare = 7 + 3 + 1 + 9 + length;
            int sealed = RouterGarlic.wrap(router().publicKey(), message, NOW, ENTROPY)
                    .data()
                    .length;
            assertTrue(sealed <= RouterGarlic.OVERHEAD + bare + 18);
            assertTrue(bare > 900 || sealed <= RouterGarlic.OVERHEAD + 900, "length " + length);
        }
    }

    @Test
    void aBadRouterKeySealsNothing() {
        assertNull(RouterGarlic.wrap(new byte[32], message(), NOW, ENTROPY));
    }

    @Test
    void damageAndWrongKeysAreRefused() throws WireException {
        byte[] good = known();
        for (int at : new int[] {0, 31, 32, good.length - 1}) {
            byte[] bad = good.clone();
            bad[at] ^= 0x40;
            assertEquals(Fault.BAD_SIGNATURE, fault(() -> RouterGarlic.open(bad, router())));
        }
        X25519KeyPair other = X25519KeyPair.generate(ENTROPY);
        assertEquals(Fault.BAD_SIGNATURE, fault(() -> RouterGarlic.open(good, other)));
        byte[] noKey = good.clone();
        Arrays.fill(noKey, 0, 32, (byte) 0);
        assertEquals(Fault.BAD_VALUE, fault(() -> RouterGarlic.open(noKey, router())));
        assertEquals(Fault.TRUNCATED, fault(() -> RouterGarlic.open(new byte[50], router())));
        assertEquals(Fault.TRUNCATED, fault(() -> OneTimeGarlic.open(new byte[32], new byte[26])));
        assertEquals(Fault.BAD_SIGNATURE, fault(() -> OneTimeGarlic.open(new byte[32], new byte[27])));
    }

    @Test
    void garlicWithoutADateIsRefused() {
        byte[] undated = RouterGarlic.seal(
                router().publicKey(), List.of(GarlicClove.local(message())), X25519KeyPair.generate(ENTROPY));
        assertEquals(Fault.BAD_VALUE, fault(() -> RouterGarlic.open(undated, router())));
    }
}
