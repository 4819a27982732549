package dev.samovar.sam.protocol;

/** The versions of SAM that are served, in order. */
public enum SamVersion {
    V3_0("3.0", 0),
    V3_1("3.1", 1);

    private static final int MAX_MINOR = 99;

    private final String text;
    private final int minor;

    SamVersion(String text, int minor) {
        this.text = text;
        this.minor = minor;
    }

    /** As it stands in HELLO REPLY. */
    public String text() {
        return text;
    }

    /**
     * The highest version within the client's bounds (SAM specification, "Handshake").
     *
     * @param min the client's MIN, or null for none
     * @param max the client's MAX, or null for none
     * @return null when the ranges do not meet
     * @throws SamSyntaxException when a bound is no version number
     */
    public static SamVersion negotiate(String min, String max) throws SamSyntaxException {
        int from = min == null ? 0 : number(min);
        int to = max == null ? Integer.MAX_VALUE : number(max);
        for (int i = values().length - 1; i >= 0; i--) {
            int version = 300 + values()[i].minor;
            if (version >= from && version <= to) {
                return values()[i];
            }
        }
        return null;
    }

    /** "3" is 300, "3.1" is 301. */
    private static int number(String text) throws SamSyntaxException {
        int dot = text.indexOf('.');
        String major = dot < 0 ? text : text.substring(0, dot);
        String minor = dot < 0 ? "0" : text.substring(dot + 1);
        try {
            int high = Integer.parseInt(major);
            int low = Integer.parseInt(minor);
            if (high >= 0 && high <= MAX_MINOR && low >= 0 && low <= MAX_MINOR) {
                return high * 100 + low;
            }
        } catch (NumberFormatException notANumber) {
            // reported below
        }
        throw new SamSyntaxException("Bad version");
    }
}
