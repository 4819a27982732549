package dev.samovar.sam.protocol;

/** The versions of SAM that are served, in order. */
public enum SamVersion {
    V3_0("3.0", 300),
    V3_1("3.1", 301);

    private static final int PER_MAJOR = 100;

    private final String text;
    private final int number;

    SamVersion(String text, int number) {
        this.text = text;
        this.number = number;
    }

    /** As it stands in HELLO REPLY. */
    public String text() {
        return text;
    }

    /**
     * The highest version within the client's bounds (SAM specification, "SAM 3.2 Handshake"). A bound is {@code 3} or
     * {@code 3.1}; the former means 3.0.
     *
     * @param min the client's MIN, or null for none
     * @param max the client's MAX, or null for none
     * @return null when the ranges do not meet, or a bound is no version at all
     */
    public static SamVersion negotiate(String min, String max) {
        int from = min == null ? 0 : number(min);
        int to = max == null ? Integer.MAX_VALUE : number(max);
        if (from < 0) {
            return null;
        }
        SamVersion highest = null;
        for (SamVersion version : values()) {
            if (version.number >= from && version.number <= to) {
                highest = version;
            }
        }
        return highest;
    }

    /** "3" is 300, "3.1" is 301, -1 is none. */
    private static int number(String text) {
        int dot = text.indexOf('.');
        int major = Numbers.parse(dot < 0 ? text : text.substring(0, dot));
        int minor = dot < 0 ? 0 : Numbers.parse(text.substring(dot + 1));
        return major < 0 || major >= PER_MAJOR || minor < 0 || minor >= PER_MAJOR ? -1 : major * PER_MAJOR + minor;
    }
}
