package dev.samovar.tunnel;

import dev.samovar.base.SansIo;
import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.i2np.I2npMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Puts messages together again at the end of a tunnel (tunnel message specification, "Tunnel Message Delivery Instructions").
 *
 * <ol>
 *   <li>The instructions in a cell are read one after the other; a whole message is given out at once.
 *   <li>Fragments are kept by the id of their message until all are there, in whatever order they come.
 *   <li>A message whose fragments are not complete in time is given up. So is the oldest when too many wait in this tunnel, or
 *       take too much room; when all tunnels together take too much, the message that finds no room.
 * </ol>
 */
@SansIo
final class FragmentAssembler {

    /** Takes a message that is complete, and owns it. */
    @FunctionalInterface
    interface Output {
        void message(TunnelDelivery delivery, I2npMessage message);
    }

    /** Longer than any router waits to send the next cell, and as long as messages about live. */
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Unfinished messages of one tunnel. */
    static final int MOST_UNFINISHED = 64;

    /** What these may take: four of the longest messages. */
    static final int MOST_BYTES = 4 * 64 * 1024;

    private static final int MOST_MESSAGE = I2npMessage.MAX_BODY + I2npMessage.LONG_HEADER_LENGTH;

    /** Counted for each fragment and message besides its bytes: about what the objects take. */
    private static final int OVERHEAD = 64;

    private final TunnelMemory memory;
    /** In the order of their first fragment, the oldest first. Made when first needed: most messages are whole. */
    private Map<Integer, Unfinished> unfinished;

    private int bytes;
    private boolean destroyed;

    FragmentAssembler(TunnelMemory memory) {
        this.memory = memory;
    }

    /** A message of which fragments are missing. */
    private static final class Unfinished {

        private final long deadline;
        private final Map<Integer, byte[]> parts = new HashMap<>();
        /** Null until the first fragment is there. */
        private TunnelDelivery delivery;
        /** The number of the last fragment; -1 until it is there. */
        private int last = -1;

        private int highest;
        private int length;
        private int room;

        Unfinished(long deadline) {
            this.deadline = deadline;
        }

        boolean isComplete() {
            // numbers are different and none is above the last one
            return last >= 0 && parts.size() == last + 1;
        }
    }

    /** Reads the payload of a cell, all of {@code in}. */
    void accept(ByteBuf in, long now, Output output) {
        giveUpOld(now);
        try {
            // the owner may destroy the tunnel over a message that it is given
            while (in.isReadable() && !destroyed) {
                DeliveryInstructions instructions = DeliveryInstructions.decode(in);
                Wire.need(in, instructions.size(), "fragment");
                ByteBuf fragment = in.readSlice(instructions.size());
                if (instructions.isWhole()) {
                    give(instructions.delivery(), fragment, output);
                } else {
                    addFragment(instructions, fragment, now, output);
                }
            }
        } catch (WireException malformed) {
            memory.drop(TunnelDrop.BAD_INSTRUCTIONS);
        }
    }

    private void give(TunnelDelivery delivery, ByteBuf whole, Output output) {
        I2npMessage message;
        try {
            message = I2npMessage.decodeLong(whole);
        } catch (WireException malformed) {
            memory.drop(TunnelDrop.BAD_MESSAGE);
            return;
        }
        output.message(delivery, message);
    }

    private void addFragment(DeliveryInstructions instructions, ByteBuf fragment, long now, Output output) {
        int id = instructions.messageId();
        if (unfinished == null) {
            unfinished = new LinkedHashMap<>();
        }
        Unfinished message = unfinished.get(id);
        if (message != null && message.parts.containsKey(instructions.number())) {
            memory.drop(TunnelDrop.FRAGMENT_REPEATED);
            return;
        }
        if (message == null) {
            message = new Unfinished(now + PATIENCE_NANOS);
            unfinished.put(id, message);
        }
        if (contradicts(message, instructions)) {
            giveUp(id, TunnelDrop.FRAGMENTS_CONTRADICT);
            return;
        }
        if (!reserve(id, message, instructions.size())) {
            giveUp(id, TunnelDrop.NO_ROOM);
            return;
        }
        put(message, instructions, fragment);
        if (message.isComplete()) {
            unfinished.remove(id);
            free(message);
            give(message.delivery, join(message), output);
        }
    }

    private static boolean contradicts(Unfinished message, DeliveryInstructions fragment) {
        int number = fragment.number();
        boolean pastTheLast = message.last >= 0 && (fragment.last() || number > message.last);
        boolean lastTooEarly = fragment.last() && number < message.highest;
        return pastTheLast || lastTooEarly || message.length + fragment.size() > MOST_MESSAGE;
    }

    private static void put(Unfinished message, DeliveryInstructions instructions, ByteBuf fragment) {
        message.parts.put(instructions.number(), ByteBufUtil.getBytes(fragment));
        message.length += instructions.size();
        message.highest = Math.max(message.highest, instructions.number());
        if (!instructions.isLater()) {
            message.delivery = instructions.delivery();
        }
        if (instructions.last()) {
            message.last = instructions.number();
        }
    }

    private static ByteBuf join(Unfinished message) {
        ByteBuf whole = Unpooled.buffer(message.length, message.length);
        for (int number = 0; number <= message.last; number++) {
            whole.writeBytes(message.parts.get(number));
        }
        return whole;
    }

    /** Takes room for a fragment, for which older messages may have to go. */
    private boolean reserve(int id, Unfinished message, int size) {
        int needed = size + OVERHEAD + (message.parts.isEmpty() ? OVERHEAD : 0);
        while (bytes + needed > MOST_BYTES || unfinished.size() > MOST_UNFINISHED) {
            int oldest = unfinished.keySet().iterator().next();
            if (oldest == id) {
                return false;
            }
            giveUp(oldest, TunnelDrop.NO_ROOM);
        }
        if (!memory.reserve(needed)) {
            return false;
        }
        bytes += needed;
        message.room += needed;
        return true;
    }

    private void giveUp(int id, TunnelDrop reason) {
        free(unfinished.remove(id));
        memory.drop(reason);
    }

    private void free(Unfinished message) {
        bytes -= message.room;
        memory.free(message.room);
    }

    /** Gives up what is overdue. Owners call it now and then, for tunnels through which nothing comes any more. */
    void giveUpOld(long now) {
        if (unfinished == null) {
            return;
        }
        Iterator<Unfinished> oldestFirst = unfinished.values().iterator();
        while (oldestFirst.hasNext()) {
            Unfinished message = oldestFirst.next();
            if (message.deadline - now > 0) {
                return;
            }
            oldestFirst.remove();
            free(message);
            memory.drop(TunnelDrop.FRAGMENTS_MISSING);
        }
    }

    /** Gives back all room. */
    void destroy() {
        destroyed = true;
        if (unfinished != null) {
            unfinished.values().forEach(this::free);
            unfinished.clear();
        }
    }

    int unfinished() {
        return unfinished == null ? 0 : unfinished.size();
    }
}
