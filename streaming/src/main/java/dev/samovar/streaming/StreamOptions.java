package dev.samovar.streaming;

import dev.samovar.i2cp.client.SessionOptions;

/**
 * What a session may choose of its streams, by the names of Java I2P's library.
 *
 * @param maxPacketSize payload bytes of a packet that we take, and send at most
 * @param maxWindow packets under way at one time
 * @param initialWindow packets under way before the first acknowledgement
 * @param answerPings whether ECHO packets are answered
 */
public record StreamOptions(int maxPacketSize, int maxWindow, int initialWindow, boolean answerPings) {

    /** Two 1 kB tunnel messages hold this much behind ratchet encryption (proposal 155). */
    static final int RATCHET_PACKET_SIZE = 1812;

    /** No receiver is known to keep more (streaming specification, "Windows"). */
    static final int MAX_WINDOW = 128;

    private static final int MIN_PACKET_SIZE = 512;

    public static StreamOptions defaults() {
        return new StreamOptions(RATCHET_PACKET_SIZE, MAX_WINDOW, 10, true);
    }

    /** The options that a session's owner gave; what is missing or makes no sense is the default. */
    public static StreamOptions from(SessionOptions options) {
        StreamOptions defaults = defaults();
        int maxWindow = options.integer("i2p.streaming.maxWindowSize", defaults.maxWindow, 1, MAX_WINDOW);
        return new StreamOptions(
                options.integer(
                        "i2p.streaming.maxMessageSize", defaults.maxPacketSize, MIN_PACKET_SIZE, RATCHET_PACKET_SIZE),
                maxWindow,
                Math.min(maxWindow, options.integer("i2p.streaming.initialWindowSize", 10, 1, MAX_WINDOW)),
                options.flag("i2p.streaming.answerPings", true));
    }
}
