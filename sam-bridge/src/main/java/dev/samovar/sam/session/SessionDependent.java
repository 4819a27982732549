package dev.samovar.sam.session;

/** A socket that lives by a session: its control socket, a pending ACCEPT, a FORWARD, a stream. */
public interface SessionDependent {

    /**
     * The session has ended. The session has already forgotten the dependent.
     *
     * @param message a line for the client
     */
    void onSessionEnded(String message);
}
