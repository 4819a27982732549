package dev.samovar.tunnel;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Lane;
import dev.samovar.data.Lease;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.tunnel.PoolSide.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The tunnels of one owner, a client or the router itself: nobody else uses them. What is built and dropped is decided by
 * {@link PoolPlan}; this does it, through {@link Tunnels}. Belongs to the router lane.
 */
public final class TunnelPool {

    static final int DOUBT_SECONDS = 10;

    private final Tunnels tunnels;
    private final Lane lane;
    private final PoolListener listener;
    private final PoolPlan<InboundTunnel, OutboundTunnel> plan;
    private PoolConfig config;
    private Cancellable timer = () -> {};
    private long timerAt = Long.MAX_VALUE;
    private long doubtedAt = PoolSide.NEVER;
    private boolean driving;
    private boolean telling;

    TunnelPool(Tunnels tunnels, Lane lane, PoolConfig config, boolean exploratory, PoolListener listener) {
        this.tunnels = tunnels;
        this.lane = lane;
        this.config = config;
        this.listener = listener;
        this.plan = new PoolPlan<>(config, exploratory, tunnels.entropy());
    }

    // --- for the owner

    public PoolConfig config() {
        return config;
    }

    /** Other wishes from now on. Tunnels that no longer fit are used until there are others. */
    public void reconfigure(PoolConfig newConfig) {
        lane.check();
        if (!plan.isClosed()) {
            config = newConfig;
            plan.reconfigure(newConfig, now());
            drive();
        }
    }

    /** Outbound tunnels that can be used, the best first: suspects and stand-ins without hops come last. */
    public List<OutboundTunnel> outbound() {
        return tunnels(plan.outbound());
    }

    /** Inbound tunnels by which messages come, the best first. */
    public List<InboundTunnel> inbound() {
        return tunnels(plan.inbound());
    }

    private <T> List<T> tunnels(PoolSide<T> side) {
        List<Member<T>> usable = side.usable(now());
        List<T> tunnels = new ArrayList<>(usable.size());
        usable.forEach(member -> tunnels.add(member.tunnel));
        return tunnels;
    }

    /** The entrances to be told to others: no more than the quantity that is wanted, those that live longest first. */
    public List<Lease> leases() {
        List<Lease> leases = new ArrayList<>();
        for (InboundTunnel tunnel : plan.inbound().chosen(now())) {
            leases.add(new Lease(tunnel.gateway(), tunnel.gatewayTunnelId(), tunnel.endsMillis()));
        }
        return leases;
    }

    /**
     * Sends a message out of one of this pool's tunnels. Messages that are sent in one turn of the lane share cells.
     *
     * @param tunnel one of {@link #outbound}
     * @param delivery not local: tunnels of other routers and other routers are what it can be for
     * @param message taken over
     * @return false when it was dropped, as the tunnel is gone or the first hop does not take so much now
     */
    public boolean send(OutboundTunnel tunnel, TunnelDelivery delivery, I2npMessage message) {
        lane.check();
        return tunnels.send(tunnel, delivery, message);
    }

    /**
     * Whether {@link #send} would be true now for a message of so many bytes; a tunnel without hops may refuse it yet.
     *
     * @param tunnel one of {@link #outbound}
     */
    public boolean hasRoom(OutboundTunnel tunnel, int bytes) {
        lane.check();
        return tunnels.hasRoom(tunnel, bytes);
    }

    /**
     * What went out by this tunnel brought no answer: it, and those by which one may have been to come, are tested as soon as
     * can be. More often than every {@value #DOUBT_SECONDS} s nothing is made of it: who never answers is no proof.
     */
    public void doubt(OutboundTunnel tunnel) {
        lane.check();
        long now = now();
        if (plan.isClosed()
                || doubtedAt != PoolSide.NEVER && now - doubtedAt < TimeUnit.SECONDS.toNanos(DOUBT_SECONDS)) {
            return;
        }
        doubtedAt = now;
        plan.doubtOutbound(tunnel, now);
        inbound().forEach(each -> plan.doubtInbound(each, now));
        drive();
    }

    public PoolStatus status() {
        return plan.isClosed()
                ? new PoolStatus(PoolStatus.Way.CLOSED, PoolStatus.Way.CLOSED, 0, 0, 0)
                : PoolReport.of(plan, now());
    }

    /** Ends; nothing is called back afterwards. */
    public void close() {
        lane.check();
        if (!plan.isClosed()) {
            plan.close();
            drive();
            tunnels.closed(this);
        }
    }

    // --- for Tunnels

    PoolPlan<InboundTunnel, OutboundTunnel> plan() {
        return plan;
    }

    /** A message came down one of the tunnels; taken over. */
    void give(I2npMessage message) {
        if (plan.isClosed()) {
            message.release();
        } else {
            listener.onMessage(message);
        }
    }

    /** Does what the plan wants now; to be called after each input to the plan. */
    void drive() {
        if (driving) {
            // within an action below: the loop goes on after it
            return;
        }
        driving = true;
        try {
            for (PoolAction<InboundTunnel, OutboundTunnel> action; (action = plan.poll(now())) != null; ) {
                perform(action);
            }
        } finally {
            driving = false;
        }
        arm();
    }

    private void perform(PoolAction<InboundTunnel, OutboundTunnel> action) {
        if (action instanceof PoolAction.Build<InboundTunnel, OutboundTunnel> build) {
            tunnels.builds().start(this, build.token(), build.inbound(), build.length());
        } else if (action instanceof PoolAction.Test<InboundTunnel, OutboundTunnel> test) {
            tunnels.tests().start(this, test);
        } else if (action instanceof PoolAction.AbandonBuild<InboundTunnel, OutboundTunnel> over) {
            tunnels.builds().abandon(this, over.token(), over.timedOut());
        } else if (action instanceof PoolAction.AbandonTest<InboundTunnel, OutboundTunnel> over) {
            tunnels.tests().abandon(this, over.token());
        } else if (action instanceof PoolAction.SuspectInbound<InboundTunnel, OutboundTunnel> suspect) {
            tunnels.builds().blame(suspect.tunnel().hops());
        } else if (action instanceof PoolAction.SuspectOutbound<InboundTunnel, OutboundTunnel> suspect) {
            tunnels.builds().blame(suspect.tunnel().hops());
        } else if (action instanceof PoolAction.RetireInbound<InboundTunnel, OutboundTunnel> retired) {
            tunnels.retire(retired.tunnel());
        } else if (action instanceof PoolAction.RetireOutbound<InboundTunnel, OutboundTunnel> retired) {
            tunnels.retire(retired.tunnel());
        } else if (action instanceof PoolAction.InboundChanged<InboundTunnel, OutboundTunnel>) {
            tell();
        }
    }

    /** On a turn of the lane of its own, so that the owner is never called from within its own call. */
    private void tell() {
        if (!telling) {
            telling = true;
            lane.execute(() -> {
                telling = false;
                if (!plan.isClosed()) {
                    listener.onInboundChanged();
                }
            });
        }
    }

    private void arm() {
        long next = plan.nextTimeout(now());
        if (next != timerAt) {
            timer.cancel();
            timerAt = next;
            timer = next == PoolSide.NEVER ? () -> {} : lane.schedule(next, this::onTimer);
        }
    }

    private void onTimer() {
        timerAt = PoolSide.NEVER;
        plan.handleTimeout(now());
        drive();
    }

    private long now() {
        return lane.clock().nanos();
    }

    @Override
    public String toString() {
        return "[tunnel pool]";
    }
}
