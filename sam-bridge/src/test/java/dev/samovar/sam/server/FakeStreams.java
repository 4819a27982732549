package dev.samovar.sam.server;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Lane;
import dev.samovar.data.Destination;
import dev.samovar.data.Hash;
import dev.samovar.i2cp.client.DeliveryStatus;
import dev.samovar.i2cp.client.InboundMessage;
import dev.samovar.streaming.StreamEnd;
import dev.samovar.streaming.StreamSocket;
import dev.samovar.streaming.Streams;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;

/** Streams between the sessions of one bridge without a protocol, so that the bridge can be tested by itself. */
final class FakeStreams implements Streams {

    static final int QUEUE_BYTES = 128 * 1024;

    /** All sessions of one bridge. */
    static final class Net {
        private final Map<Hash, FakeStreams> sessions = new HashMap<>();
        /** Destinations that do not answer in time. */
        final List<Destination> silent = new ArrayList<>();

        int open;
    }

    private final Net net;
    private final Destination self;
    private final Lane lane;
    private final Queue<Consumer<StreamSocket>> accepts = new ArrayDeque<>();
    private final Queue<End> waiting = new ArrayDeque<>();
    private final List<End> ends = new ArrayList<>();
    private boolean acceptedBefore;
    private boolean closed;

    FakeStreams(Net net, Destination self, Lane lane) {
        this.net = net;
        this.self = self;
        this.lane = lane;
        net.sessions.put(self.hash(), this);
    }

    @Override
    public StreamSocket connect(Destination peer, int fromPort, int toPort, long timeoutNanos) {
        End here = new End(peer, this);
        lane.execute(() -> {
            FakeStreams there = net.sessions.get(peer.hash());
            if (there == null) {
                here.over(StreamEnd.UNREACHABLE);
            } else if (net.silent.contains(peer)) {
                here.over(StreamEnd.TIMED_OUT);
            } else if (!there.acceptedBefore) {
                here.over(StreamEnd.REFUSED);
            } else if (!here.isOver) {
                End far = new End(self, there);
                here.other = far;
                far.other = here;
                here.connected();
                far.connected();
                there.arrived(far);
            }
        });
        return here;
    }

    private void arrived(End far) {
        Consumer<StreamSocket> next = accepts.poll();
        if (next == null) {
            waiting.add(far);
        } else {
            next.accept(far);
        }
    }

    @Override
    public Cancellable accept(Consumer<StreamSocket> whenConnected) {
        acceptedBefore = true;
        End there = waiting.poll();
        if (there != null) {
            whenConnected.accept(there);
            return () -> {};
        }
        accepts.add(whenConnected);
        return () -> accepts.remove(whenConnected);
    }

    @Override
    public void onMessage(InboundMessage message) {
        message.payload().release();
    }

    @Override
    public void onWritable() {}

    @Override
    public void onDelivery(int tracking, DeliveryStatus status) {}

    @Override
    public int openStreams() {
        return ends.size();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            net.sessions.remove(self.hash(), this);
            for (End end : new ArrayList<>(ends)) {
                End other = end.other;
                end.over(StreamEnd.SESSION_CLOSED);
                if (other != null) {
                    other.over(StreamEnd.RESET_BY_PEER);
                }
            }
        }
    }

    /** One side of a stream. */
    private final class End implements StreamSocket {
        private final Destination peer;
        private final FakeStreams owner;
        private final Queue<ByteBuf> inbound = new ArrayDeque<>();
        private final Queue<Runnable> untold = new ArrayDeque<>();
        private End other;
        private Listener listener;
        private int inboundBytes;
        private boolean endOfInput;
        private boolean toldEnd;
        private boolean outputShut;
        private boolean wantsRoom;
        private boolean discards;
        private boolean isOver;
        private boolean toldReadable;

        End(Destination peer, FakeStreams owner) {
            this.peer = peer;
            this.owner = owner;
            owner.ends.add(this);
            net.open++;
        }

        private void tell(Consumer<Listener> what) {
            lane.execute(() -> {
                if (listener == null) {
                    untold.add(() -> what.accept(listener));
                } else {
                    what.accept(listener);
                }
            });
        }

        void connected() {
            tell(Listener::onConnected);
        }

        void over(StreamEnd end) {
            if (!isOver) {
                isOver = true;
                owner.ends.remove(this);
                net.open--;
                tell(told -> told.onClosed(end));
            }
        }

        @Override
        public Destination peer() {
            return peer;
        }

        @Override
        public int localPort() {
            return 0;
        }

        @Override
        public int peerPort() {
            return 0;
        }

        @Override
        public void listener(Listener next) {
            listener = next;
            for (Runnable told; (told = untold.poll()) != null; ) {
                told.run();
            }
            if (inboundBytes > 0) {
                next.onReadable();
            }
            checkEnd();
        }

        @Override
        public int write(ByteBuf in) {
            if (isOver || outputShut || other == null) {
                return 0;
            }
            if (other.discards) {
                int all = in.readableBytes();
                in.skipBytes(all);
                return all;
            }
            int taken = Math.min(in.readableBytes(), QUEUE_BYTES - other.inboundBytes);
            if (taken > 0) {
                byte[] copy = new byte[taken];
                in.readBytes(copy);
                other.inbound.add(Unpooled.wrappedBuffer(copy));
                other.inboundBytes += taken;
                if (!other.toldReadable) {
                    other.toldReadable = true;
                    other.tell(Listener::onReadable);
                }
            }
            wantsRoom |= in.isReadable();
            return taken;
        }

        @Override
        public int writableBytes() {
            return other == null ? 0 : QUEUE_BYTES - other.inboundBytes;
        }

        @Override
        public ByteBuf read(int maxBytes) {
            ByteBuf first = inbound.peek();
            if (first == null) {
                toldReadable = false;
                return null;
            }
            ByteBuf part;
            if (first.readableBytes() <= maxBytes) {
                part = inbound.poll();
            } else {
                part = first.readRetainedSlice(maxBytes);
            }
            inboundBytes -= part.readableBytes();
            if (other != null && other.wantsRoom) {
                other.wantsRoom = false;
                other.tell(Listener::onWritable);
            }
            checkEnd();
            return part;
        }

        private void checkEnd() {
            if (endOfInput && inboundBytes == 0 && !toldEnd) {
                toldEnd = true;
                tell(Listener::onEndOfInput);
            }
            if (toldEnd && outputShut) {
                over(StreamEnd.COMPLETED);
            }
        }

        @Override
        public void shutdownOutput() {
            if (!outputShut) {
                outputShut = true;
                if (other != null) {
                    other.endOfInput = true;
                    other.checkEnd();
                }
                checkEnd();
            }
        }

        @Override
        public void close() {
            discards = true;
            for (ByteBuf thrown; (thrown = inbound.poll()) != null; ) {
                inboundBytes -= thrown.readableBytes();
                thrown.release();
            }
            if (other != null && other.wantsRoom) {
                other.wantsRoom = false;
                other.tell(Listener::onWritable);
            }
            shutdownOutput();
            checkEnd();
        }

        @Override
        public void reset() {
            End far = other;
            over(StreamEnd.RESET);
            if (far != null) {
                far.over(StreamEnd.RESET_BY_PEER);
            }
        }
    }
}
