package dev.samovar.testkit;

import dev.samovar.base.Lane;
import dev.samovar.data.Destination;
import dev.samovar.data.Hash;
import dev.samovar.i2cp.client.CloseReason;
import dev.samovar.i2cp.client.DeliveryStatus;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.InboundMessage;
import dev.samovar.i2cp.client.LookupResult;
import dev.samovar.i2cp.client.LookupTarget;
import dev.samovar.i2cp.client.OutboundMessage;
import dev.samovar.i2cp.client.SendOutcome;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Sessions in a simulated world that reach each other over {@link SimLink}s, without any router. */
public final class FakeI2cpNetwork {

    private final Map<Hash, FakeSession> sessions = new HashMap<>();
    private final Supplier<SimLink> links;

    /** @param links makes the link of each session's outgoing direction */
    public FakeI2cpNetwork(Supplier<SimLink> links) {
        this.links = links;
    }

    /** A session that stands; its listener is set by {@link FakeSession#listener}. */
    public FakeSession session(Destination destination, Lane lane) {
        FakeSession session = new FakeSession(destination, lane, links.get());
        sessions.put(destination.hash(), session);
        return session;
    }

    /** One end. */
    public final class FakeSession implements I2cpClientSession {

        private final Destination destination;
        private final Lane lane;
        private final SimLink link;
        private Listener listener;
        private Consumer<OutboundMessage> tap = message -> {};
        private boolean congested;
        private boolean closed;

        private FakeSession(Destination destination, Lane lane, SimLink link) {
            this.destination = destination;
            this.lane = lane;
            this.link = link;
        }

        public void listener(Listener told) {
            listener = told;
        }

        /** Shows every message as it is sent; the payload is borrowed. */
        public void tap(Consumer<OutboundMessage> shown) {
            tap = shown;
        }

        public SimLink link() {
            return link;
        }

        /** Refuses messages, or takes them again and says so. */
        public void congested(boolean full) {
            boolean before = congested;
            congested = full;
            if (before && !full) {
                listener.onWritable();
            }
        }

        @Override
        public Destination destination() {
            return destination;
        }

        @Override
        public Lane lane() {
            return lane;
        }

        @Override
        public boolean isWritable() {
            return !congested;
        }

        @Override
        public SendOutcome send(OutboundMessage message) {
            lane.check();
            ByteBuf payload = message.payload();
            if (closed || congested) {
                payload.release();
                return closed ? SendOutcome.CLOSED : SendOutcome.CONGESTED;
            }
            tap.accept(message);
            FakeSession to = sessions.get(message.to().hash());
            if (to == null || to.closed) {
                payload.release();
                if (message.tracking() != 0) {
                    lane.execute(() -> listener.onDelivery(message.tracking(), DeliveryStatus.NO_LEASE_SET));
                }
                return SendOutcome.ACCEPTED;
            }
            link.carry(
                    payload.readableBytes(),
                    to.lane,
                    () -> {
                        if (to.closed) {
                            payload.release();
                        } else {
                            // every copy has indices of its own, as copies off a wire have
                            to.listener.onMessage(new InboundMessage(
                                    message.protocol(), message.fromPort(), message.toPort(), payload.duplicate()));
                        }
                    },
                    payload::retain,
                    payload::release);
            return SendOutcome.ACCEPTED;
        }

        @Override
        public Future<LookupResult> lookup(LookupTarget target) {
            Promise<LookupResult> result = lane.newPromise();
            FakeSession found = target instanceof LookupTarget.ByHash byHash ? sessions.get(byHash.hash()) : null;
            result.setSuccess(found == null ? new LookupResult.NotFound() : new LookupResult.Found(found.destination));
            return result;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                lane.execute(() -> listener.onClosed(new CloseReason(CloseReason.Kind.CLOSED, "")));
            }
        }
    }
}
