package dev.samovar.sam.protocol;

/**
 * A line that is no command of ours, or one that cannot be carried out as it stands. Cheap; the message is for the client
 * and repeats no value that it sent.
 */
public final class SamSyntaxException extends Exception {

    private final String subject;
    private final boolean fatal;

    /** One after which the socket goes on. */
    public SamSyntaxException(String subject, String message) {
        this(subject, message, false);
    }

    /**
     * @param subject the two words that the reply begins with: {@code STREAM STATUS}
     * @param message follows {@code RESULT=I2P_ERROR}
     * @param fatal whether the socket is of no more use
     */
    public SamSyntaxException(String subject, String message, boolean fatal) {
        super(message, null, false, false);
        this.subject = subject;
        this.fatal = fatal;
    }

    public String subject() {
        return subject;
    }

    /** Whether the socket is of no more use: one that is there for a stream, or one on which bytes follow. */
    public boolean fatal() {
        return fatal;
    }

    /** The one line that tells the client. */
    public String reply() {
        return SamReply.error(subject, getMessage());
    }
}
