package dev.samovar.garlic;

/**
 * How a message is sealed.
 *
 * @param requestAck whether the sender wants to be told that it arrived: the result then has an id, and {@link
 *     RatchetEvent.Acknowledged} names it later. An existing session asks for it in the message; a first message is
 *     acknowledged by its reply, a reply by the first message on the session that it begins
 */
public record SealOptions(boolean requestAck) {

    /** A message like any other. */
    public static final SealOptions NONE = new SealOptions(false);

    /** A message whose arrival matters, such as one with a new lease set. */
    public static final SealOptions WITH_ACK = new SealOptions(true);
}
