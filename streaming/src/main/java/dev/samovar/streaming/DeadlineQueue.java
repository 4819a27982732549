package dev.samovar.streaming;

import dev.samovar.base.SansIo;
import dev.samovar.base.TimerTable;
import java.util.ArrayList;

/**
 * When many things want to be looked at: a binary heap in which each has one place at most, so that what comes and goes a
 * hundred times a second leaves nothing behind. A deadline only moves forward here; who wants a later one is looked at too
 * early, and says so then. Monotonic nanoseconds.
 */
@SansIo
final class DeadlineQueue<E extends DeadlineQueue.Entry> {

    private static final int NOWHERE = -1;

    private final ArrayList<E> heap = new ArrayList<>();

    /** One that can wait, in one queue at a time. */
    abstract static class Entry {

        private long deadline = TimerTable.NEVER;
        private int place = NOWHERE;
    }

    /** Has {@code entry} looked at by this time: sooner than before, or as before. */
    void lookAt(E entry, long deadline) {
        Entry waiting = entry;
        if (deadline >= waiting.deadline) {
            return;
        }
        waiting.deadline = deadline;
        if (waiting.place == NOWHERE) {
            waiting.place = heap.size();
            heap.add(entry);
        }
        up(entry, waiting.place);
    }

    /** Takes out the first one whose time has come; null when there is none. */
    E pollDue(long now) {
        if (next() > now || heap.isEmpty()) {
            return null;
        }
        E first = heap.get(0);
        remove(first);
        return first;
    }

    /** The first deadline, or {@link TimerTable#NEVER}. */
    long next() {
        if (heap.isEmpty()) {
            return TimerTable.NEVER;
        }
        Entry first = heap.get(0);
        return first.deadline;
    }

    void remove(E entry) {
        Entry leaving = entry;
        int place = leaving.place;
        if (place == NOWHERE) {
            return;
        }
        leaving.place = NOWHERE;
        leaving.deadline = TimerTable.NEVER;
        E last = heap.remove(heap.size() - 1);
        if (last != entry) {
            up(last, place);
            down(last, ((Entry) last).place);
        }
    }

    int size() {
        return heap.size();
    }

    private void up(E entry, int from) {
        int place = from;
        while (place > 0) {
            E parent = heap.get((place - 1) / 2);
            if (deadline(parent) <= deadline(entry)) {
                break;
            }
            put(parent, place);
            place = (place - 1) / 2;
        }
        put(entry, place);
    }

    private void down(E entry, int from) {
        int place = from;
        while (2 * place + 1 < heap.size()) {
            int child = 2 * place + 1;
            if (child + 1 < heap.size() && deadline(heap.get(child + 1)) < deadline(heap.get(child))) {
                child++;
            }
            if (deadline(entry) <= deadline(heap.get(child))) {
                break;
            }
            put(heap.get(child), place);
            place = child;
        }
        put(entry, place);
    }

    private void put(E entry, int place) {
        heap.set(place, entry);
        ((Entry) entry).place = place;
    }

    private static long deadline(Entry entry) {
        return entry.deadline;
    }
}
