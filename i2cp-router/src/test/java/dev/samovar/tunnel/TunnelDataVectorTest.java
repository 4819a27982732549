package dev.samovar.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.samovar.base.WireException;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.testkit.Vectors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The known cells: in clear, and under the layers of three hops. */
class TunnelDataVectorTest {

    private static final Vectors VECTORS = Vectors.load("tunnel_data");
    private static final int HOPS = 3;

    private static HopKeys keys(int hop) {
        String path = "hops_layer_iv_keys/" + hop;
        return new HopKeys(
                SecretBytes.takeOver(VECTORS.bytes(path + "/layer_key")),
                SecretBytes.takeOver(VECTORS.bytes(path + "/iv_key")));
    }

    private static I2npMessage message(String path) throws WireException {
        return I2npMessage.decodeLong(Unpooled.wrappedBuffer(VECTORS.bytes(path)));
    }

    private static byte[] bytes(I2npMessage message) {
        ByteBuf out = Unpooled.buffer();
        message.encodeLong(out);
        message.release();
        return ByteBufUtil.getBytes(out);
    }

    private record Given(TunnelDelivery delivery, byte[] message) {}

    /** What the payload of a cell in clear holds. */
    private static List<Given> read(FragmentAssembler assembler, byte[] ivAndData) {
        byte[] cell = new byte[Cell.LENGTH];
        System.arraycopy(ivAndData, 0, cell, Cell.IV_AT, ivAndData.length);
        int payload = Cell.payloadOf(cell, 0);
        List<Given> given = new ArrayList<>();
        assembler.accept(
                Unpooled.wrappedBuffer(cell, payload, cell.length - payload),
                0,
                (delivery, message) -> given.add(new Given(delivery, bytes(message))));
        return given;
    }

    private static FragmentAssembler assembler() {
        return new FragmentAssembler(new TunnelMemory(1, 1000, 1 << 20));
    }

    /** The same message packed here: as the known cell but for the padding. */
    private static List<byte[]> pack(TunnelDelivery delivery, I2npMessage message, byte[]... ivs) {
        ScriptedEntropy entropy = new ScriptedEntropy();
        for (byte[] iv : ivs) {
            entropy.array(iv);
        }
        CellPacker packer = new CellPacker(1, entropy, new CellPadding(5));
        List<byte[]> cells = new ArrayList<>();
        CellPacker.Output output = cell -> {
            cells.add(ByteBufUtil.getBytes(cell, Cell.IV_AT, Cell.LENGTH - Cell.IV_AT));
            cell.release();
        };
        packer.add(delivery, message, output);
        packer.flush(output);
        message.release();
        return cells;
    }

    private static void assertSameButForPadding(byte[] known, byte[] made) {
        int checksumEnd = LayerCipher.IV_LENGTH + 4;
        assertArrayEquals(Arrays.copyOf(known, checksumEnd), Arrays.copyOf(made, checksumEnd));
        int payload = checksumEnd;
        while (known[payload] != 0) {
            payload++;
        }
        assertArrayEquals(
                Arrays.copyOfRange(known, payload, known.length), Arrays.copyOfRange(made, payload, made.length));
    }

    private static byte[] iv(byte[] cell) {
        return Arrays.copyOf(cell, LayerCipher.IV_LENGTH);
    }

    @Test
    void everyHopOfTheInboundTunnelPutsItsLayerOnAndTheCreatorTakesThemOff() {
        byte[] clear = VECTORS.bytes("inbound_local/clear_at_gateway_iv_and_data");
        byte[] cell = clear.clone();
        for (int i = 0; i < HOPS; i++) {
            LayerCipher.encrypting(keys(i)).apply(cell, 0);
            assertArrayEquals(VECTORS.bytes("inbound_local/after_each_hop_gateway_first/" + i), cell, "hop " + i);
        }
        for (int i = HOPS - 1; i >= 0; i--) {
            LayerCipher.decrypting(keys(i)).apply(cell, 0);
        }
        assertArrayEquals(clear, cell);
    }

    @Test
    void theCreatorOfTheOutboundTunnelTakesOffAheadWhatEveryHopPutsOn() {
        byte[] clear = VECTORS.bytes("outbound_tunnel_delivery/clear_at_obep");
        byte[] cell = clear.clone();
        for (int i = HOPS - 1; i >= 0; i--) {
            LayerCipher.decrypting(keys(i)).apply(cell, 0);
        }
        assertArrayEquals(VECTORS.bytes("outbound_tunnel_delivery/sent_by_creator"), cell);
        for (int i = 0; i < HOPS; i++) {
            LayerCipher.encrypting(keys(i)).apply(cell, 0);
            assertArrayEquals(VECTORS.bytes("outbound_tunnel_delivery/after_each_hop/" + i), cell, "hop " + i);
        }
        assertArrayEquals(clear, cell);
    }

    @Test
    void theKnownLocalMessageIsReadAndPacked() throws WireException {
        byte[] known = VECTORS.bytes("inbound_local/clear_at_gateway_iv_and_data");
        List<Given> given = read(assembler(), known);
        assertEquals(1, given.size());
        assertEquals(TunnelDelivery.LOCAL, given.get(0).delivery());
        assertArrayEquals(VECTORS.bytes("i2np"), given.get(0).message());
        assertSameButForPadding(
                known, pack(TunnelDelivery.LOCAL, message("i2np"), iv(known)).get(0));
    }

    @Test
    void theKnownMessageForATunnelIsReadAndPacked() throws WireException {
        byte[] known = VECTORS.bytes("outbound_tunnel_delivery/clear_at_obep");
        List<Given> given = read(assembler(), known);
        assertEquals(1, given.size());
        assertArrayEquals(VECTORS.bytes("i2np"), given.get(0).message());
        assertSameButForPadding(
                known, pack(given.get(0).delivery(), message("i2np"), iv(known)).get(0));
    }

    @Test
    void theKnownFragmentsAreJoinedInEitherOrderAndMade() throws WireException {
        byte[] first = VECTORS.bytes("two_fragments_local/first");
        byte[] second = VECTORS.bytes("two_fragments_local/second");
        for (List<byte[]> order : List.of(List.of(first, second), List.of(second, first))) {
            FragmentAssembler assembler = assembler();
            assertEquals(List.of(), read(assembler, order.get(0)));
            List<Given> given = read(assembler, order.get(1));
            assertEquals(1, given.size());
            assertArrayEquals(
                    VECTORS.bytes("two_fragments_local/i2np"), given.get(0).message());
        }
        List<byte[]> made = pack(TunnelDelivery.LOCAL, message("two_fragments_local/i2np"), iv(first), iv(second));
        assertEquals(2, made.size());
        assertSameButForPadding(first, made.get(0));
        assertSameButForPadding(second, made.get(1));
    }
}
