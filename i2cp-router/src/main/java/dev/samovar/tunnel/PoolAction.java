package dev.samovar.tunnel;

/**
 * What a {@link PoolPlan} wants to be done next.
 *
 * @param <I> an inbound tunnel
 * @param <O> an outbound tunnel
 */
sealed interface PoolAction<I, O> {

    /**
     * Build a tunnel, and answer with what became of it.
     *
     * @param token by which the plan knows the build
     * @param length hops; 0 is there at once
     */
    record Build<I, O>(long token, boolean inbound, int length) implements PoolAction<I, O> {}

    /**
     * Send a message out of the one tunnel and into the other.
     *
     * @param token by which the plan knows the test
     */
    record Test<I, O>(long token, O outbound, I inbound) implements PoolAction<I, O> {}

    /** No answer to this build is waited for any longer. */
    record AbandonBuild<I, O>(long token, boolean timedOut) implements PoolAction<I, O> {}

    /** No answer to this test is waited for any longer. */
    record AbandonTest<I, O>(long token) implements PoolAction<I, O> {}

    /** An inbound tunnel failed its tests. It may still be in use. */
    record SuspectInbound<I, O>(I tunnel) implements PoolAction<I, O> {}

    /** The same of an outbound tunnel. */
    record SuspectOutbound<I, O>(O tunnel) implements PoolAction<I, O> {}

    /** An inbound tunnel is out of use for good. */
    record RetireInbound<I, O>(I tunnel) implements PoolAction<I, O> {}

    /** The same of an outbound tunnel. */
    record RetireOutbound<I, O>(O tunnel) implements PoolAction<I, O> {}

    /** Other inbound tunnels than before are to be told to others. */
    record InboundChanged<I, O>() implements PoolAction<I, O> {}
}
