package dev.samovar.transport.ntcp2;

import dev.samovar.base.Lane;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Wakes the sessions that the router lane gave messages to, once the lane is done with what it was at: messages that are sent at
 * one time, such as the cells of one message, then leave in one frame. Sent one by one they cost a frame and a system call each,
 * and a hop whose socket waits for acknowledgements (Nagle's algorithm, as i2pd's does) holds the second of two back until the
 * next router's delayed acknowledgement of the first, which takes 40 ms. A session with a whole frame waiting is woken at once,
 * so that both lanes work at the same time. Owned by the router lane; bounded by the number of sessions.
 */
final class LinkWakes {

    /** A session that has to be woken to send what it was given. */
    interface Sleeper {

        boolean hasWholeFrame();

        void wake();
    }

    private final Lane lane;
    private final Set<Sleeper> waiting = new LinkedHashSet<>();
    private final Runnable wakeAll = this::wakeAll;

    LinkWakes(Lane lane) {
        this.lane = lane;
    }

    /** A message was put where the session finds it. */
    void onOffered(Sleeper session) {
        if (session.hasWholeFrame()) {
            session.wake();
        } else if (waiting.add(session) && waiting.size() == 1) {
            lane.execute(wakeAll);
        }
    }

    private void wakeAll() {
        waiting.forEach(Sleeper::wake);
        waiting.clear();
    }
}
