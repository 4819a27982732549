package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.crypto.SigType;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.i2cp.client.CloseReason;
import dev.samovar.i2cp.client.CreateResult;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.InboundMessage;
import dev.samovar.i2cp.client.LookupResult;
import dev.samovar.i2cp.client.LookupTarget;
import dev.samovar.i2cp.client.OutboundMessage;
import dev.samovar.i2cp.client.Protocol;
import dev.samovar.i2cp.client.SessionOptions;
import dev.samovar.testkit.RecordingSession;
import dev.samovar.testkit.SimWorld;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Sessions on several lanes that come, go, talk and look up in any order: nothing leaks, every end is told once. */
class InProcessFuzzTest {

    private static final int STEPS = 400;

    @Test
    void anyLifeOfManySessionsEndsWell() {
        for (long seed = 1; seed <= 40; seed++) {
            try {
                new Life(seed).run();
            } catch (RuntimeException | AssertionError failed) {
                throw new AssertionError("seed " + seed, failed);
            }
        }
    }

    private static final class Life {
        private final Random random;
        private final SimWorld world;
        private final List<Lane> lanes;
        private final LocalRouter router;
        private final List<DestinationKeys> keys = new ArrayList<>();
        private final List<Owner> owners = new ArrayList<>();
        private final List<ByteBuf> buffers = new ArrayList<>();
        private final List<Future<LookupResult>> lookups = new ArrayList<>();

        Life(long seed) {
            random = new Random(seed);
            world = new SimWorld(seed);
            lanes = List.of(world.newLane(), world.newLane(), world.newLane());
            router = new LocalRouter(lanes.get(0), world.entropy(), Offload.inline());
            for (int i = 0; i < 6; i++) {
                keys.add(DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, world.entropy()));
            }
        }

        private final class Owner extends RecordingSession {
            final Lane lane = lanes.get(random.nextInt(lanes.size()));
            final Future<CreateResult> attempt = router.client()
                    .createSession(lane, keys.get(random.nextInt(keys.size())), SessionOptions.NONE, this);

            I2cpClientSession session() {
                return attempt.isSuccess() && attempt.getNow() instanceof CreateResult.Created created
                        ? created.session()
                        : null;
            }

            @Override
            public void onMessage(InboundMessage message) {
                assertTrue(lane.inLane());
                assertTrue(closed.isEmpty(), "a message after the end");
                super.onMessage(message);
                if (session() != null && random.nextInt(40) == 0) {
                    session().close();
                } else if (session() != null && random.nextInt(3) == 0) {
                    send(session());
                }
            }

            @Override
            public void onClosed(CloseReason reason) {
                assertTrue(lane.inLane());
                assertFalse(reason.detail().contains("failed"), reason.detail());
                super.onClosed(reason);
            }
        }

        private void send(I2cpClientSession from) {
            Destination to = keys.get(random.nextInt(keys.size())).destination();
            ByteBuf payload = Unpooled.buffer().writeZero(random.nextInt(random.nextInt(8) == 0 ? 70_000 : 500));
            if (payload.capacity() > 0) {
                buffers.add(payload);
            }
            from.send(new OutboundMessage(to, Protocol.RAW, 0, 0, random.nextInt(4), payload));
        }

        private void step() {
            if (owners.isEmpty() || random.nextInt(20) == 0) {
                owners.add(new Owner());
                return;
            }
            Owner owner = owners.get(random.nextInt(owners.size()));
            I2cpClientSession session = owner.session();
            switch (random.nextInt(12)) {
                case 0 -> world.runFor(random.nextInt(50), TimeUnit.MILLISECONDS);
                case 1 -> world.runReady();
                case 2 -> {
                    if (random.nextInt(4) == 0) {
                        world.on(owner.lane, () -> owner.attempt.cancel(false));
                    }
                }
                case 3 -> {
                    LookupTarget target = new LookupTarget.ByHash(
                            keys.get(random.nextInt(keys.size())).destination().hash());
                    if (session == null || random.nextBoolean()) {
                        lookups.add(router.client().lookup(owner.lane, target));
                    } else {
                        world.on(owner.lane, () -> lookups.add(session.lookup(target)));
                    }
                }
                case 4 -> {
                    if (session != null && random.nextInt(6) == 0) {
                        world.on(owner.lane, session::close);
                    }
                }
                default -> {
                    if (session != null) {
                        int burst = 1 + random.nextInt(random.nextInt(10) == 0 ? 1500 : 10);
                        world.on(owner.lane, () -> {
                            for (int i = 0; i < burst; i++) {
                                send(session);
                            }
                        });
                    }
                }
            }
        }

        void run() {
            for (int i = 0; i < STEPS; i++) {
                step();
            }
            router.close();
            world.runFor(10, TimeUnit.SECONDS);
            for (Owner owner : owners) {
                assertTrue(owner.attempt.isDone());
                assertEquals(owner.session() != null ? 1 : 0, owner.closed.size());
            }
            assertTrue(owners.stream().anyMatch(owner -> owner.messages.size() > 10), "nobody talked");
            for (Future<LookupResult> lookup : lookups) {
                assertTrue(lookup.isDone());
            }
            for (ByteBuf buffer : buffers) {
                assertEquals(0, buffer.refCnt(), "a leak");
            }
        }
    }
}
