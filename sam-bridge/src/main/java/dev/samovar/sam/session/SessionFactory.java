package dev.samovar.sam.session;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.base.WireException;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.Hash;
import dev.samovar.data.OfflineSignature;
import dev.samovar.i2cp.client.CreateResult;
import dev.samovar.i2cp.client.I2cpClient;
import dev.samovar.sam.protocol.SamResult;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Makes sessions, in this order: take the ID; make or read the keys (elsewhere, they cost milliseconds); take the
 * destination; ask the router. Whatever fails or is taken back gives up what was taken. Owner: the client lane.
 */
public final class SessionFactory {

    /** How it ended. */
    public sealed interface Outcome {

        /** @param privateKey the client's own text, or that of the key made for it */
        record Created(SamSession session, String privateKey) implements Outcome {
            @Override
            public String toString() {
                return "[redacted]";
            }
        }

        /** @param message a line for the client, used with {@link SamResult#I2P_ERROR} only */
        record Failed(SamResult result, String message) implements Outcome {}
    }

    /** How often a router that still holds a destination, whose session we ended, is asked again: for 5 s in all. */
    private static final int RETRIES = 8;

    /** Before the first repetition; doubled each time. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Lane lane;
    private final I2cpClient client;
    private final SessionRegistry registry;
    private final StreamsFactory streams;
    private final Entropy entropy;
    private final Offload offload;

    public SessionFactory(
            Lane lane,
            I2cpClient client,
            SessionRegistry registry,
            StreamsFactory streams,
            Entropy entropy,
            Offload offload) {
        this.lane = lane;
        this.client = client;
        this.registry = registry;
        this.streams = streams;
        this.entropy = entropy;
        this.offload = offload;
    }

    /**
     * Begins to make a session; {@code then} hears the outcome once, on the lane, unless it is taken back.
     *
     * @return takes the attempt back
     */
    public Cancellable create(SessionRequest request, Consumer<Outcome> then) {
        if (!registry.hasRoom()) {
            then.accept(new Outcome.Failed(SamResult.I2P_ERROR, "Too many sessions"));
            return () -> {};
        }
        if (!registry.reserveId(request.id())) {
            then.accept(new Outcome.Failed(SamResult.DUPLICATED_ID, ""));
            return () -> {};
        }
        Attempt attempt = new Attempt(request, then);
        attempt.findKeys();
        return attempt::cancel;
    }

    private final class Attempt {

        private final SessionRequest request;
        private final Consumer<Outcome> then;
        private DestinationKeys keys;
        private Hash reserved;
        private Future<CreateResult> creating;
        private Cancellable retry = () -> {};
        private int tries;
        private boolean over;

        Attempt(SessionRequest request, Consumer<Outcome> then) {
            this.request = request;
            this.then = then;
        }

        void findKeys() {
            long now = lane.clock().epochMillis();
            offload.submit(lane, () -> readOrMake(request, now), found -> {
                if (over) {
                    found.destroy();
                    return;
                }
                keys = found.keys;
                if (keys == null) {
                    fail(SamResult.INVALID_KEY, "");
                } else if (!registry.reserveDestination(keys.destination().hash())) {
                    fail(SamResult.DUPLICATED_DEST, "");
                } else {
                    reserved = keys.destination().hash();
                    askRouter();
                }
            });
        }

        private void askRouter() {
            SamSession session = new SamSession(request, keys, registry);
            creating = client.createSession(lane, keys, request.options(), session);
            creating.addListener(done -> {
                if (over) {
                    if (done.isSuccess() && creating.getNow() instanceof CreateResult.Created late) {
                        late.session().close();
                    }
                    return;
                }
                if (!done.isSuccess()) {
                    fail(SamResult.I2P_ERROR, "The router could not make the session");
                    return;
                }
                answered(session, creating.getNow());
            });
        }

        private void answered(SamSession session, CreateResult result) {
            if (result instanceof CreateResult.Created created) {
                over = true;
                session.attach(created.session(), streams, offload);
                String text = request.privateKey() == null ? keys.toBase64() : request.privateKey();
                then.accept(new Outcome.Created(session, text));
            } else if (result instanceof CreateResult.DuplicateDestination) {
                if (registry.endedLately(reserved) && tries < RETRIES) {
                    // our own last session of this key ended a moment ago, and its router has not noticed yet
                    retry = lane.schedule(lane.clock().nanos() + (RETRY_NANOS << tries++), this::askRouter);
                } else {
                    fail(SamResult.DUPLICATED_DEST, "");
                }
            } else if (result instanceof CreateResult.Refused refused) {
                fail(SamResult.I2P_ERROR, "The router refused the session: " + refused.detail());
            } else if (result instanceof CreateResult.Unreachable unreachable) {
                fail(SamResult.I2P_ERROR, "The router cannot be reached: " + unreachable.detail());
            } else {
                fail(SamResult.I2P_ERROR, "The router built no tunnels in time");
            }
        }

        private void fail(SamResult result, String message) {
            giveUp();
            then.accept(new Outcome.Failed(result, message));
        }

        void cancel() {
            if (!over) {
                giveUp();
            }
        }

        private void giveUp() {
            over = true;
            registry.releaseId(request.id());
            retry.cancel();
            if (keys != null) {
                keys.destroy();
            }
            boolean underWay = creating != null && !creating.isDone();
            if (reserved != null && underWay) {
                // the router may have made it just now
                registry.releaseEnded(reserved);
            } else if (reserved != null) {
                registry.releaseDestination(reserved);
            }
            if (underWay) {
                creating.cancel(false);
            }
        }
    }

    /** @param keys null when there are none that can be used */
    private record FoundKeys(DestinationKeys keys) {
        void destroy() {
            if (keys != null) {
                keys.destroy();
            }
        }
    }

    private FoundKeys readOrMake(SessionRequest request, long nowMillis) {
        if (request.privateKey() == null) {
            return new FoundKeys(DestinationKeys.generate(request.transientType(), entropy));
        }
        try {
            DestinationKeys keys = DestinationKeys.fromBase64(request.privateKey());
            OfflineSignature offline = keys.offline().orElse(null);
            boolean valid = offline == null
                    || offline.verify(keys.destination(), nowMillis) && request.style() != SessionStyle.DATAGRAM;
            if (!valid) {
                keys.destroy();
            }
            return new FoundKeys(valid ? keys : null);
        } catch (WireException malformed) {
            return new FoundKeys(null);
        }
    }
}
