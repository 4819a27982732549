package dev.samovar.i2cp.server;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.base.TimerTable;
import dev.samovar.data.Destination;
import dev.samovar.data.Lease;
import dev.samovar.i2cp.message.I2cpMessage;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Moves one {@link I2cpServerCore}: between its client's {@link Outlet} and the router. The same over TCP and within the
 * process. Everything on the router's lane.
 */
public final class I2cpServerConnection implements RouterPort.Inbox {

    /** The way to the client. */
    public interface Outlet {

        /** Sends, taking the message and its payload over. */
        void write(I2cpMessage message);

        /** Whether there is room; when there is again, {@link I2cpServerConnection#onOutletWritable} is called. */
        boolean isWritable();

        /** {@link I2cpServerConnection#wantsInput} is true again. Must not hand messages in from within. */
        void resumeReading();

        /** Closes once all that was written has gone. At most once, last. */
        void close();
    }

    private final Lane lane;
    private final RouterPort port;
    private final Offload offload;
    private final Outlet outlet;
    private final I2cpServerCore core;

    private boolean draining;
    private boolean readingStopped;
    private boolean outletClosed;
    private Cancellable timer;
    private long timerAt = TimerTable.NEVER;

    public I2cpServerConnection(
            Lane lane, RouterPort port, Offload offload, Entropy entropy, QueueBudget budget, Outlet outlet) {
        this.lane = lane;
        this.port = port;
        this.offload = offload;
        this.outlet = outlet;
        this.core = new I2cpServerCore(
                entropy, budget, port.bandwidthLimits(), lane.clock().nanos());
    }

    /** Arms the first timer; to be called once, before any message. */
    public void open() {
        drain();
    }

    /** A message from the client, taken over; only while {@link #wantsInput}. */
    public void onMessage(I2cpMessage message) {
        core.handle(message, lane.clock().nanos(), lane.clock().epochMillis());
        drain();
    }

    /** Whether messages may be handed in; after false, {@link Outlet#resumeReading} says when again. */
    public boolean wantsInput() {
        boolean wants = core.wantsInput();
        if (!wants) {
            readingStopped = true;
        }
        return wants;
    }

    /** Whether the connection has ended and takes nothing any more. */
    public boolean isClosed() {
        return core.isClosed();
    }

    @Override
    public void onWritable() {
        core.handleWritable();
        drain();
    }

    @Override
    public void onSent(long ticket, RouterPort.Outcome outcome) {
        core.handleSent(ticket, outcome);
        drain();
    }

    /** The outlet took what was written and has room for more. */
    public void onOutletWritable() {
        drain();
    }

    /** The client broke the protocol: it is told so and closed. */
    public void onMalformed(String reason) {
        core.disconnect(reason);
        drain();
    }

    /** The way to the client is gone. */
    public void onLost() {
        outletClosed = true;
        core.handleLost();
        drain();
    }

    // --- the router's side ---

    @Override
    public boolean deliver(ByteBuf payload) {
        boolean taken = core.deliver(payload, lane.clock().nanos());
        drain();
        return taken;
    }

    @Override
    public boolean isCongested() {
        return core.isCongested();
    }

    @Override
    public void requestLeaseSet(List<Lease> leases) {
        core.requestLeaseSet(leases);
        drain();
    }

    @Override
    public void onLeaseSetFound() {
        core.handleLeaseSetFound();
        drain();
    }

    @Override
    public void onShutdown(String reason) {
        core.disconnect(reason);
        drain();
    }

    // --- moving ---

    private void drain() {
        if (draining) {
            return;
        }
        draining = true;
        try {
            do {
                transmit();
            } while (check() | attach() | lookup());
        } finally {
            draining = false;
        }
        core.tellDrained();
        if (core.isClosed()) {
            end();
        } else {
            armTimer();
            if (readingStopped && core.wantsInput()) {
                readingStopped = false;
                outlet.resumeReading();
            }
        }
    }

    private void transmit() {
        // what a closed core still says is one last word, for which there is always room
        while (!outletClosed && (outlet.isWritable() || core.isClosed())) {
            I2cpMessage message = core.pollTransmit();
            if (message == null) {
                return;
            }
            outlet.write(message);
        }
    }

    private boolean check() {
        BooleanSupplier check = core.pollCheck();
        if (check == null) {
            return false;
        }
        offload.submit(lane, check::getAsBoolean, holds -> {
            core.handleChecked(holds, lane.clock().epochMillis());
            drain();
        });
        return true;
    }

    private boolean attach() {
        I2cpServerCore.Attach attach = core.pollAttach();
        if (attach == null) {
            return false;
        }
        core.handleAttached(port.attach(attach.destination(), attach.options(), this));
        return true;
    }

    private boolean lookup() {
        I2cpServerCore.Lookup lookup = core.pollLookup();
        if (lookup == null) {
            return false;
        }
        Consumer<Destination> answer = found -> {
            core.handleLookup(lookup.key(), found);
            drain();
        };
        RouterPort.Attachment session = core.attachment();
        if (lookup.hash() == null && session == null) {
            port.lookup(lookup.name(), lookup.timeoutMillis(), answer);
        } else if (session == null) {
            port.lookup(lookup.hash(), lookup.timeoutMillis(), answer);
        } else if (lookup.hash() == null) {
            session.lookup(lookup.name(), lookup.timeoutMillis(), answer);
        } else {
            session.lookup(lookup.hash(), lookup.timeoutMillis(), answer);
        }
        return true;
    }

    private void end() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (!outletClosed) {
            outletClosed = true;
            outlet.close();
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
