package dev.samovar.transport.ntcp2;

import dev.samovar.i2np.I2npMessage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Messages on their way from the router lane to the session's lane. One lane puts in, one takes out. Bounded in messages
 * and bytes: what can be sent again by its sender, or is of no use when late, finds it full at half; the rest at the whole.
 * Full means that the message is dropped, by the caller.
 */
final class MessageRing {

    /** i2pd ends a session at 500 messages and begins to drop at 250. */
    static final int CAPACITY = 512;

    static final int MAX_BYTES = 1024 * 1024;

    private static final int MASK = CAPACITY - 1;

    private final AtomicReferenceArray<I2npMessage> slots = new AtomicReferenceArray<>(CAPACITY);
    private final AtomicInteger put = new AtomicInteger();
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger bytes = new AtomicInteger();

    /** By the one that puts in. False when full. */
    boolean offer(I2npMessage message, boolean droppable) {
        int at = put.get();
        int share = droppable ? 2 : 1;
        int size = message.body().readableBytes();
        if (at - taken.get() >= CAPACITY / share || bytes.get() + size > MAX_BYTES / share) {
            return false;
        }
        bytes.addAndGet(size);
        slots.set(at & MASK, message);
        put.set(at + 1);
        return true;
    }

    /** By the one that puts in: whether so many droppable messages of that many bytes each would find room. */
    boolean hasRoom(int count, int length) {
        return put.get() - taken.get() + count <= CAPACITY / 2 && bytes.get() + count * length <= MAX_BYTES / 2;
    }

    /** By the one that takes out. Null when empty. */
    I2npMessage peek() {
        int at = taken.get();
        return at == put.get() ? null : slots.get(at & MASK);
    }

    /** By the one that takes out. Null when empty. */
    I2npMessage poll() {
        int at = taken.get();
        if (at == put.get()) {
            return null;
        }
        I2npMessage message = slots.get(at & MASK);
        slots.set(at & MASK, null);
        bytes.addAndGet(-message.body().readableBytes());
        taken.set(at + 1);
        return message;
    }

    /** Of the messages' bodies. */
    int bytes() {
        return bytes.get();
    }

    int size() {
        return put.get() - taken.get();
    }
}
