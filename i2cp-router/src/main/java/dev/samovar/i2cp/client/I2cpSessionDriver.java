package dev.samovar.i2cp.client;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.base.TimerTable;
import dev.samovar.data.Destination;
import dev.samovar.i2cp.message.I2cpMessage;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Moves one {@link I2cpClientCore}: its link, its timer, its work elsewhere, and its owner's callbacks. Everything on
 * {@link #lane}. Commands never call the owner back from within: what they cause is told in a later turn.
 */
final class I2cpSessionDriver implements I2cpClientSession, I2cpLink.Receiver {

    private final Lane lane;
    private final Destination destination;
    private final I2cpClientCore core;
    private final Offload offload;
    private final Listener listener;
    private final Promise<CreateResult> created;
    private final Runnable whenEnded;
    private final Map<Integer, Promise<LookupResult>> lookups = new HashMap<>(2);

    private I2cpLink link;
    private boolean linkOpen;
    private boolean draining;
    private boolean drainScheduled;
    private boolean congested;
    private boolean ended;
    private Cancellable timer;
    private long timerAt = TimerTable.NEVER;

    /**
     * @param destination null for lookups without a session
     * @param created completed with the outcome; a user's cancelling it ends the attempt
     * @param whenEnded run once the core is closed and all was told
     */
    I2cpSessionDriver(
            Lane lane,
            Destination destination,
            I2cpClientCore core,
            Offload offload,
            Listener listener,
            Promise<CreateResult> created,
            Runnable whenEnded) {
        this.lane = lane;
        this.destination = destination;
        this.core = core;
        this.offload = offload;
        this.listener = listener;
        this.created = created;
        this.whenEnded = whenEnded;
    }

    void connect(I2cpLink.Connector connector) {
        created.addListener(future -> {
            if (future.isCancelled()) {
                lane.run(this::close);
            }
        });
        if (!core.isClosed()) {
            link = connector.connect(lane, this);
        }
    }

    // --- the owner's side ---

    @Override
    public Destination destination() {
        return destination;
    }

    @Override
    public Lane lane() {
        return lane;
    }

    @Override
    public SendOutcome send(OutboundMessage message) {
        assert lane.inLane();
        if (!core.isClosed() && !link.isWritable()) {
            message.payload().release();
            congested = true;
            return SendOutcome.CONGESTED;
        }
        SendOutcome outcome = core.send(message);
        transmit();
        if (message.tracking() != 0) {
            drainLater();
        }
        return outcome;
    }

    @Override
    public boolean isWritable() {
        if (core.isClosed()) {
            return false;
        }
        // whoever was told no waits for onWritable, as after a refused message
        congested |= !link.isWritable();
        return !congested;
    }

    @Override
    public Future<LookupResult> lookup(LookupTarget target) {
        assert lane.inLane();
        Promise<LookupResult> promise = lane.newPromise();
        lookups.put(core.lookup(target, lane.clock().nanos()), promise);
        transmit();
        drainLater();
        return promise;
    }

    @Override
    public void close() {
        assert lane.inLane();
        core.close();
        transmit();
        drainLater();
    }

    // --- the link's side ---

    @Override
    public void onOpen() {
        linkOpen = true;
        core.start(lane.clock().nanos());
        drain();
    }

    @Override
    public void onMessage(I2cpMessage message) {
        core.handle(message, lane.clock().nanos(), lane.clock().epochMillis());
        drain();
    }

    @Override
    public void onWritable() {
        if (congested && !core.isClosed() && link.isWritable()) {
            congested = false;
            listener.onWritable();
        }
    }

    @Override
    public void onLost(CloseReason reason) {
        linkOpen = false;
        core.handleLost(reason);
        drain();
    }

    // --- moving ---

    private void transmit() {
        for (I2cpMessage message; (message = core.pollTransmit()) != null; ) {
            if (linkOpen) {
                link.send(message);
            } else {
                message.release();
            }
        }
    }

    private void drainLater() {
        if (!drainScheduled) {
            drainScheduled = true;
            lane.execute(() -> {
                drainScheduled = false;
                drain();
            });
        }
    }

    private void drain() {
        if (draining) {
            return;
        }
        draining = true;
        try {
            boolean more = true;
            while (more) {
                transmit();
                more = work() | tell() | deliver();
            }
        } finally {
            draining = false;
        }
        if (core.isClosed()) {
            end();
        } else {
            armTimer();
        }
    }

    private boolean work() {
        Supplier<I2cpMessage> work = core.pollWork();
        if (work == null) {
            return false;
        }
        offload.submit(lane, work, result -> {
            core.handleWork(result, lane.clock().nanos(), lane.clock().epochMillis());
            drain();
        });
        return true;
    }

    private boolean deliver() {
        boolean any = false;
        for (InboundMessage message; (message = core.pollInbound()) != null; any = true) {
            listener.onMessage(message);
        }
        return any;
    }

    private boolean tell() {
        boolean any = false;
        for (I2cpClientCore.Event event; (event = core.pollEvent()) != null; any = true) {
            if (event instanceof I2cpClientCore.Event.LookedUp lookedUp) {
                Promise<LookupResult> promise = lookups.remove(lookedUp.requestId());
                if (promise != null) {
                    promise.trySuccess(lookedUp.result());
                }
            } else if (event instanceof I2cpClientCore.Event.Delivery delivery) {
                listener.onDelivery(delivery.tracking(), delivery.status());
            } else if (event instanceof I2cpClientCore.Event.Established) {
                if (!created.trySuccess(new CreateResult.Created(this))) {
                    core.close();
                }
            } else if (event instanceof I2cpClientCore.Event.Failed failed) {
                created.trySuccess(failed.result());
            } else if (event instanceof I2cpClientCore.Event.Closed closed) {
                closeLink();
                if (created.isSuccess()) {
                    listener.onClosed(closed.reason());
                }
            }
        }
        return any;
    }

    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        closeLink();
        whenEnded.run();
    }

    private void closeLink() {
        linkOpen = false;
        if (link != null) {
            link.close();
        }
    }

    private void armTimer() {
        long next = core.nextTimeout();
        if (next == timerAt) {
            return;
        }
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        timerAt = next;
        if (next != TimerTable.NEVER) {
            timer = lane.schedule(next, () -> {
                timer = null;
                timerAt = TimerTable.NEVER;
                core.handleTimeout(lane.clock().nanos());
                drain();
            });
        }
    }
}
