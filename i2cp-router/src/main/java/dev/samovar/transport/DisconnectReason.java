package dev.samovar.transport;

/** Why a session ended, or is to end. */
public enum DisconnectReason {
    /** Nothing went over it for too long. */
    IDLE,
    /** We are shutting down. */
    SHUTDOWN,
    /** The peer said that it ends the session. */
    PEER_TERMINATED,
    /** The socket was closed or failed. */
    LOST,
    /** Another session with the same router took its place. */
    REPLACED,
    /** A frame could not be decrypted. */
    DECRYPT_FAILED,
    /** A frame was decrypted and did not follow its layout. */
    MALFORMED,
    CLOCK_SKEW,
    BANNED,
    /** The peer takes nothing any more. */
    STALLED,
    /** Too many sessions. */
    LIMIT
}
