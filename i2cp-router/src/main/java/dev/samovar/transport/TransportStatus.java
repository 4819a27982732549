package dev.samovar.transport;

import java.util.List;
import java.util.Map;

/**
 * For the operator: counts only, nothing about who the peers are.
 *
 * @param dialling routers being dialled
 * @param waiting messages that wait for a router to be connected
 * @param dialFailures since the start, by reason
 * @param dropped messages dropped since the start, by reason
 */
public record TransportStatus(
        List<OfTransport> transports,
        int dialling,
        int waiting,
        int backingOff,
        Map<String, Long> dialFailures,
        Map<String, Long> dropped) {

    /**
     * @param listening how many addresses it listens on
     * @param inbound sessions that peers dialled
     * @param outbound sessions that we dialled
     * @param pending handshakes under way, both directions
     * @param handshakesIn handshakes that peers completed with us since the start; {@code handshakesOut} ours with them
     * @param rejected handshakes and connections refused since the start, by reason
     * @param closed sessions ended since the start, by reason
     */
    public record OfTransport(
            String style,
            int listening,
            int inbound,
            int outbound,
            int pending,
            long handshakesIn,
            long handshakesOut,
            long bytesIn,
            long bytesOut,
            long messagesIn,
            long messagesOut,
            long messagesDropped,
            Map<String, Long> rejected,
            Map<String, Long> closed) {}

    /** Sessions of all transports. */
    public int sessions() {
        return transports.stream().mapToInt(t -> t.inbound() + t.outbound()).sum();
    }
}
