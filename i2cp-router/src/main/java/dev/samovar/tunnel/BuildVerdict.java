package dev.samovar.tunnel;

import java.util.List;

/** What came back from the hops of a tunnel that was to be built. Hops are numbered in the order of the tunnel, from 0. */
public sealed interface BuildVerdict {

    /**
     * All hops agreed. {@link OutboundTunnel} and {@link InboundTunnel} are made from this.
     *
     * @param keys of each hop; owned by whoever makes the tunnel, or destroyed
     * @param availableKbps what each hop says it can give, KB per second; 0 for a hop that did not say
     */
    record Accepted(List<HopKeys> keys, List<Integer> availableKbps) implements BuildVerdict {

        public Accepted {
            keys = List.copyOf(keys);
            availableKbps = List.copyOf(availableKbps);
        }

        /** Wipes the keys of a tunnel that nobody wants any more. */
        public void destroy() {
            keys.forEach(HopKeys::destroy);
        }
    }

    /**
     * One hop at least said no.
     *
     * @param hop the first that did
     * @param code what it said, not zero
     * @param codes what each hop said; zero is yes, and a promise of less than the minimum is a no
     */
    record Refused(int hop, int code, List<Integer> codes) implements BuildVerdict {

        public Refused {
            codes = List.copyOf(codes);
        }
    }

    /**
     * The answer is not what honest hops send.
     *
     * @param hop whose answer cannot be read: it, or one behind it, is to blame. The number of hops when our own record of an
     *     inbound build was changed on the way, or when the answer has no such shape at all
     */
    record Damaged(int hop) implements BuildVerdict {}
}
