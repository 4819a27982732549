package dev.samovar.sam.protocol;

/** A line that is no SAM command. Cheap; the message is for the client and repeats nothing of what it sent. */
public final class SamSyntaxException extends Exception {

    public SamSyntaxException(String message) {
        super(message, null, false, false);
    }
}
