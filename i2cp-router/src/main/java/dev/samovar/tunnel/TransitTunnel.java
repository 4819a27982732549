package dev.samovar.tunnel;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import dev.samovar.i2np.I2npMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;

/** A tunnel of somebody else that this router is a hop of: one type for each role. Belongs to the router lane. */
@SansIo
abstract sealed class TransitTunnel {

    /** What a tunnel that reserved bandwidth must have used of it by then, or loses. */
    private static final long USE_IT_OR_LOSE_IT_NANOS = TimeUnit.MINUTES.toNanos(2);

    private static final int KB = 1000;

    private final int receiveTunnelId;
    private final int nextTunnelId;
    /** Null for a gateway, which takes from anyone. */
    private final Hash previous;
    /** Null for an endpoint, which sends to anyone. */
    private final Hash next;

    private final long createdAt;
    private final LayerCipher layer;
    private int reservedKbps;
    private long cells;

    private TransitTunnel(Hash previous, Hash next, BuildRequest request, HopKeys keys, int reservedKbps, long now) {
        this.receiveTunnelId = request.receiveTunnelId();
        this.nextTunnelId = request.nextTunnelId();
        this.previous = previous;
        this.next = next;
        this.createdAt = now;
        this.layer = LayerCipher.encrypting(keys);
        this.reservedKbps = reservedKbps;
    }

    /** In the middle. */
    static final class Participant extends TransitTunnel {

        Participant(Hash previous, BuildRequest request, HopKeys keys, int reservedKbps, long now) {
            super(previous, request.nextRouter(), request, keys, reservedKbps, now);
        }

        @Override
        TunnelRole role() {
            return TunnelRole.PARTICIPANT;
        }

        /** Makes the cell that came, in its array, the one for the next hop. */
        void pass(ByteBuf cell) {
            encrypt(cell);
            cell.setInt(cell.readerIndex(), nextTunnelId());
        }
    }

    /** First of an inbound tunnel. */
    static final class Gateway extends TransitTunnel {

        private final CellPacker packer;
        private final CellPadding padding;
        /** Null when the creator set no limit. */
        private final TokenBucket limit;

        private boolean waiting;

        /** @param limitKbps what the creator wants to receive at most; 0 for no limit */
        Gateway(BuildRequest request, HopKeys keys, int reservedKbps, int limitKbps, Entropy entropy, long now) {
            super(null, request.nextRouter(), request, keys, reservedKbps, now);
            padding = new CellPadding(entropy.nextLong());
            packer = new CellPacker(request.nextTunnelId(), entropy, padding);
            limit = limitKbps == 0 ? null : new TokenBucket((long) KB * limitKbps);
        }

        @Override
        TunnelRole role() {
            return TunnelRole.GATEWAY;
        }

        boolean admits(int bytes, long now) {
            return limit == null || limit.take(bytes, now);
        }

        /** Adds a message, which stays the caller's; full cells come out, with their layer on. */
        void add(I2npMessage message, CellPacker.Output output) {
            packer.add(TunnelDelivery.LOCAL, message, cell -> send(cell, output));
        }

        void flush(CellPacker.Output output) {
            packer.flush(cell -> send(cell, output));
        }

        private void send(ByteBuf cell, CellPacker.Output output) {
            encrypt(cell);
            output.cell(cell);
        }

        int nextMessageId() {
            return padding.nextId();
        }

        /** Notes whether it is to be flushed; false when that was noted before. */
        boolean markWaiting(boolean waits) {
            boolean changed = waiting != waits;
            waiting = waits;
            return changed;
        }
    }

    /** Last of an outbound tunnel. */
    static final class Endpoint extends TransitTunnel {

        private final FragmentAssembler assembler;

        Endpoint(Hash previous, BuildRequest request, HopKeys keys, int reservedKbps, TunnelMemory memory, long now) {
            super(previous, null, request, keys, reservedKbps, now);
            assembler = new FragmentAssembler(memory);
        }

        @Override
        TunnelRole role() {
            return TunnelRole.ENDPOINT;
        }

        /** Takes what is in a cell; false when there is no cell under the layers. */
        boolean open(ByteBuf cell, long now, FragmentAssembler.Output output) {
            encrypt(cell);
            int at = cell.arrayOffset() + cell.readerIndex();
            int payload = Cell.payloadOf(cell.array(), at);
            if (payload < 0) {
                return false;
            }
            assembler.accept(Unpooled.wrappedBuffer(cell.array(), at + payload, Cell.LENGTH - payload), now, output);
            return true;
        }

        @Override
        void handleTimeout(long now) {
            super.handleTimeout(now);
            assembler.giveUpOld(now);
        }

        @Override
        void destroy() {
            super.destroy();
            assembler.destroy();
        }
    }

    abstract TunnelRole role();

    /** Puts this hop's layer on a cell that begins with its tunnel id. */
    final void encrypt(ByteBuf cell) {
        cells++;
        layer.apply(cell.array(), cell.arrayOffset() + cell.readerIndex() + Cell.IV_AT);
    }

    final int receiveTunnelId() {
        return receiveTunnelId;
    }

    final int nextTunnelId() {
        return nextTunnelId;
    }

    final Hash previous() {
        return previous;
    }

    final Hash next() {
        return next;
    }

    final long cells() {
        return cells;
    }

    final int reservedKbps() {
        return reservedKbps;
    }

    final long endsAt() {
        return createdAt + TimeUnit.MILLISECONDS.toNanos(OutboundTunnel.LIFETIME_MILLIS);
    }

    /** Takes back what was reserved and is not used. */
    void handleTimeout(long now) {
        long age = now - createdAt;
        if (age >= USE_IT_OR_LOSE_IT_NANOS) {
            long usedKbps = cells * Cell.LENGTH / KB / TimeUnit.NANOSECONDS.toSeconds(age) + 1;
            reservedKbps = (int) Math.min(reservedKbps, usedKbps);
        }
    }

    void destroy() {
        layer.destroy();
    }
}
