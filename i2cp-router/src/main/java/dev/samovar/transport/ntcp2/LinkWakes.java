package dev.samovar.transport.ntcp2;

import dev.samovar.base.Lane;
import java.util.ArrayList;
import java.util.List;

/**
 * Wakes the sessions that the router lane gave messages to, once the lane is done with what it was at: messages that are sent at
 * one time, such as the cells of one message, then leave in one frame. Sent one by one they cost a frame and a system call each,
 * and a hop whose socket waits for acknowledgements (Nagle's algorithm, as i2pd's does) holds the second of two back until the
 * next router's delayed acknowledgement of the first, which takes 40 ms. A session with a whole frame waiting is woken at once,
 * so that both lanes work at the same time. Owned by the router lane; bounded by the number of sessions.
 */
final class LinkWakes {

    private final Lane lane;
    private final List<Ntcp2Link> waiting = new ArrayList<>();
    private final Runnable wakeAll = this::wakeAll;

    LinkWakes(Lane lane) {
        this.lane = lane;
    }

    /** A message for the link is in its ring. */
    void onOffered(Ntcp2Link link) {
        if (link.hasWholeFrame()) {
            link.wake();
        } else if (link.startWaiting()) {
            waiting.add(link);
            if (waiting.size() == 1) {
                lane.execute(wakeAll);
            }
        }
    }

    private void wakeAll() {
        for (Ntcp2Link link : waiting) {
            link.endWaiting();
            link.wake();
        }
        waiting.clear();
    }
}
