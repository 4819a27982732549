package dev.samovar.peer;

import java.util.concurrent.TimeUnit;

/**
 * Why a router or an address is left alone, and for how long. The times follow what Java I2P does with such peers; i2pd has
 * no ban list and only forgets them.
 */
public enum BanReason {
    /** Belongs to another network: nothing that it says is for us. */
    WRONG_NETWORK(TimeUnit.HOURS.toNanos(24)),
    /** Names no network. */
    NO_NETWORK(TimeUnit.HOURS.toNanos(1)),
    /** Signs with an algorithm that routers have given up. */
    UNSUPPORTED_SIGNATURE(TimeUnit.HOURS.toNanos(24)),
    /** Sent a RouterInfo of its own whose signature does not hold. */
    BAD_SIGNATURE(TimeUnit.HOURS.toNanos(1)),
    /** Dates its RouterInfo in our future, while our own clock is known to be right. */
    FUTURE_DATE(TimeUnit.HOURS.toNanos(1)),
    /** Publishes an address that breaks its own rules. */
    BAD_ADDRESS(TimeUnit.MINUTES.toNanos(15)),
    /** Speaks from another address than it publishes. */
    ADDRESS_MISMATCH(TimeUnit.HOURS.toNanos(2)),
    /** Its clock is more than a minute off. */
    CLOCK_SKEW(TimeUnit.HOURS.toNanos(1)),
    /** Failed handshake after handshake. */
    HANDSHAKE_FAILURES(TimeUnit.MINUTES.toNanos(10)),
    /** Broke the rules of a session. */
    PROTOCOL_VIOLATION(TimeUnit.MINUTES.toNanos(20)),
    /** Sent more than anybody needs, or store after store that does not hold. */
    FLOODING(TimeUnit.MINUTES.toNanos(10)),
    /** Told so by the operator, until a restart. */
    OPERATOR(0);

    private final long nanos;

    BanReason(long nanos) {
        this.nanos = nanos;
    }

    /** How long, in nanoseconds; 0 until a restart. */
    public long nanos() {
        return nanos;
    }
}
