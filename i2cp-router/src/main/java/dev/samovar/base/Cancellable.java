package dev.samovar.base;

/** A task that was scheduled and may still be taken back. */
@FunctionalInterface
public interface Cancellable {

    /** Takes the task back if it has not begun; afterwards does nothing. On the owner's lane only. */
    void cancel();
}
