package dev.samovar.streaming;

import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.crypto.SigType;
import dev.samovar.data.DestinationKeys;
import dev.samovar.i2cp.client.CloseReason;
import dev.samovar.i2cp.client.DeliveryStatus;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.InboundMessage;
import dev.samovar.testkit.FakeI2cpNetwork;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.SimLink;
import dev.samovar.testkit.SimWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Two sessions with streams in a simulated world. */
final class StreamWorld {

    /** Key pairs cost milliseconds, and these tests run by the hundred. */
    private static final DestinationKeys[] KEYS = {
        DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, new SeededEntropy(1)),
        DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, new SeededEntropy(2))
    };

    static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    /** Streaming, in I2CP. */
    static final int PROTOCOL = 6;

    private static final List<StreamWorld> MADE = new ArrayList<>();

    final SimWorld world;
    final FakeI2cpNetwork network;
    final Lane lane;
    final Side alice;
    final Side bob;
    private final Offload offload;

    /** Tasks that were at the slow pool at one time. */
    int mostAtPool;

    /** A pool whose results come late, in any order. */
    private final class SlowOffload implements Offload {

        private final int mostMillis;
        private int atPool;

        SlowOffload(int mostMillis) {
            this.mostMillis = mostMillis;
        }

        @Override
        public <T> void submit(Lane lane, Supplier<T> work, Consumer<T> then) {
            mostAtPool = Math.max(mostAtPool, ++atPool);
            T result = work.get();
            long delay = TimeUnit.MILLISECONDS.toNanos(world.entropy().below(mostMillis + 1));
            lane.schedule(world.nanos() + delay, () -> {
                atPool--;
                then.accept(result);
            });
        }
    }

    /** One session. */
    final class Side implements I2cpClientSession.Listener {

        final DestinationKeys keys;
        final FakeI2cpNetwork.FakeSession session;
        final StreamDriver streams;

        Side(DestinationKeys keys, StreamOptions options) {
            this.keys = keys;
            session = network.session(keys.destination(), lane);
            session.listener(this);
            streams = new StreamDriver(session, keys, options, world.entropy(), offload);
        }

        @Override
        public void onMessage(InboundMessage message) {
            streams.onMessage(message);
        }

        @Override
        public void onWritable() {
            streams.onWritable();
        }

        @Override
        public void onDelivery(int tracking, DeliveryStatus status) {
            streams.onDelivery(tracking, status);
        }

        @Override
        public void onClosed(CloseReason reason) {
            streams.close();
        }
    }

    StreamWorld(long seed, Function<SimWorld, SimLink> link) {
        this(seed, link, KEYS[0], KEYS[1]);
    }

    StreamWorld(long seed, Function<SimWorld, SimLink> link, DestinationKeys aliceKeys, DestinationKeys bobKeys) {
        this(seed, link, aliceKeys, bobKeys, 0);
    }

    /** A world whose signatures take up to so many milliseconds each, and overtake each other. */
    static StreamWorld slowSigner(long seed, Function<SimWorld, SimLink> link, int signerMillis) {
        return new StreamWorld(seed, link, KEYS[0], KEYS[1], signerMillis);
    }

    private StreamWorld(
            long seed,
            Function<SimWorld, SimLink> link,
            DestinationKeys aliceKeys,
            DestinationKeys bobKeys,
            int signerMillis) {
        world = new SimWorld(seed);
        offload = signerMillis == 0 ? Offload.inline() : new SlowOffload(signerMillis);
        network = new FakeI2cpNetwork(() -> link.apply(world));
        lane = world.newLane();
        alice = new Side(aliceKeys, StreamOptions.defaults());
        bob = new Side(bobKeys, StreamOptions.defaults());
        MADE.add(this);
    }

    /** Ends every world made since the last call, and lets what is under way in it arrive. */
    static void endAll() {
        for (StreamWorld made : MADE) {
            made.on(() -> {
                made.alice.streams.close();
                made.bob.streams.close();
            });
            made.world.runFor(1, TimeUnit.HOURS);
        }
        MADE.clear();
    }

    /** A good link of this many milliseconds each way. */
    static StreamWorld perfect(int latencyMillis) {
        return new StreamWorld(1, world -> new SimLink(world, latencyMillis, 0, 0, 0));
    }

    void on(Runnable work) {
        world.on(lane, work);
        world.runReady();
    }

    /** Alice's end of a new stream to Bob, and Bob's end of it. */
    End[] connected() {
        End[] ends = new End[2];
        world.on(lane, () -> {
            bob.streams.accept(socket -> ends[1] = new End(this, socket));
            ends[0] = new End(this, alice.streams.connect(bob.keys.destination(), 1, 2, MINUTE));
        });
        if (!world.runUntil(() -> ends[0].connected && ends[1] != null, 60, TimeUnit.SECONDS)) {
            throw new AssertionError("not connected");
        }
        return ends;
    }
}
