package dev.samovar.i2cp.client;

import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.base.WireException;
import dev.samovar.data.DestinationKeys;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import io.netty.util.concurrent.Promise;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An {@link I2cpClient} over any kind of link. Safe from any lane; each session, and each lookup without one, has its own
 * link and lives on the lane that asked for it.
 */
public final class LinkedI2cpClient implements I2cpClient {

    /** Lookups without a session at a time, since each takes a link; more are {@link LookupResult.Unavailable}. */
    private static final int MAX_LOOKUP_LINKS = 32;

    private final I2cpLink.Connector connector;
    private final Entropy entropy;
    private final Offload offload;
    private final boolean ours;
    private final Set<I2cpSessionDriver> drivers = ConcurrentHashMap.newKeySet();
    private final AtomicInteger lookupLinks = new AtomicInteger();

    /** @param ours whether the links lead to routers of ours, which confirm lease sets */
    public LinkedI2cpClient(I2cpLink.Connector connector, Entropy entropy, Offload offload, boolean ours) {
        this.connector = connector;
        this.ours = ours;
        this.entropy = entropy;
        this.offload = offload;
    }

    @Override
    public Future<CreateResult> createSession(
            Lane lane, DestinationKeys keys, SessionOptions options, I2cpClientSession.Listener listener) {
        Promise<CreateResult> created = lane.newPromise();
        lane.run(() -> {
            I2cpClientCore core;
            try {
                core = I2cpClientCore.forSession(keys, options, entropy, ours);
            } catch (WireException tooLong) {
                created.trySuccess(new CreateResult.Refused("the session options are too long"));
                return;
            }
            start(lane, keys, core, listener, created);
        });
        return created;
    }

    @Override
    public Future<LookupResult> lookup(Lane lane, LookupTarget target) {
        Promise<LookupResult> answer = lane.newPromise();
        if (lookupLinks.incrementAndGet() > MAX_LOOKUP_LINKS) {
            lookupLinks.decrementAndGet();
            lane.run(() -> answer.trySuccess(new LookupResult.Unavailable()));
            return answer;
        }
        answer.addListener(done -> lookupLinks.decrementAndGet());
        lane.run(() -> {
            Promise<CreateResult> ready = lane.newPromise();
            ready.addListener((FutureListener<CreateResult>) done -> {
                if (done.getNow() instanceof CreateResult.Created created) {
                    lookupThrough(created.session(), target, answer);
                } else {
                    answer.trySuccess(new LookupResult.Unavailable());
                }
            });
            start(lane, null, I2cpClientCore.forLookups(), new Unheard(), ready);
        });
        return answer;
    }

    private static void lookupThrough(I2cpClientSession link, LookupTarget target, Promise<LookupResult> answer) {
        link.lookup(target).addListener((FutureListener<LookupResult>) found -> {
            answer.trySuccess(found.getNow());
            link.close();
        });
    }

    private void start(
            Lane lane,
            DestinationKeys keys,
            I2cpClientCore core,
            I2cpClientSession.Listener listener,
            Promise<CreateResult> created) {
        I2cpSessionDriver[] self = new I2cpSessionDriver[1];
        I2cpSessionDriver driver = new I2cpSessionDriver(
                lane,
                keys == null ? null : keys.destination(),
                core,
                offload,
                listener,
                created,
                () -> drivers.remove(self[0]));
        self[0] = driver;
        drivers.add(driver);
        driver.connect(connector);
    }

    /** Ends all sessions, each on its lane. */
    @Override
    public void close() {
        for (I2cpSessionDriver driver : drivers) {
            driver.lane().run(driver::close);
        }
    }

    /** Nobody listens to a link that is there for a lookup. */
    private static final class Unheard implements I2cpClientSession.Listener {
        @Override
        public void onMessage(InboundMessage message) {
            ByteBuf payload = message.payload();
            payload.release();
        }

        @Override
        public void onWritable() {}

        @Override
        public void onDelivery(int tracking, DeliveryStatus status) {}

        @Override
        public void onClosed(CloseReason reason) {}
    }
}
