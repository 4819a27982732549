package dev.samovar.tunnel;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.i2np.I2npMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;

/**
 * Makes cells of messages, at the gateway of a tunnel (tunnel message specification, "Message Preprocessing").
 *
 * <ol>
 *   <li>A message that fits what is left of the current cell goes in there ({@link #add}).
 *   <li>One that does not begins there when that saves a cell, and otherwise in a cell of its own: the fewer cells it lies in,
 *       the less it takes to lose it.
 *   <li>A cell that is full goes out at once, the last one with {@link #flush}: the owner adds what there is to send at this
 *       moment and flushes then. Nothing waits here any longer.
 * </ol>
 */
@SansIo
final class CellPacker {

    /** Takes a cell in clear: a buffer of {@link Cell#LENGTH} bytes in an array, which it owns. */
    @FunctionalInterface
    interface Output {
        void cell(ByteBuf cell);
    }

    private final int tunnelId;
    private final Entropy entropy;
    private final CellPadding padding;
    private final byte[] iv = new byte[LayerCipher.IV_LENGTH];
    /** What waits. Null before the first message: many tunnels never have one. */
    private ByteBuf out;

    /** @param tunnelId that the cells get, of the next router */
    CellPacker(int tunnelId, Entropy entropy, CellPadding padding) {
        this.tunnelId = tunnelId;
        this.entropy = entropy;
        this.padding = padding;
    }

    /** Adds a message, which stays the caller's. */
    void add(TunnelDelivery delivery, I2npMessage message, Output output) {
        int length = message.longLength();
        if (used() > 0 && length + DeliveryInstructions.wholeLength(delivery) > room() && !splits(delivery, length)) {
            flush(output);
        }
        begin();
        if (length + DeliveryInstructions.wholeLength(delivery) <= room()) {
            DeliveryInstructions.whole(delivery, length).encode(out);
            message.encodeLong(out);
        } else {
            addFragments(delivery, message, length, output);
        }
        if (room() <= DeliveryInstructions.FOLLOW_ON_LENGTH) {
            flush(output);
        }
    }

    /** Whether to begin a message in the current cell, which is too small for all of it, takes fewer cells than not to. */
    private boolean splits(TunnelDelivery delivery, int length) {
        int header = DeliveryInstructions.firstLength(delivery);
        if (room() <= header) {
            return false;
        }
        int alone = length + DeliveryInstructions.wholeLength(delivery) <= Cell.MAX_PAYLOAD
                ? 1
                : 1 + laterCells(length - (Cell.MAX_PAYLOAD - header));
        return laterCells(length - (room() - header)) < alone;
    }

    /** In how many cells a message may lie, with what waits in the current one. */
    static int mostCells(int length) {
        return 1 + laterCells(length + DeliveryInstructions.MAX_FIRST_LENGTH);
    }

    private static int laterCells(int bytes) {
        int most = Cell.MAX_PAYLOAD - DeliveryInstructions.FOLLOW_ON_LENGTH;
        return (bytes + most - 1) / most;
    }

    private void addFragments(TunnelDelivery delivery, I2npMessage message, int length, Output output) {
        ByteBuf whole = PooledByteBufAllocator.DEFAULT.heapBuffer(length, length);
        try {
            message.encodeLong(whole);
            int messageId = message.id() != 0 ? message.id() : padding.nextId();
            int size = room() - DeliveryInstructions.firstLength(delivery);
            DeliveryInstructions.first(delivery, messageId, size).encode(out);
            out.writeBytes(whole, size);
            flush(output);
            for (int number = 1; whole.isReadable(); number++) {
                begin();
                size = Math.min(whole.readableBytes(), room() - DeliveryInstructions.FOLLOW_ON_LENGTH);
                boolean last = size == whole.readableBytes();
                DeliveryInstructions.later(number, last, messageId, size).encode(out);
                out.writeBytes(whole, size);
                if (!last) {
                    flush(output);
                }
            }
        } finally {
            whole.release();
        }
    }

    /** Sends what waits. */
    void flush(Output output) {
        if (used() == 0) {
            return;
        }
        entropy.fill(iv);
        ByteBuf cell = PooledByteBufAllocator.DEFAULT.heapBuffer(Cell.LENGTH, Cell.LENGTH);
        Cell.write(tunnelId, iv, out.array(), used(), padding, cell);
        out.clear();
        output.cell(cell);
    }

    private void begin() {
        if (out == null) {
            out = Unpooled.buffer(Cell.MAX_PAYLOAD, Cell.MAX_PAYLOAD);
        }
    }

    private int used() {
        return out == null ? 0 : out.writerIndex();
    }

    private int room() {
        return Cell.MAX_PAYLOAD - used();
    }
}
