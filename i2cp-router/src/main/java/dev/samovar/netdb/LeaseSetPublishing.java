package dev.samovar.netdb;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Lane;
import dev.samovar.base.TimerTable;
import dev.samovar.data.Hash;
import dev.samovar.data.LeaseSet;
import dev.samovar.data.RouterInfo;
import dev.samovar.i2np.DatabaseLookup.Kind;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.netdb.Answer.Reason;
import dev.samovar.netdb.IterativeLookup.Limits;
import dev.samovar.netdb.LookupRoute.ReplyPath;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Drives the {@link LeaseSetPublisher} of one client: stores go over the client's own way, readable by the floodfill only, and
 * are confirmed by way of one of its tunnels. On the router lane.
 */
final class LeaseSetPublishing {

    /** One floodfill is asked, and in its silence two more. */
    private static final Limits VERIFICATION =
            new Limits(1, 3, 0, 0, TimeUnit.SECONDS.toNanos(5), 0, TimeUnit.SECONDS.toNanos(15));

    private static final byte[] NOTHING = {};

    private final NetDb netDb;
    private final Lane lane;
    private final LookupRoute route;
    private final Lookups<LeaseSet> verifications;
    private final LeaseSetPublisher core;
    private LeaseSet current;
    private byte[] bytes = NOTHING;
    private Cancellable timer = () -> {};
    private long armedFor = TimerTable.NEVER;
    private boolean closed;

    LeaseSetPublishing(
            NetDb netDb, Lane lane, LookupRoute route, Lookups<LeaseSet> verifications, LeaseSetPublisher core) {
        this.netDb = netDb;
        this.lane = lane;
        this.route = route;
        this.verifications = verifications;
        this.core = core;
    }

    void publish(LeaseSet leaseSet) {
        current = leaseSet;
        ByteBuf out = Unpooled.buffer(1024);
        leaseSet.encode(out);
        bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        core.handleNew();
        drain();
    }

    boolean onDeliveryStatus(int messageId) {
        boolean ours = core.handleDeliveryStatus(messageId, lane.clock().nanos());
        drain();
        return ours;
    }

    /** What was published last, if these are its bytes; else null. */
    LeaseSet sameOrNull(byte[] found) {
        return Arrays.equals(found, bytes) ? current : null;
    }

    LeaseSetPublisher.State state() {
        return core.state();
    }

    void close() {
        closed = true;
        timer.cancel();
    }

    private void drain() {
        if (closed) {
            return;
        }
        for (LeaseSetPublisher.Action action; (action = core.pollAction()) != null; ) {
            if (action instanceof LeaseSetPublisher.Publish publish) {
                store(publish);
            } else if (action instanceof LeaseSetPublisher.Verify verify) {
                verify(verify.excluded());
            }
        }
        arm();
    }

    private void store(LeaseSetPublisher.Publish publish) {
        long now = lane.clock().nanos();
        ReplyPath reply = route.replyPath();
        RoutingKey key = RoutingKey.at(current.hash(), lane.clock().epochMillis());
        // what cannot be sealed would show the floodfill's neighbours whose lease set this is
        Predicate<RouterInfo> fit = floodfill -> route.canReach(floodfill) && netDb.seals(floodfill);
        Hash to = reply == null ? null : netDb.closestForClient(key, publish.excluded(), fit);
        core.handleSent(to, now);
        if (to == null) {
            return;
        }
        DatabaseStore store = new DatabaseStore(
                current.hash(), current.storeType(), publish.token(), reply.tunnelId(), reply.gateway(), bytes);
        // silence is the answer to what could not go out
        netDb.sendSealed(netDb.find(to), store, route, () -> {});
    }

    private void verify(Set<Hash> excluded) {
        LeaseSet awaited = current;
        verifications.start(awaited.hash(), Kind.LEASE_SET, VERIFICATION, excluded, null, answer -> {
            if (!closed && awaited.equals(current)) {
                boolean unknown = answer instanceof Answer.Missing<LeaseSet> none && none.reason() != Reason.NOT_FOUND;
                core.handleVerified(
                        unknown ? null : answer instanceof Answer.Found,
                        lane.clock().nanos());
                drain();
            }
        });
    }

    private void arm() {
        long next = core.nextTimeout();
        if (next == armedFor) {
            return;
        }
        timer.cancel();
        armedFor = next;
        timer = next == TimerTable.NEVER ? () -> {} : lane.schedule(next, this::onTimer);
    }

    private void onTimer() {
        armedFor = TimerTable.NEVER;
        core.handleTimeout(lane.clock().nanos());
        drain();
    }
}
