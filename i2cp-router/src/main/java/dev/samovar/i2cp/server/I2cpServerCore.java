package dev.samovar.i2cp.server;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.base.TimerTable;
import dev.samovar.data.Destination;
import dev.samovar.data.Hash;
import dev.samovar.data.Lease;
import dev.samovar.data.LeaseSet;
import dev.samovar.data.Mapping;
import dev.samovar.i2cp.message.BandwidthLimits;
import dev.samovar.i2cp.message.CreateLeaseSet;
import dev.samovar.i2cp.message.CreateLeaseSet2;
import dev.samovar.i2cp.message.CreateSession;
import dev.samovar.i2cp.message.DestLookup;
import dev.samovar.i2cp.message.DestReply;
import dev.samovar.i2cp.message.DestroySession;
import dev.samovar.i2cp.message.Disconnect;
import dev.samovar.i2cp.message.HostLookup;
import dev.samovar.i2cp.message.HostReply;
import dev.samovar.i2cp.message.I2cpMessage;
import dev.samovar.i2cp.message.MessageStatus;
import dev.samovar.i2cp.message.ReceiveMessageBegin;
import dev.samovar.i2cp.message.ReceiveMessageEnd;
import dev.samovar.i2cp.message.ReconfigureSession;
import dev.samovar.i2cp.message.RequestVariableLeaseSet;
import dev.samovar.i2cp.message.SendMessage;
import dev.samovar.i2cp.message.SessionConfig;
import dev.samovar.i2cp.message.SessionStatus;
import dev.samovar.i2cp.message.SetDate;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The router side of one I2CP connection (I2CP specification).
 *
 * <ol>
 *   <li>GetDate is answered with our date; lookups are answered from now on.
 *   <li>CreateSession: date and signature are checked, the destination is {@linkplain #pollAttach attached} to the router;
 *       SessionStatus "created". A refusal is Disconnect with the reason, then the end: the real client waits minutes after
 *       any other answer.
 *   <li>The router asks for lease sets, the client answers; each is checked.
 *   <li>Messages go out through the {@link RouterPort.Attachment}, and come in by push or, where the client does not ask
 *       for that, by pull: status "available", ReceiveMessageBegin, MessagePayload, ReceiveMessageEnd.
 *   <li>DestroySession, a Disconnect or the end of the link detach the destination.
 * </ol>
 *
 * What waits for a client is bounded in messages, in bytes, and by the {@link QueueBudget} of all clients: what comes
 * beyond is dropped, and its sender told. A client's own requests are read only while their answers have room ({@link
 * #wantsInput}).
 */
@SansIo
public final class I2cpServerCore {

    /** The API level that this side speaks. */
    public static final String API_VERSION = "0.9.66";

    /** Answers that wait for one client: with so many, its requests are not read. */
    static final int MAX_ANSWERS = 256;

    static final int MAX_LOOKUPS = 64;

    /** Java I2P refuses a session whose date is farther off; the specification says 30 s. */
    static final long MAX_SKEW_MILLIS = 180_000;

    /**
     * A message is not sent any more this long after its expiration. Within, it is: clients' clocks may be so far off, and
     * Java I2P's streams to this very process carry expirations of some tens of milliseconds.
     */
    static final long EXPIRED_MILLIS = MAX_SKEW_MILLIS;

    /** A connection without a session may stay so long after its last message. */
    static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** A sender waits no longer for one slow destination: others would wait with it. */
    static final long THROTTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** After it waited in vain it does not wait again for so long: a client that never reads costs others a tenth. */
    static final long NO_THROTTLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Session ids are 1 to 65534; 65535 means none. */
    private static final int SESSION_IDS = 0xfffe;

    /** A session that was checked and wants to be on the router. */
    public record Attach(Destination destination, Mapping options) {}

    /** A lookup to be made; by hash when there is one, else by name. */
    public record Lookup(int key, Hash hash, String name, long timeoutMillis) {}

    private enum Timer {
        IDLE,
        THROTTLE
    }

    /** How to answer a lookup: in the old form when {@code host} is null. */
    private record Asked(HostLookup host, Hash hash) {}

    private final Entropy entropy;
    private final BandwidthLimits limits;
    private final ClientQueue queue;

    private final Queue<Lookup> lookups = new ArrayDeque<>(2);
    private final Map<Integer, Asked> asked = new LinkedHashMap<>(2);
    private final TimerTable<Timer> timers = new TimerTable<>(Timer.class);

    private RouterPort.Attachment attachment;
    private Destination destination;
    private int sessionId = I2cpMessage.NO_SESSION;
    private boolean statusOnAccept;
    private boolean push;
    private boolean confirmsLeaseSets;

    private BooleanSupplier check;
    private I2cpMessage checking;
    private Attach attach;

    private int nextMessageId;
    private int nextLookup;
    private boolean throttled;
    private long noThrottleBefore = Long.MIN_VALUE;
    private boolean closed;

    /** @param limits what GetBandwidthLimits is answered with */
    public I2cpServerCore(Entropy entropy, QueueBudget budget, BandwidthLimits limits, long now) {
        this.entropy = entropy;
        this.queue = new ClientQueue(budget);
        this.limits = limits;
        this.nextMessageId = entropy.below(Integer.MAX_VALUE);
        timers.set(Timer.IDLE, now + IDLE_NANOS);
    }

    // --- inputs ---

    /** A message from the client, taken over; only while {@link #wantsInput}. */
    public void handle(I2cpMessage message, long now, long epochMillis) {
        if (closed) {
            message.release();
            return;
        }
        if (attachment == null) {
            timers.set(Timer.IDLE, now + IDLE_NANOS);
        }
        switch (message.type()) {
            case SEND_MESSAGE -> onSend((SendMessage) message, now, epochMillis);
            case RECEIVE_MESSAGE_BEGIN -> onReceiveBegin((ReceiveMessageBegin) message);
            case RECEIVE_MESSAGE_END -> onReceiveEnd((ReceiveMessageEnd) message);
            case GET_DATE -> queue.answer(new SetDate(epochMillis, API_VERSION));
            case CREATE_SESSION -> onCreate((CreateSession) message, epochMillis);
            case RECONFIGURE_SESSION -> onReconfigure((ReconfigureSession) message, epochMillis);
            case DESTROY_SESSION -> onDestroy((DestroySession) message);
            case CREATE_LEASE_SET ->
                onLeaseSet(message, ((CreateLeaseSet) message).sessionId(), leaseSetOf(message), epochMillis);
            case CREATE_LEASE_SET_2 ->
                onLeaseSet(message, ((CreateLeaseSet2) message).sessionId(), leaseSetOf(message), epochMillis);
            case HOST_LOOKUP -> onHostLookup((HostLookup) message);
            case DEST_LOOKUP -> lookup(new Asked(null, ((DestLookup) message).hash()), null, DEFAULT_LOOKUP_MILLIS);
            case GET_BANDWIDTH_LIMITS -> queue.answer(limits);
            case DISCONNECT -> end();
            case BLINDING_INFO, UNKNOWN -> {
                // nothing here to use the first; others may be newer than this code
            }
            default -> {
                message.release();
                disconnect("unexpected message");
            }
        }
    }

    /** The result of {@link #pollCheck}. */
    public void handleChecked(boolean holds, long epochMillis) {
        I2cpMessage message = checking;
        checking = null;
        if (closed || message == null) {
            return;
        }
        try {
            apply(message, holds);
        } finally {
            message.release();
        }
    }

    private void apply(I2cpMessage message, boolean holds) {
        if (message instanceof CreateSession create) {
            if (holds) {
                attach = new Attach(
                        create.config().destination(), create.config().options());
            } else {
                disconnect("Invalid signature on CreateSessionMessage");
            }
        } else if (message instanceof ReconfigureSession reconfigure) {
            if (holds) {
                apply(reconfigure.config().options());
                attachment.reconfigure(reconfigure.config().options());
                queue.answer(new SessionStatus(sessionId, SessionStatus.UPDATED));
            } else {
                queue.answer(new SessionStatus(sessionId, SessionStatus.INVALID));
            }
        } else if (holds) {
            attachment.leaseSet(leaseSetOf(message), privateKeysOf(message));
        } else {
            disconnect("Invalid leaseset: bad signature");
        }
    }

    /** The outcome of {@link #pollAttach}; null when the destination is in use. */
    public void handleAttached(RouterPort.Attachment result) {
        Attach attached = attach;
        attach = null;
        if (closed) {
            if (result != null) {
                result.detach();
            }
            return;
        }
        if (result == null) {
            disconnect("duplicate destination");
            return;
        }
        attachment = result;
        destination = attached.destination();
        apply(attached.options());
        sessionId = 1 + entropy.below(SESSION_IDS);
        timers.stop(Timer.IDLE);
        queue.answer(new SessionStatus(sessionId, SessionStatus.CREATED));
        attachment.open();
    }

    /** The answer to {@link #pollLookup}; null when there is none. */
    public void handleLookup(int key, Destination found) {
        Asked question = asked.remove(key);
        if (closed || question == null) {
            return;
        }
        if (question.host() == null) {
            queue.answer(new DestReply(found, question.hash()));
        } else {
            answer(question.host(), found == null ? HostReply.FAILURE : HostReply.FOUND, found);
        }
    }

    /** A message for the client, taken over; false when there is no room and it was dropped. */
    public boolean deliver(ByteBuf payload, long now) {
        if (attachment == null) {
            queue.drop(payload);
            return false;
        }
        return push
                ? queue.push(sessionId, newMessageId(), payload)
                : queue.announce(sessionId, newMessageId(), payload, now);
    }

    /** The router wants a lease set. */
    public void requestLeaseSet(List<Lease> leases) {
        if (attachment != null) {
            queue.answer(new RequestVariableLeaseSet(sessionId, leases));
        }
    }

    /** Others find the lease set that the client gave last. */
    public void handleLeaseSetFound() {
        if (attachment != null && confirmsLeaseSets) {
            queue.answer(new SessionStatus(sessionId, SessionStatus.UPDATED));
        }
    }

    /** What became of a message that the router had accepted. The ticket holds its id and its nonce. */
    public void handleSent(long ticket, RouterPort.Outcome outcome) {
        if (attachment != null) {
            queue.answer(
                    new MessageStatus(sessionId, (int) (ticket >>> Integer.SIZE), status(outcome), 0, (int) ticket));
        }
    }

    /** Slow destinations have caught up. */
    public void handleWritable() {
        throttled = false;
        noThrottleBefore = Long.MIN_VALUE;
        timers.stop(Timer.THROTTLE);
    }

    public void handleTimeout(long now) {
        for (Timer timer; (timer = timers.pollExpired(now)) != null; ) {
            switch (timer) {
                case IDLE -> disconnect("no session");
                case THROTTLE -> {
                    throttled = false;
                    noThrottleBefore = now + NO_THROTTLE_NANOS;
                }
            }
        }
        queue.expire(now);
    }

    /** Gives the connection up with a reason; the link is to be closed once that is sent. */
    public void disconnect(String reason) {
        if (!closed) {
            end();
            queue.answer(new Disconnect(reason));
        }
    }

    /** The link is gone. */
    public void handleLost() {
        end();
    }

    // --- outputs ---

    /** The next message for the client, who takes its payload over; or null. To be asked only while there is room. */
    public I2cpMessage pollTransmit() {
        return queue.poll();
    }

    /** A pure function to be run elsewhere; its verdict belongs to {@link #handleChecked}. Null when there is none. */
    public BooleanSupplier pollCheck() {
        BooleanSupplier next = check;
        check = null;
        return next;
    }

    /** A destination to attach, or null; the outcome belongs to {@link #handleAttached}. */
    public Attach pollAttach() {
        return attach;
    }

    /** The session on the router, or null while there is none. */
    public RouterPort.Attachment attachment() {
        return attachment;
    }

    /** A lookup to make, or null; the answer belongs to {@link #handleLookup}. */
    public Lookup pollLookup() {
        return lookups.poll();
    }

    /** Whether the client's next message may be handled now; else it has to wait, and the client with it. */
    public boolean wantsInput() {
        return !closed && !throttled && checking == null && attach == null && queue.answers() < MAX_ANSWERS;
    }

    /** Whether so much waits for the client that senders had better wait too. */
    public boolean isCongested() {
        return queue.isCongested();
    }

    /** Tells the attachment once the client has caught up. To be called after sending. */
    public void tellDrained() {
        if (attachment != null && queue.hasCaughtUp()) {
            attachment.inboxDrained();
        }
    }

    /** When {@link #handleTimeout} is due; {@link TimerTable#NEVER} for none. */
    public long nextTimeout() {
        return Math.min(timers.next(), queue.nextTimeout());
    }

    public boolean isClosed() {
        return closed;
    }

    /** Messages dropped for lack of room, or because nobody fetched them. */
    public long dropped() {
        return queue.dropped();
    }

    // --- what the client says ---

    private static final long DEFAULT_LOOKUP_MILLIS = 10_000;
    private static final long MAX_LOOKUP_MILLIS = 60_000;

    private void onCreate(CreateSession message, long epochMillis) {
        if (attachment != null) {
            disconnect("only one session per connection");
            return;
        }
        long skew = message.config().dateMillis() - epochMillis;
        if (Math.abs(skew) > MAX_SKEW_MILLIS) {
            disconnect("Create session message client clock skew? " + Math.abs(skew) / 1000 + " s in the "
                    + (skew < 0 ? "past" : "future"));
            return;
        }
        startCheck(message, message.config(), epochMillis);
    }

    private void onReconfigure(ReconfigureSession message, long epochMillis) {
        if (attachment == null || message.sessionId() != sessionId) {
            queue.answer(new SessionStatus(message.sessionId(), SessionStatus.INVALID));
        } else if (!message.config().destination().equals(destination)) {
            queue.answer(new SessionStatus(sessionId, SessionStatus.INVALID));
            end();
        } else {
            startCheck(message, message.config(), epochMillis);
        }
    }

    private void startCheck(I2cpMessage message, SessionConfig config, long epochMillis) {
        checking = message;
        check = () -> config.verify(epochMillis);
    }

    private void onDestroy(DestroySession message) {
        // SPEC i2cp#destroysession: with the last session the connection ends, without another word. A client that
        // never
        // learnt its id says 65535
        if (message.sessionId() == sessionId || message.sessionId() == I2cpMessage.NO_SESSION) {
            end();
        }
    }

    private static LeaseSet leaseSetOf(I2cpMessage message) {
        return message instanceof CreateLeaseSet2 second ? second.leaseSet() : ((CreateLeaseSet) message).leaseSet();
    }

    private static List<CreateLeaseSet2.PrivateKey> privateKeysOf(I2cpMessage message) {
        return message instanceof CreateLeaseSet2 second ? second.privateKeys() : List.of();
    }

    private void onLeaseSet(I2cpMessage message, int id, LeaseSet leaseSet, long epochMillis) {
        if (attachment == null || id != sessionId) {
            message.release();
            return;
        }
        Destination named = leaseSet.destination();
        if (named == null) {
            // an encrypted set hides its destination, and blinded keys are RedDSA: taken as it is
            attachment.leaseSet(leaseSet, privateKeysOf(message));
            message.release();
        } else if (!named.equals(destination)) {
            message.release();
            disconnect("Different destination in LS");
        } else {
            checking = message;
            check = () -> leaseSet.verify(epochMillis);
        }
    }

    private void onSend(SendMessage message, long now, long epochMillis) {
        int nonce = message.nonce();
        if (attachment == null || message.sessionId() != sessionId) {
            refuse(message, MessageStatus.BAD_SESSION);
            return;
        }
        if (message.expirationMillis() != 0 && message.expirationMillis() < epochMillis - EXPIRED_MILLIS) {
            refuse(message, MessageStatus.EXPIRED);
            return;
        }
        int messageId = nonce != 0 ? newMessageId() : 0;
        if (nonce != 0 && statusOnAccept) {
            queue.answer(new MessageStatus(sessionId, messageId, MessageStatus.ACCEPTED, 0, nonce));
        }
        long ticket = nonce == 0 ? 0 : (long) messageId << Integer.SIZE | nonce & 0xffffffffL;
        RouterPort.Verdict verdict =
                attachment.send(message.to(), message.payload(), message.expirationMillis(), ticket);
        boolean full = switch (verdict) {
            case CONGESTED, OVERFLOW, ACCEPTED_CONGESTED -> true;
            case DELIVERED, NO_LEASE_SET, ACCEPTED -> false;
        };
        if (full && now >= noThrottleBefore) {
            throttled = true;
            timers.set(Timer.THROTTLE, now + THROTTLE_NANOS);
        }
        int status = status(verdict);
        if (nonce != 0 && status != MessageStatus.ACCEPTED) {
            queue.answer(new MessageStatus(sessionId, messageId, status, 0, nonce));
        }
    }

    private void refuse(SendMessage message, int status) {
        message.release();
        if (message.nonce() != 0) {
            queue.answer(new MessageStatus(message.sessionId(), 0, status, 0, message.nonce()));
        }
    }

    private static int status(RouterPort.Verdict verdict) {
        return switch (verdict) {
            case DELIVERED, CONGESTED -> MessageStatus.LOCAL_SUCCESS;
            case OVERFLOW -> MessageStatus.OVERFLOW;
            case NO_LEASE_SET -> MessageStatus.NO_LEASE_SET;
            case ACCEPTED, ACCEPTED_CONGESTED -> MessageStatus.ACCEPTED;
        };
    }

    private static int status(RouterPort.Outcome outcome) {
        return switch (outcome) {
            case SENT -> MessageStatus.BEST_EFFORT_SUCCESS;
            case ACKNOWLEDGED -> MessageStatus.GUARANTEED_SUCCESS;
            case NO_LEASE_SET -> MessageStatus.NO_LEASE_SET;
            case UNSUPPORTED_ENCRYPTION -> MessageStatus.UNSUPPORTED_ENCRYPTION;
            case NO_TUNNEL -> MessageStatus.NO_LOCAL_TUNNELS;
            case EXPIRED -> MessageStatus.EXPIRED;
            case TOO_LARGE -> MessageStatus.BAD_MESSAGE;
        };
    }

    private void onReceiveBegin(ReceiveMessageBegin message) {
        queue.fetch(message.messageId());
    }

    private void onReceiveEnd(ReceiveMessageEnd message) {
        // a client that ends what it never fetched does not want it
        queue.forget(message.messageId());
    }

    private void onHostLookup(HostLookup message) {
        switch (message.queryType()) {
            case HostLookup.HASH, HostLookup.NAME ->
                lookup(new Asked(message, message.hash()), message.name(), message.timeoutMillis());
            default -> answer(message, HostReply.UNSUPPORTED, null);
        }
    }

    private void lookup(Asked question, String name, long timeoutMillis) {
        if (asked.size() >= MAX_LOOKUPS) {
            if (question.host() == null) {
                queue.answer(new DestReply(null, question.hash()));
            } else {
                answer(question.host(), HostReply.FAILURE, null);
            }
            return;
        }
        int key = nextLookup++;
        asked.put(key, question);
        lookups.add(new Lookup(key, question.hash(), name, Math.min(timeoutMillis, MAX_LOOKUP_MILLIS)));
    }

    private void answer(HostLookup question, int result, Destination found) {
        queue.answer(new HostReply(question.sessionId(), question.requestId(), result, found));
    }

    // --- small things ---

    /** Below 2^31: Java I2P's client never finds a message whose id is beyond. */
    private int newMessageId() {
        nextMessageId = nextMessageId == Integer.MAX_VALUE ? 1 : nextMessageId + 1;
        return nextMessageId;
    }

    private void apply(Mapping options) {
        // SPEC i2cp#options: push only when asked for; status of acceptance unless reliability is "none"
        push = "true".equalsIgnoreCase(options.get("i2cp.fastReceive"));
        confirmsLeaseSets = "true".equalsIgnoreCase(options.get(SessionConfig.CONFIRM_LEASE_SET));
        statusOnAccept = !"none".equalsIgnoreCase(options.get("i2cp.messageReliability"));
    }

    private void end() {
        if (closed) {
            return;
        }
        closed = true;
        timers.stopAll();
        check = null;
        if (checking != null) {
            checking.release();
            checking = null;
        }
        attach = null;
        asked.clear();
        lookups.clear();
        if (attachment != null) {
            attachment.detach();
            attachment = null;
        }
        queue.dropMessages();
    }
}
