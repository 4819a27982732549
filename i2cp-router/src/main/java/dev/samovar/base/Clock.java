package dev.samovar.base;

/** The only source of time. Drivers hold a clock; cores get its readings as arguments. Safe from any thread. */
public interface Clock {

    /** Monotonic nanoseconds from an arbitrary origin: for intervals and deadlines. Never jumps. */
    long nanos();

    /** Milliseconds since 1970-01-01 UTC: for dates on the wire only. May be corrected for skew. */
    long epochMillis();
}
