package dev.samovar.transport.ntcp2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.samovar.testkit.SimWorld;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When sessions are woken to send. */
final class LinkWakesTest {

    private final SimWorld world = new SimWorld(1);
    private final SimWorld.SimLane lane = world.newLane();
    private final LinkWakes wakes = new LinkWakes(lane);

    /** Notes how many messages it finds each time that it is woken. */
    private static final class Session implements LinkWakes.Sleeper {

        private static final int WHOLE = 16;

        private final List<Integer> sent = new ArrayList<>();
        private int waiting;

        @Override
        public boolean hasWholeFrame() {
            return waiting >= WHOLE;
        }

        @Override
        public void wake() {
            if (waiting > 0) {
                sent.add(waiting);
                waiting = 0;
            }
        }
    }

    private void offer(Session session, int messages) {
        for (int message = 0; message < messages; message++) {
            session.waiting++;
            wakes.onOffered(session);
        }
    }

    @Test
    void messagesOfOneTaskLeaveTogether() {
        Session session = new Session();
        Session other = new Session();
        lane.execute(() -> {
            offer(session, 2);
            offer(other, 1);
            offer(session, 1);
            assertEquals(List.of(), session.sent);
        });
        world.runReady();
        assertEquals(List.of(3), session.sent);
        assertEquals(List.of(1), other.sent);
    }

    @Test
    void aWholeFrameLeavesWhileTheTaskGoesOn() {
        Session session = new Session();
        lane.execute(() -> {
            offer(session, Session.WHOLE + 3);
            assertEquals(List.of(Session.WHOLE), session.sent);
        });
        world.runReady();
        assertEquals(List.of(Session.WHOLE, 3), session.sent);
    }

    @Test
    void theNextTaskIsServedToo() {
        Session session = new Session();
        lane.execute(() -> offer(session, 1));
        world.runReady();
        lane.execute(() -> offer(session, 2));
        world.runReady();
        assertEquals(List.of(1, 2), session.sent);
    }
}
