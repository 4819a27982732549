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

    private GarlicPadding() {}

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
