package dev.samovar.data;

/**
 * The letters of a RouterInfo's {@code caps} (network database overview, "RouterInfo"; proposal 162): bandwidth {@code K L M
 * N O P X} (the last one counts), {@code f} floodfill, {@code H} hidden, {@code R} reachable, {@code U} unreachable,
 * congestion {@code D E G}. Others are passed over.
 *
 * @param text as it was published
 * @param bandwidth the letter, or 0 when there is none
 */
public record Capabilities(
        String text,
        char bandwidth,
        boolean floodfill,
        boolean hidden,
        boolean reachable,
        boolean unreachable,
        Congestion congestion) {

    public static final Capabilities NONE = parse("");

    /** The bandwidth letters, and the kB a second where each but the last one ends. */
    private static final String BANDWIDTHS = "KLMNOPX";

    private static final int[] BANDWIDTH_LIMITS = {12, 48, 64, 128, 256, 2000};

    /** How gladly a router takes tunnels of others. */
    public enum Congestion {
        NONE(""),
        /** {@code D}: medium. */
        MEDIUM("D"),
        /** {@code E}: high; most requests are refused. */
        HIGH("E"),
        /** {@code G}: all requests are refused. */
        REFUSES_ALL("G");

        private final String letter;

        Congestion(String letter) {
            this.letter = letter;
        }

        /** As it is published; empty for {@link #NONE}. */
        public String letter() {
            return letter;
        }
    }

    /**
     * The letter of a router that shares so much with others (network database overview, "RouterInfo": a limit belongs to the
     * class above it).
     *
     * @param shared in kB a second
     */
    public static char bandwidthOf(int shared) {
        for (int i = 0; i < BANDWIDTH_LIMITS.length; i++) {
            if (shared < BANDWIDTH_LIMITS[i]) {
                return BANDWIDTHS.charAt(i);
            }
        }
        return BANDWIDTHS.charAt(BANDWIDTH_LIMITS.length);
    }

    /** Reads letters in any order; null is as good as none. */
    public static Capabilities parse(String caps) {
        String text = caps == null ? "" : caps;
        char bandwidth = 0;
        Congestion congestion = Congestion.NONE;
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            switch (letter) {
                case 'K', 'L', 'M', 'N', 'O', 'P', 'X' -> bandwidth = letter;
                case 'D' -> congestion = Congestion.MEDIUM;
                case 'E' -> congestion = Congestion.HIGH;
                case 'G' -> congestion = Congestion.REFUSES_ALL;
                default -> {}
            }
        }
        return new Capabilities(
                text,
                bandwidth,
                text.indexOf('f') >= 0,
                text.indexOf('H') >= 0,
                text.indexOf('R') >= 0,
                text.indexOf('U') >= 0,
                congestion);
    }

    @Override
    public String toString() {
        return text;
    }
}
