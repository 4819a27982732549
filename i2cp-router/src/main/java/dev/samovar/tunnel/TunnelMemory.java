package dev.samovar.tunnel;

import dev.samovar.base.RecentKeys;
import dev.samovar.base.SansIo;
import io.netty.buffer.ByteBuf;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a group of tunnels remembers in common and within bounds: which cells came before, and how much room their unfinished
 * messages take; also what they dropped. A router has one for its own tunnels and one for those of others, so that no flood
 * from others takes the room of its own. Belongs to the router lane.
 */
@SansIo
public final class TunnelMemory {

    /** A cell of a tunnel that has ended is dropped for that, so none need be remembered for longer. */
    private static final long REMEMBER_CELLS_MILLIS = TimeUnit.MINUTES.toMillis(10);

    private final RecentKeys cells;
    private final int mostFragmentBytes;
    private final long[] drops = new long[TunnelDrop.values().length];
    private int fragmentBytes;

    /**
     * Nothing seen yet.
     *
     * @param secret random, see {@link RecentKeys}
     * @param mostCells in each half of what is remembered, 32 bytes each at most: what the tunnels carry in ten minutes
     * @param mostFragmentBytes for the fragments of all unfinished messages
     */
    public TunnelMemory(long secret, int mostCells, int mostFragmentBytes) {
        this.cells = new RecentKeys(secret, REMEMBER_CELLS_MILLIS, mostCells);
        this.mostFragmentBytes = mostFragmentBytes;
    }

    /**
     * Remembers a cell whose IV is at {@code at}; false when it came before. The mark is the difference of IV and
     * first block: whoever changes both alike would get the same block again under the layer, and only that (tunnel
     * implementation, "Participant Processing").
     */
    boolean isNew(ByteBuf cell, int at, long now) {
        long high = cell.getLong(at) ^ cell.getLong(at + LayerCipher.IV_LENGTH);
        long low = cell.getLong(at + Long.BYTES) ^ cell.getLong(at + LayerCipher.IV_LENGTH + Long.BYTES);
        return cells.add(high ^ Long.rotateLeft(low, Integer.SIZE), TimeUnit.NANOSECONDS.toMillis(now));
    }

    /** Takes room for fragments; false when there is none. */
    boolean reserve(int bytes) {
        if (fragmentBytes + bytes > mostFragmentBytes) {
            return false;
        }
        fragmentBytes += bytes;
        return true;
    }

    void free(int bytes) {
        fragmentBytes -= bytes;
    }

    void drop(TunnelDrop reason) {
        drops[reason.ordinal()]++;
    }

    /** What was dropped since the start. */
    public long dropped(TunnelDrop reason) {
        return drops[reason.ordinal()];
    }

    /** What was dropped since the start, by reason; reasons that did not occur are left out. */
    public Map<TunnelDrop, Long> drops() {
        Map<TunnelDrop, Long> all = new EnumMap<>(TunnelDrop.class);
        for (TunnelDrop reason : TunnelDrop.values()) {
            if (dropped(reason) > 0) {
                all.put(reason, dropped(reason));
            }
        }
        return all;
    }

    /** Room that unfinished messages take now, bytes. */
    public int fragmentBytes() {
        return fragmentBytes;
    }

    /** Cells that are remembered now. */
    public int rememberedCells() {
        return cells.size();
    }

    /** Cells that were forgotten under a flood, while they could still have come again. */
    public long forgottenEarly() {
        return cells.forgottenEarly();
    }
}
