package dev.samovar.garlic;

import dev.samovar.base.Entropy;
import dev.samovar.garlic.GarlicBlock.Padding;
import java.util.List;

/**
 * How much padding a single garlic message gets: 0 to 15 bytes at random, as all routers do, but not so much that what fits
 * one cell of a tunnel would need two.
 */
final class GarlicPadding {

    private static final int MOST = 15;

    /**
     * Blocks of an existing session of up to this length leave for a tunnel in one cell: 1003 bytes, less the delivery to a
     * tunnel (39), the message's header (16), the length of the garlic (4), its tag (8) and code (16).
     */
    private static final int ONE_TUNNEL_CELL = 920;
    /** The same for two: cells of a divided message take 960 and 996 bytes of it. */
    private static final int TWO_TUNNEL_CELLS = 1912;

    private static final int FURTHER_CELL = 996;

    private GarlicPadding() {}

    /** Appends a padding block to what goes to a peer's tunnel, where there is room for one in the cells it takes anyway. */
    static void append(List<GarlicBlock> blocks, RatchetKind kind, Entropy entropy) {
        int more = kind.overhead() - RatchetKind.EXISTING.overhead();
        int length = GarlicBlockCodec.length(blocks) + more;
        int cells = ONE_TUNNEL_CELL;
        if (length > cells) {
            int further = Math.max(0, length - TWO_TUNNEL_CELLS);
            cells = TWO_TUNNEL_CELLS + (further + FURTHER_CELL - 1) / FURTHER_CELL * FURTHER_CELL;
        }
        append(blocks, cells - more, entropy);
    }

    /** Appends a padding block where there is room for one. */
    static void append(List<GarlicBlock> blocks, int oneCell, Entropy entropy) {
        int length = GarlicBlockCodec.length(blocks);
        int most = MOST;
        if (length <= oneCell) {
            most = Math.min(most, oneCell - length - GarlicBlockCodec.BLOCK_HEADER);
        }
        if (most >= 0) {
            blocks.add(new Padding(entropy.below(most + 1)));
        }
    }
}
