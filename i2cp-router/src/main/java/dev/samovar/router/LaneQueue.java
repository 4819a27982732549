package dev.samovar.router;

import dev.samovar.base.Lane;
import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands items over within one lane: each from a clean stack, in order, one lane task for a burst of them. Thus nobody is
 * called back from within a call of his own, and a chain of answers takes a loop instead of a stack. Bounded by those who
 * add: every pipe limits what it has under way. Owned by its lane.
 */
final class LaneQueue {

    /** Items in one turn; then the lane's sockets and timers have theirs. */
    private static final int TURN = 256;

    private static final Logger LOG = LoggerFactory.getLogger("i2cp");

    /** Where items go. */
    interface Target {

        void receive(Object item);

        /** Handling an item failed by a bug of ours: the owner ends, the others go on. */
        void abort();
    }

    private final Lane lane;
    /** Target, item, target, item. */
    private final ArrayDeque<Object> queue = new ArrayDeque<>();

    private final Runnable turn = this::turn;
    private boolean scheduled;

    LaneQueue(Lane lane) {
        this.lane = lane;
    }

    void add(Target target, Object item) {
        queue.add(target);
        queue.add(item);
        if (!scheduled) {
            scheduled = true;
            lane.execute(turn);
        }
    }

    private void turn() {
        for (int i = 0; i < TURN && !queue.isEmpty(); i++) {
            Target target = (Target) queue.poll();
            receive(target, queue.poll());
        }
        scheduled = !queue.isEmpty();
        if (scheduled) {
            lane.execute(turn);
        }
    }

    static void receive(Target target, Object item) {
        try {
            target.receive(item);
        } catch (RuntimeException bug) {
            LOG.error("a session failed and is closed: {}", bug.getClass().getSimpleName());
            LOG.debug("the failure", bug);
            target.abort();
        }
    }
}
