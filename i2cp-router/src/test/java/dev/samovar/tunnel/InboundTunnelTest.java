package dev.samovar.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Hash;
import dev.samovar.i2np.DataMessage;
import dev.samovar.i2np.DatabaseLookup;
import dev.samovar.i2np.DatabaseSearchReply;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.OutboundTunnelBuildReply;
import dev.samovar.i2np.TunnelData;
import dev.samovar.i2np.TunnelGateway;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What hops and strangers may try with a tunnel to us. */
class InboundTunnelTest {

    private final TunnelNet net = new TunnelNet(12);
    private final List<TunnelNet.Node> through = net.nodes(2);
    private final InboundTunnel tunnel = net.inbound(through);
    private final List<TunnelData> cells = new ArrayList<>();

    @AfterEach
    void close() {
        cells.forEach(TunnelData::release);
        net.close();
    }

    private I2npMessage message(int type, int bytes) {
        return new I2npMessage(type, 5, net.nowMillis() + 5_000, Unpooled.wrappedBuffer(net.entropy.bytes(bytes)));
    }

    /** The cells as the last hop sends them. */
    private void catchCells(I2npMessage message) {
        net.wire = (letter, wire) -> {
            if (letter.to().equals(net.self)) {
                byte[] data = ByteBufUtil.getBytes(letter.message().body(), 4, 1024);
                cells.add(new TunnelData(letter.message().body().getInt(0), Unpooled.wrappedBuffer(data)));
                letter.message().release();
            } else {
                wire.arrive(letter);
            }
        };
        net.post(
                net.self,
                tunnel.gateway(),
                new TunnelGateway(tunnel.gatewayTunnelId(), message).toMessage(6, net.nowMillis() + 5_000));
        net.run();
    }

    private void give(Hash from, TunnelData cell) {
        TunnelData copy = new TunnelData(cell.tunnelId(), Unpooled.wrappedBuffer(ByteBufUtil.getBytes(cell.data())));
        tunnel.accept(from, copy, net.now, net.delivered::add);
    }

    private Hash lastHop() {
        return through.get(1).hash;
    }

    /** A cell that is one under the layers of the hops, with what a hostile gateway put in. */
    private TunnelData forged(TunnelDelivery delivery, I2npMessage message) {
        // whoever knows the keys of all hops is the creator; here the tunnel's own layers are put on with its hops'
        // keys
        TunnelBuild build = net.inboundBuild(through, BandwidthOptions.NONE);
        BuildVerdict.Accepted accepted = (BuildVerdict.Accepted) net.run(build);
        InboundTunnel other = InboundTunnel.of(build, copy(accepted), net.memory);
        net.inbound.put(other.receiveTunnelId(), other);
        List<byte[]> clear = new ArrayList<>();
        CellPacker packer = new CellPacker(1, net.entropy, new CellPadding(4));
        CellPacker.Output output = cell -> {
            clear.add(ByteBufUtil.getBytes(cell, Cell.IV_AT, Cell.LENGTH - Cell.IV_AT));
            cell.release();
        };
        packer.add(delivery, message, output);
        packer.flush(output);
        message.release();
        accepted.keys().forEach(keys -> LayerCipher.encrypting(keys).apply(clear.get(0), 0));
        return new TunnelData(other.receiveTunnelId(), Unpooled.wrappedBuffer(clear.get(0)));
    }

    private static BuildVerdict.Accepted copy(BuildVerdict.Accepted accepted) {
        return new BuildVerdict.Accepted(
                accepted.keys().stream().map(HopKeys::copy).toList(), accepted.availableKbps());
    }

    private void giveForged(TunnelDelivery delivery, I2npMessage message) {
        TunnelData cell = forged(delivery, message);
        net.inbound.get(cell.tunnelId()).accept(lastHop(), cell, net.now, net.delivered::add);
    }

    @Test
    void onlyTheLastHopBringsCells() {
        catchCells(message(DataMessage.TYPE, 10));
        give(through.get(0).hash, cells.get(0));
        give(null, cells.get(0));
        assertEquals(2, net.memory.dropped(TunnelDrop.CELL_FROM_STRANGER));
        give(lastHop(), cells.get(0));
        assertEquals(1, net.delivered.size());
    }

    @Test
    void aCellThatIsEchoedCountsOnce() {
        catchCells(message(DataMessage.TYPE, 10));
        for (int i = 0; i < 5; i++) {
            give(lastHop(), cells.get(0));
        }
        assertEquals(1, net.delivered.size());
        assertEquals(4, net.memory.dropped(TunnelDrop.CELL_REPEATED));
    }

    @Test
    void aCellThatAHopChangedIsCountedAsDamaged() {
        catchCells(message(DataMessage.TYPE, 10));
        cells.get(0).data().setByte(700, ~cells.get(0).data().getByte(700));
        give(lastHop(), cells.get(0));
        assertEquals(1, tunnel.damagedCells());
        assertEquals(1, net.memory.dropped(TunnelDrop.CELL_DAMAGED));
        assertEquals(0, net.delivered.size());
    }

    @Test
    void onlyTypesThatOthersMaySendComeThrough() {
        TreeSet<Integer> through = new TreeSet<>();
        for (int type = 0; type < 256; type++) {
            giveForged(TunnelDelivery.LOCAL, message(type, 10));
            net.delivered.forEach(message -> {
                through.add(message.typeCode());
                message.release();
            });
            net.delivered.clear();
        }
        assertEquals(
                new TreeSet<>(List.of(
                        DatabaseStore.TYPE,
                        DatabaseSearchReply.TYPE,
                        DeliveryStatus.TYPE,
                        Garlic.TYPE,
                        DataMessage.TYPE,
                        OutboundTunnelBuildReply.TYPE)),
                through);
        assertTrue(!through.contains(DatabaseLookup.TYPE));
        assertEquals(250, net.memory.dropped(TunnelDrop.FORBIDDEN_TYPE));
    }

    @Test
    void aMessageForSomebodyElseIsNotSentOn() {
        giveForged(new TunnelDelivery.ToRouter(net.self), message(DataMessage.TYPE, 10));
        giveForged(new TunnelDelivery.ToTunnel(net.self, 5), message(DataMessage.TYPE, 10));
        assertEquals(2, net.memory.dropped(TunnelDrop.DELIVERY_NOT_LOCAL));
        assertEquals(0, net.delivered.size());
    }

    @Test
    void fragmentsThatStayAwayAreGivenUpInTime() {
        catchCells(message(DataMessage.TYPE, 5_000));
        assertEquals(6, cells.size());
        cells.subList(0, 5).forEach(cell -> give(lastHop(), cell));
        assertTrue(net.memory.fragmentBytes() > 4_000);
        net.now += TimeUnit.SECONDS.toNanos(10);
        tunnel.handleTimeout(net.now);
        assertEquals(1, net.memory.dropped(TunnelDrop.FRAGMENTS_MISSING));
        assertEquals(0, net.memory.fragmentBytes());
    }

    @Test
    void nothingIsLeftBehind() {
        catchCells(message(DataMessage.TYPE, 5_000));
        cells.subList(0, 5).forEach(cell -> give(lastHop(), cell));
        tunnel.destroy();
        assertEquals(0, net.memory.fragmentBytes());
        give(lastHop(), cells.get(5));
        assertEquals(0, net.delivered.size());
        assertEquals(0, net.memory.fragmentBytes());
    }

    @Test
    void theOwnerMayDestroyTheTunnelOverAMessage() {
        catchCells(message(DataMessage.TYPE, 3_000));
        for (TunnelData cell : cells) {
            TunnelData copy = new TunnelData(cell.tunnelId(), cell.data().copy());
            tunnel.accept(lastHop(), copy, net.now, message -> {
                message.release();
                tunnel.destroy();
            });
        }
        assertEquals(1, tunnel.messages());
        assertEquals(0, net.memory.fragmentBytes());
    }
}
