package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.crypto.SigType;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.Lease;
import dev.samovar.data.Mapping;
import dev.samovar.i2cp.client.CreateResult;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.OutboundMessage;
import dev.samovar.i2cp.client.Protocol;
import dev.samovar.i2cp.client.SendOutcome;
import dev.samovar.i2cp.client.SessionOptions;
import dev.samovar.i2cp.server.RouterPort;
import dev.samovar.testkit.RecordingSession;
import dev.samovar.testkit.SimWorld;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LocalRouterTest {

    private final SimWorld world = new SimWorld(3);
    private final Lane lane = world.newLane();
    private final LocalRouter router = new LocalRouter(lane, world.entropy(), Offload.inline());

    private DestinationKeys newKeys() {
        return DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, world.entropy());
    }

    /** An inbox that takes what the test says. */
    private static final class FakeInbox implements RouterPort.Inbox {
        final List<Lease> requested = new ArrayList<>();
        boolean takes = true;
        boolean congested;
        int delivered;
        int writable;
        int found;
        int shutdowns;

        @Override
        public boolean deliver(ByteBuf payload) {
            payload.release();
            delivered++;
            return takes;
        }

        @Override
        public boolean isCongested() {
            return congested;
        }

        @Override
        public void requestLeaseSet(List<Lease> leases) {
            requested.addAll(leases);
        }

        @Override
        public void onWritable() {
            writable++;
        }

        @Override
        public void onSent(long ticket, RouterPort.Outcome outcome) {
            throw new AssertionError("all is delivered at once");
        }

        @Override
        public void onLeaseSetFound() {
            found++;
        }

        @Override
        public void onShutdown(String reason) {
            shutdowns++;
        }
    }

    @Test
    void leasesAreRenewedBeforeTheyEnd() {
        FakeInbox inbox = new FakeInbox();
        world.on(
                lane,
                () -> router.port()
                        .attach(newKeys().destination(), Mapping.EMPTY, inbox)
                        .open());
        world.runFor(1, TimeUnit.HOURS);
        assertEquals(8, inbox.requested.size());
        for (int i = 1; i < inbox.requested.size(); i++) {
            long renewedAt = inbox.requested.get(i).endMillis() - 600_000;
            assertTrue(inbox.requested.get(i - 1).endMillis() > renewedAt);
        }
    }

    @Test
    void aDetachedDestinationIsAskedNothingMoreAndIsGone() {
        DestinationKeys keys = newKeys();
        FakeInbox inbox = new FakeInbox();
        FakeInbox other = new FakeInbox();
        world.on(lane, () -> {
            RouterPort.Attachment attachment = router.port().attach(keys.destination(), Mapping.EMPTY, inbox);
            attachment.open();
            attachment.detach();
            assertEquals(
                    RouterPort.Verdict.NO_LEASE_SET,
                    router.port()
                            .attach(newKeys().destination(), Mapping.EMPTY, other)
                            .send(keys.destination(), Unpooled.buffer(1), 0, 0));
        });
        world.runFor(1, TimeUnit.HOURS);
        assertEquals(1, inbox.requested.size());
        assertEquals(0, inbox.delivered);
    }

    @Test
    void aSlowDestinationSlowsItsSendersAndTellsThemWhenItIsBetter() {
        DestinationKeys slowKeys = newKeys();
        FakeInbox slow = new FakeInbox();
        FakeInbox sender = new FakeInbox();
        world.on(lane, () -> {
            RouterPort.Attachment slowOne = router.port().attach(slowKeys.destination(), Mapping.EMPTY, slow);
            RouterPort.Attachment from = router.port().attach(newKeys().destination(), Mapping.EMPTY, sender);
            assertEquals(RouterPort.Verdict.DELIVERED, from.send(slowKeys.destination(), Unpooled.buffer(1), 0, 0));
            slow.congested = true;
            assertEquals(RouterPort.Verdict.CONGESTED, from.send(slowKeys.destination(), Unpooled.buffer(1), 0, 0));
            slow.takes = false;
            assertEquals(RouterPort.Verdict.OVERFLOW, from.send(slowKeys.destination(), Unpooled.buffer(1), 0, 0));
            slowOne.inboxDrained();
            assertEquals(1, sender.writable);
            from.send(slowKeys.destination(), Unpooled.buffer(1), 0, 0);
            slowOne.detach();
            assertEquals(2, sender.writable, "nobody waits for one who is gone");
        });
    }

    @Test
    void closingTellsTheServersSessionsToo() {
        FakeInbox inbox = new FakeInbox();
        world.on(lane, () -> router.port().attach(newKeys().destination(), Mapping.EMPTY, inbox));
        router.close();
        world.runReady();
        assertEquals(1, inbox.shutdowns);
    }

    @Test
    void sessionsOnOtherLanesAndOnTheRoutersExchangeAllTheyAccepted() {
        Lane other = world.newLane();
        RecordingSession inboxHere = new RecordingSession();
        RecordingSession inboxThere = new RecordingSession();
        I2cpClientSession here = session(lane, inboxHere);
        I2cpClientSession there = session(other, inboxThere);
        int[] sent = new int[2];
        for (int round = 0; round < 50; round++) {
            world.on(lane, () -> sent[0] += burst(here, there));
            world.on(other, () -> sent[1] += burst(there, here));
            world.runReady();
        }
        world.runFor(1, TimeUnit.SECONDS);
        assertEquals(sent[0], inboxThere.messages.size());
        assertEquals(sent[1], inboxHere.messages.size());
        assertTrue(sent[0] >= 50 * 100 && sent[1] >= 50 * 100);
    }

    private static int burst(I2cpClientSession from, I2cpClientSession to) {
        int accepted = 0;
        for (int i = 0; i < 300; i++) {
            OutboundMessage message = new OutboundMessage(
                    to.destination(),
                    Protocol.RAW,
                    0,
                    0,
                    0,
                    Unpooled.buffer(1000).writeZero(1000));
            accepted += from.send(message) == SendOutcome.ACCEPTED ? 1 : 0;
        }
        return accepted;
    }

    private I2cpClientSession session(Lane on, RecordingSession listener) {
        Future<CreateResult> attempt = router.client().createSession(on, newKeys(), SessionOptions.NONE, listener);
        assertTrue(world.runUntil(attempt::isDone, 10, TimeUnit.SECONDS));
        return assertInstanceOf(CreateResult.Created.class, attempt.getNow()).session();
    }

    @Test
    void aListenerThatFailsLosesItsOwnSessionOnly() {
        RecordingSession failing = new RecordingSession() {
            @Override
            public void onMessage(dev.samovar.i2cp.client.InboundMessage message) {
                message.payload().release();
                throw new IllegalStateException("a bug");
            }
        };
        RecordingSession good = new RecordingSession();
        I2cpClientSession bad = session(lane, failing);
        I2cpClientSession fine = session(lane, good);
        world.on(lane, () -> {
            burst(fine, bad);
            burst(fine, fine);
        });
        world.runFor(1, TimeUnit.SECONDS);
        assertEquals(300, good.messages.size());
        assertEquals(1, failing.closed.size());
        assertTrue(good.closed.isEmpty());
    }
}
