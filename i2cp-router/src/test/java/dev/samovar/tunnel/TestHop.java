package dev.samovar.tunnel;

import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.Mapping;
import dev.samovar.data.RouterKeys;
import dev.samovar.garlic.GarlicClove;
import dev.samovar.garlic.OneTimeGarlic;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.OutboundTunnelBuildReply;
import dev.samovar.i2np.ShortTunnelBuild;
import dev.samovar.i2np.TunnelData;
import dev.samovar.i2np.TunnelGateway;
import dev.samovar.testkit.SimWorld;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A hop of other routers' tunnels that misbehaves; {@link TransitTunnels} are the hops that do not. */
final class TestHop {

    /** How it treats its neighbours. */
    enum Manner {
        HONEST,
        /** Declines every tunnel. */
        REFUSES,
        /** Lets requests lie. */
        SILENT,
        /** Sends requests on with its answer garbled. */
        GARBLES,
        /** Agrees to every tunnel, with next to no bandwidth. */
        PROMISES_LITTLE,
        /** Agrees to every tunnel and carries nothing. */
        SWALLOWS,
        /** Agrees to every tunnel and changes what it carries. */
        CORRUPTS
    }

    /** Where it puts what it sends. */
    interface Port {
        boolean send(Hash router, I2npMessage message);
    }

    private record Carried(BuildRequest request, LayerCipher layer, FragmentAssembler assembler, CellPacker packer) {}

    private final SimWorld world;
    private final RouterKeys keys;
    private final Port port;
    private final TunnelMemory memory = new TunnelMemory(7, 1000, 1 << 20);
    private final Map<Integer, Carried> tunnels = new HashMap<>();
    private Manner manner = Manner.HONEST;

    TestHop(SimWorld world, RouterKeys keys, Port port) {
        this.world = world;
        this.keys = keys;
        this.port = port;
    }

    void manner(Manner newManner) {
        manner = newManner;
    }

    /** Forgets all tunnels, as a router does that begins anew. */
    void forget() {
        tunnels.clear();
    }

    /** The message stays the caller's. */
    void onBuild(I2npMessage message) throws WireException {
        if (manner == Manner.SILENT) {
            return;
        }
        List<byte[]> records = new ArrayList<>();
        ShortTunnelBuild.decode(message.body()).records().forEach(record -> records.add(record.clone()));
        byte[] prefix = BuildRecord.prefix(self());
        for (int slot = 0; slot < records.size(); slot++) {
            if (Arrays.equals(prefix, Arrays.copyOf(records.get(slot), prefix.length))) {
                onRecord(records, slot);
                return;
            }
        }
    }

    private void onRecord(List<byte[]> records, int slot) throws WireException {
        BuildRecord.Opened opened = BuildRecord.open(records.get(slot), keys.encryptionKeys());
        if (opened == null) {
            return;
        }
        BuildRequest request = BuildRequest.decodeShort(opened.clear());
        boolean endpoint = request.role() == TunnelRole.ENDPOINT;
        BuildRecord.Keys derived = BuildRecord.shortKeys(opened.noise(), endpoint);
        Mapping options = BandwidthOptions.available(manner == Manner.PROMISES_LITTLE ? 1 : 0);
        byte[] reply = new BuildReply(BuildReply.ACCEPTED, options).encode(BuildReply.SHORT_LENGTH, world.entropy());
        records.set(slot, BuildRecord.sealReply(derived.reply(), derived.context(), slot, reply));
        if (manner == Manner.GARBLES) {
            records.get(slot)[3] ^= 1;
        }
        for (int other = 0; other < records.size(); other++) {
            if (other != slot) {
                BuildRecord.cover(derived.reply(), other, records.get(other));
            }
        }
        add(request, derived);
        if (!endpoint) {
            port.send(
                    request.nextRouter(),
                    new ShortTunnelBuild(records).toMessage(request.nextMessageId(), expiration()));
            return;
        }
        I2npMessage answer = new OutboundTunnelBuildReply(records).toMessage(request.nextMessageId(), expiration());
        if (request.nextRouter().equals(self())) {
            onTunnelGateway(new TunnelGateway(request.nextTunnelId(), answer));
            return;
        }
        byte[] sealed =
                OneTimeGarlic.seal(derived.garlic().key(), derived.garlic().tag(), List.of(GarlicClove.local(answer)));
        answer.release();
        I2npMessage garlic = new Garlic(sealed).toMessage(id(), expiration());
        port.send(
                request.nextRouter(), new TunnelGateway(request.nextTunnelId(), garlic).toMessage(id(), expiration()));
    }

    private void add(BuildRequest request, BuildRecord.Keys derived) {
        tunnels.put(
                request.receiveTunnelId(),
                new Carried(
                        request,
                        LayerCipher.encrypting(derived.layer()),
                        new FragmentAssembler(memory),
                        new CellPacker(
                                request.nextTunnelId(),
                                world.entropy(),
                                new CellPadding(world.entropy().nextLong()))));
    }

    /** The cell stays the caller's. */
    void onTunnelData(TunnelData cell) {
        Carried tunnel = tunnels.get(cell.tunnelId());
        if (tunnel == null || manner == Manner.SWALLOWS) {
            return;
        }
        ByteBuf out = PooledByteBufAllocator.DEFAULT.heapBuffer(Cell.LENGTH, Cell.LENGTH);
        out.writeInt(tunnel.request.nextTunnelId());
        out.writeBytes(cell.data(), cell.data().readerIndex(), TunnelData.DATA_LENGTH);
        encrypt(tunnel, out);
        if (tunnel.request.role() == TunnelRole.PARTICIPANT) {
            port.send(tunnel.request.nextRouter(), new I2npMessage(TunnelData.TYPE, id(), expiration(), out));
            return;
        }
        int payload = Cell.payloadOf(out.array(), out.arrayOffset());
        if (payload >= 0) {
            byte[] clear =
                    Arrays.copyOfRange(out.array(), out.arrayOffset() + payload, out.arrayOffset() + Cell.LENGTH);
            tunnel.assembler.accept(Unpooled.wrappedBuffer(clear), world.nanos(), this::deliver);
        }
        out.release();
    }

    private void deliver(TunnelDelivery delivery, I2npMessage message) {
        if (delivery instanceof TunnelDelivery.ToTunnel to) {
            TunnelGateway gateway = new TunnelGateway(to.tunnelId(), message);
            if (to.gateway().equals(self())) {
                onTunnelGateway(gateway);
            } else {
                port.send(to.gateway(), gateway.toMessage(id(), expiration()));
            }
        } else if (delivery instanceof TunnelDelivery.ToRouter to) {
            port.send(to.router(), message);
        } else {
            message.release();
        }
    }

    /** Takes it over. */
    void onTunnelGateway(TunnelGateway gateway) {
        Carried tunnel = tunnels.get(gateway.tunnelId());
        if (tunnel != null && manner != Manner.SWALLOWS) {
            CellPacker.Output output = cell -> {
                encrypt(tunnel, cell);
                port.send(tunnel.request.nextRouter(), new I2npMessage(TunnelData.TYPE, id(), expiration(), cell));
            };
            tunnel.packer.add(TunnelDelivery.LOCAL, gateway.message(), output);
            tunnel.packer.flush(output);
        }
        gateway.release();
    }

    private void encrypt(Carried tunnel, ByteBuf cell) {
        tunnel.layer.apply(cell.array(), cell.arrayOffset() + Cell.IV_AT);
        if (manner == Manner.CORRUPTS) {
            cell.setByte(700, cell.getByte(700) ^ 1);
        }
    }

    private Hash self() {
        return keys.identity().hash();
    }

    private int id() {
        return world.entropy().nonZeroInt();
    }

    private long expiration() {
        return world.epochMillis() + 20_000;
    }
}
