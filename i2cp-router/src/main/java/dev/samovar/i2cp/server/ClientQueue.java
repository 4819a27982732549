package dev.samovar.i2cp.server;

import dev.samovar.base.SansIo;
import dev.samovar.base.TimerTable;
import dev.samovar.i2cp.message.I2cpMessage;
import dev.samovar.i2cp.message.MessagePayload;
import dev.samovar.i2cp.message.MessageStatus;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What waits for one client: the router's answers, and the messages that others sent it. A message goes by push or is
 * announced, and waits then until it is fetched or its time is over.
 *
 * <p>Messages are bounded in number, in bytes, and by the {@link QueueBudget} of all clients. An announcement is made when
 * it leaves, so that a client that does not read has no more of them waiting than messages. Answers are bounded by whoever
 * reads the client's requests, for which {@link #answers} counts them.
 */
@SansIo
final class ClientQueue {

    /** Bytes of messages that wait for one client, at which its senders are asked to slow down, and the most. */
    static final int CONGESTED_BYTES = 512 * 1024;

    static final int MAX_BYTES = 2 * 1024 * 1024;
    static final int CONGESTED_MESSAGES = 512;
    static final int MAX_MESSAGES = 2048;

    /** How long an announced message waits to be fetched. */
    static final long PULL_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** The nonce of an announcement, as the Java router sets it. */
    private static final int ANNOUNCED = 1;

    private record Announced(int sessionId, ByteBuf payload, long deadline) {}

    private final QueueBudget budget;
    private final Queue<I2cpMessage> transmit = new ArrayDeque<>(4);
    private final Map<Integer, Announced> announced = new LinkedHashMap<>(2);
    /** Those of {@link #announced} that the client has not heard of, the oldest first. */
    private final Set<Integer> untold = new LinkedHashSet<>(2);

    private int payloadsInTransmit;
    private int messages;
    private int bytes;
    private boolean congestionSeen;
    private long dropped;

    ClientQueue(QueueBudget budget) {
        this.budget = budget;
    }

    /** Takes an answer of the router's. */
    void answer(I2cpMessage message) {
        transmit.add(message);
    }

    /** Answers that wait. */
    int answers() {
        return transmit.size() - payloadsInTransmit;
    }

    /** Takes a message for the client, to go at once; false when there is no room and it was dropped. */
    boolean push(int sessionId, int messageId, ByteBuf payload) {
        if (!enter(payload)) {
            return false;
        }
        transmit(new MessagePayload(sessionId, messageId, payload));
        return true;
    }

    /** Takes a message for the client, to be fetched; false when there is no room and it was dropped. */
    boolean announce(int sessionId, int messageId, ByteBuf payload, long now) {
        if (!enter(payload)) {
            return false;
        }
        announced.put(messageId, new Announced(sessionId, payload, now + PULL_NANOS));
        untold.add(messageId);
        return true;
    }

    /** Drops a message that cannot be taken at all. */
    void drop(ByteBuf payload) {
        payload.release();
        dropped++;
    }

    private boolean enter(ByteBuf payload) {
        int length = payload.readableBytes();
        if (messages >= MAX_MESSAGES || bytes + length > MAX_BYTES || !budget.take(length)) {
            drop(payload);
            return false;
        }
        messages++;
        bytes += length;
        congestionSeen |= isCongested();
        return true;
    }

    private void leave(int length) {
        messages--;
        bytes -= length;
        budget.giveBack(length);
    }

    /** The client fetches an announced message. */
    void fetch(int messageId) {
        Announced waiting = announced.remove(messageId);
        if (waiting != null) {
            untold.remove(messageId);
            transmit(new MessagePayload(waiting.sessionId, messageId, waiting.payload));
        }
    }

    /** The client does not want an announced message. */
    void forget(int messageId) {
        Announced unwanted = announced.remove(messageId);
        if (unwanted != null) {
            untold.remove(messageId);
            leave(unwanted.payload.readableBytes());
            unwanted.payload.release();
        }
    }

    private void transmit(MessagePayload message) {
        payloadsInTransmit++;
        transmit.add(message);
    }

    /** The next message for the client, who takes its payload over; or null. */
    I2cpMessage poll() {
        I2cpMessage next = transmit.poll();
        if (next instanceof MessagePayload payload) {
            payloadsInTransmit--;
            leave(payload.payloadLength());
        } else if (next == null && !untold.isEmpty()) {
            Iterator<Integer> oldest = untold.iterator();
            int messageId = oldest.next();
            oldest.remove();
            Announced waiting = announced.get(messageId);
            next = new MessageStatus(
                    waiting.sessionId, messageId, MessageStatus.AVAILABLE, waiting.payload.readableBytes(), ANNOUNCED);
        }
        return next;
    }

    /** When {@link #expire} is due; {@link TimerTable#NEVER} for never. */
    long nextTimeout() {
        return announced.isEmpty()
                ? TimerTable.NEVER
                : announced.values().iterator().next().deadline;
    }

    /** Drops the announced messages that nobody has fetched in time. */
    void expire(long now) {
        Iterator<Map.Entry<Integer, Announced>> oldest = announced.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<Integer, Announced> waiting = oldest.next();
            if (waiting.getValue().deadline > now) {
                return;
            }
            oldest.remove();
            untold.remove(waiting.getKey());
            leave(waiting.getValue().payload.readableBytes());
            drop(waiting.getValue().payload);
        }
    }

    /** Whether so much waits that senders had better wait too. */
    boolean isCongested() {
        return bytes > CONGESTED_BYTES || messages > CONGESTED_MESSAGES;
    }

    /** Whether the client was congested and has caught up; true once each time. */
    boolean hasCaughtUp() {
        boolean caughtUp = congestionSeen && bytes < CONGESTED_BYTES / 2 && messages < CONGESTED_MESSAGES / 2;
        congestionSeen &= !caughtUp;
        return caughtUp;
    }

    /** Messages dropped for lack of room, or because nobody fetched them. */
    long dropped() {
        return dropped;
    }

    /** Drops all messages; answers still go. */
    void dropMessages() {
        for (Announced waiting : announced.values()) {
            leave(waiting.payload.readableBytes());
            waiting.payload.release();
        }
        announced.clear();
        untold.clear();
        for (Iterator<I2cpMessage> i = transmit.iterator(); i.hasNext(); ) {
            if (i.next() instanceof MessagePayload payload) {
                leave(payload.payloadLength());
                payload.release();
                i.remove();
            }
        }
        payloadsInTransmit = 0;
    }
}
