package dev.samovar.base;

/**
 * Bytes that do not follow their layout. Checked, so that whoever faces a peer's bytes is told by the compiler; without
 * a stack trace, so that a flood of bad packets is cheap. The message never holds the bytes.
 */
public final class WireException extends Exception {

    /** What was wrong. */
    public enum Fault {
        /** The input ended inside a structure. */
        TRUNCATED,
        /** Bytes were left over behind a structure that must fill its input. */
        TRAILING,
        /** A length or count beyond its limit. */
        TOO_LARGE,
        /** A value outside its range, or fields that contradict each other. */
        BAD_VALUE,
        /** A type code that nobody here knows and that cannot be skipped. */
        UNKNOWN_TYPE,
        /** A signature or checksum that does not hold. */
        BAD_SIGNATURE
    }

    private final Fault fault;

    public WireException(Fault fault, String what) {
        super(fault + ": " + what, null, false, false);
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }
}
