package dev.samovar.netdb;

/**
 * How a lookup ended.
 *
 * @param <T> what was looked for
 */
public sealed interface Answer<T> {

    /** It was found, and what it says of itself holds. */
    record Found<T>(T value) implements Answer<T> {}

    /** It was not. */
    record Missing<T>(Reason reason) implements Answer<T> {}

    /** Why something was not found. */
    enum Reason {
        /** Floodfills answered that they do not have it. */
        NOT_FOUND,
        /** The time was over, or floodfills stayed silent. */
        TIMED_OUT,
        /** No floodfill is known that could be asked. */
        NO_FLOODFILL,
        /** Too many lookups are under way. */
        BUSY,
        /** The netDb, or the client that asked, is closed. */
        CLOSED
    }

    static <T> Answer<T> found(T value) {
        return new Found<>(value);
    }

    static <T> Answer<T> missing(Reason reason) {
        return new Missing<>(reason);
    }

    /** What was found, or null. */
    default T valueOrNull() {
        return this instanceof Found<T> found ? found.value() : null;
    }
}
