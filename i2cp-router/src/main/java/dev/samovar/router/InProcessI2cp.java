package dev.samovar.router;

import dev.samovar.base.Lane;
import dev.samovar.i2cp.client.CloseReason;
import dev.samovar.i2cp.client.CloseReason.Kind;
import dev.samovar.i2cp.client.I2cpLink;
import dev.samovar.i2cp.message.I2cpMessage;
import dev.samovar.i2cp.server.I2cpServerConnection;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * I2CP within the process: messages go between a client and the router as objects, from lane to lane or, where both live
 * on one, through its {@link LaneQueue}. Each direction has at most {@value #MAX_MESSAGES} messages and
 * {@value #MAX_BYTES} bytes under way, counted until the far end has handled them: then the sender is not writable.
 *
 * <p>Each end belongs to its lane and touches the other only by what it posts.
 */
final class InProcessI2cp {

    static final int MAX_MESSAGES = 1024;
    static final int MAX_BYTES = 2 * 1024 * 1024;

    /** What a message without a payload counts. */
    private static final int MESSAGE_BYTES = 256;

    /** Consumed messages and bytes after which another lane is told: a fraction of what may be under way. */
    private static final int CREDIT_MESSAGES = MAX_MESSAGES / 8;

    private static final int CREDIT_BYTES = MAX_BYTES / 8;

    private enum Signal {
        OPENED,
        CLOSED,
        RESUME
    }

    private record Credit(int messages, int bytes) {}

    private final LaneQueue sameLane;
    private final ClientEnd client;
    private final RouterEnd router;

    /**
     * Made on the client's lane.
     *
     * @param sameLane the queue of the lane when it is the client's and the router's, else null
     */
    InProcessI2cp(Lane clientLane, Lane routerLane, LaneQueue sameLane, I2cpLink.Receiver receiver) {
        this.sameLane = sameLane;
        this.client = new ClientEnd(clientLane, receiver);
        this.router = new RouterEnd(routerLane);
    }

    I2cpLink link() {
        return client;
    }

    RouterEnd routerEnd() {
        return router;
    }

    /** What both ends have: a count of what is under way to the other, and of what was consumed from it. */
    private abstract class End implements LaneQueue.Target {

        final Lane lane;
        private int messages;
        private int bytes;
        private boolean full;
        private int consumedMessages;
        private int consumedBytes;

        End(Lane lane) {
            this.lane = lane;
        }

        abstract End other();

        abstract void onRoom();

        final void post(Object item) {
            End to = other();
            if (sameLane != null) {
                sameLane.add(to, item);
            } else {
                to.lane.execute(() -> LaneQueue.receive(to, item));
            }
        }

        final void postMessage(I2cpMessage message) {
            messages++;
            bytes += cost(message);
            full |= messages >= MAX_MESSAGES || bytes >= MAX_BYTES;
            post(message);
        }

        final boolean hasRoom() {
            return !full;
        }

        final void consumed(int cost) {
            consumedMessages++;
            consumedBytes += cost;
            if (sameLane != null) {
                giveCredit(other());
            } else if (consumedMessages >= CREDIT_MESSAGES || consumedBytes >= CREDIT_BYTES) {
                post(new Credit(consumedMessages, consumedBytes));
                consumedMessages = 0;
                consumedBytes = 0;
            }
        }

        private void giveCredit(End to) {
            int m = consumedMessages;
            int b = consumedBytes;
            consumedMessages = 0;
            consumedBytes = 0;
            to.credit(m, b);
        }

        final void credit(int m, int b) {
            messages -= m;
            bytes -= b;
            if (full && messages <= MAX_MESSAGES / 2 && bytes <= MAX_BYTES / 2) {
                full = false;
                onRoom();
            }
        }
    }

    private static int cost(I2cpMessage message) {
        return message.payloadLength() + MESSAGE_BYTES;
    }

    /** The client's end, on its lane. */
    private final class ClientEnd extends End implements I2cpLink {

        private final I2cpLink.Receiver receiver;
        private boolean closed;

        ClientEnd(Lane lane, I2cpLink.Receiver receiver) {
            super(lane);
            this.receiver = receiver;
        }

        @Override
        End other() {
            return router;
        }

        @Override
        public void send(I2cpMessage message) {
            if (closed) {
                message.release();
            } else {
                postMessage(message);
            }
        }

        @Override
        public boolean isWritable() {
            return hasRoom();
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                post(Signal.CLOSED);
            }
        }

        @Override
        void onRoom() {
            if (!closed) {
                receiver.onWritable();
            }
        }

        @Override
        public void receive(Object item) {
            if (item instanceof I2cpMessage message) {
                int cost = cost(message);
                if (closed) {
                    message.release();
                } else {
                    receiver.onMessage(message);
                }
                consumed(cost);
            } else if (item instanceof Credit credit) {
                credit(credit.messages(), credit.bytes());
            } else if (item == Signal.OPENED) {
                if (!closed) {
                    receiver.onOpen();
                }
            } else if (!closed) {
                closed = true;
                receiver.onLost(new CloseReason(Kind.LINK_LOST, "the router has closed"));
            }
        }

        @Override
        public void abort() {
            if (!closed) {
                close();
                receiver.onLost(new CloseReason(Kind.LINK_LOST, "the session failed"));
            }
        }
    }

    /** The router's end, on the router's lane. */
    final class RouterEnd extends End implements I2cpServerConnection.Outlet {

        /** What came while the connection wanted no input; bounded by what may be under way. */
        private final Queue<Object> held = new ArrayDeque<>(2);

        private I2cpServerConnection connection;
        private Consumer<RouterEnd> whenClosed;
        private boolean closed;

        RouterEnd(Lane lane) {
            super(lane);
        }

        /** Sets the end up; on the router's lane, before anything arrives. */
        void open(
                Function<I2cpServerConnection.Outlet, I2cpServerConnection> connector, Consumer<RouterEnd> whenClosed) {
            this.whenClosed = whenClosed;
            connection = connector.apply(this);
            connection.open();
            post(Signal.OPENED);
        }

        /** The router is closed already. */
        void refuse() {
            closed = true;
            post(Signal.CLOSED);
        }

        void shutdown(String reason) {
            connection.onShutdown(reason);
        }

        @Override
        End other() {
            return client;
        }

        @Override
        public void write(I2cpMessage message) {
            postMessage(message);
        }

        @Override
        public boolean isWritable() {
            return hasRoom();
        }

        @Override
        void onRoom() {
            if (!closed) {
                connection.onOutletWritable();
            }
        }

        @Override
        public void resumeReading() {
            if (sameLane != null) {
                sameLane.add(this, Signal.RESUME);
            } else {
                lane.execute(() -> LaneQueue.receive(this, Signal.RESUME));
            }
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                post(Signal.CLOSED);
                whenClosed.accept(this);
            }
            dropHeld();
        }

        @Override
        public void receive(Object item) {
            if (item instanceof Credit credit) {
                credit(credit.messages(), credit.bytes());
            } else if (item == Signal.RESUME) {
                handleHeld();
            } else if (!held.isEmpty() || (!closed && item instanceof I2cpMessage && !connection.wantsInput())) {
                held.add(item);
            } else {
                handle(item);
            }
            if (closed) {
                dropHeld();
            }
        }

        @Override
        public void abort() {
            if (!closed) {
                connection.onShutdown("internal error");
            }
        }

        private void handleHeld() {
            while (!held.isEmpty() && (closed || held.peek() == Signal.CLOSED || connection.wantsInput())) {
                handle(held.poll());
            }
        }

        private void handle(Object item) {
            if (item instanceof I2cpMessage message) {
                int cost = cost(message);
                if (closed) {
                    message.release();
                } else {
                    connection.onMessage(message);
                }
                consumed(cost);
            } else if (!closed) {
                closed = true;
                connection.onLost();
                whenClosed.accept(this);
            }
        }

        private void dropHeld() {
            for (Object item; (item = held.poll()) != null; ) {
                if (item instanceof I2cpMessage message) {
                    message.release();
                }
            }
        }
    }
}
