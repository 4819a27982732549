package dev.samovar.i2cp.client;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.base.TimerTable;
import dev.samovar.base.WireException;
import dev.samovar.crypto.EncType;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.X25519;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.Lease;
import dev.samovar.data.Lease2;
import dev.samovar.data.LeaseSet2;
import dev.samovar.data.Mapping;
import dev.samovar.i2cp.client.CloseReason.Kind;
import dev.samovar.i2cp.message.ClientPayload;
import dev.samovar.i2cp.message.CreateLeaseSet2;
import dev.samovar.i2cp.message.CreateSession;
import dev.samovar.i2cp.message.DestroySession;
import dev.samovar.i2cp.message.Disconnect;
import dev.samovar.i2cp.message.GetDate;
import dev.samovar.i2cp.message.HostLookup;
import dev.samovar.i2cp.message.HostReply;
import dev.samovar.i2cp.message.I2cpMessage;
import dev.samovar.i2cp.message.MessagePayload;
import dev.samovar.i2cp.message.MessageStatus;
import dev.samovar.i2cp.message.RequestVariableLeaseSet;
import dev.samovar.i2cp.message.SendMessage;
import dev.samovar.i2cp.message.SessionConfig;
import dev.samovar.i2cp.message.SessionStatus;
import dev.samovar.i2cp.message.SetDate;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The client side of one I2CP connection, for one session or for lookups without any (I2CP specification).
 *
 * <ol>
 *   <li>{@link #start}: GetDate; the router answers SetDate, by whose clock all dates here are made.
 *   <li>CreateSession with a signed config; the router answers SessionStatus "created".
 *   <li>The router asks for a lease set (RequestVariableLeaseSet) and gets a signed one (CreateLeaseSet2). The session
 *       stands once the first was sent, since nobody acknowledges it: nobody but our own router, which says when others find
 *       it (SessionStatus "updated"). The session waits for that word, though not for ever.
 *   <li>Messages go as SendMessage and come as MessagePayload; lease requests may come again at any time.
 *   <li>{@link #close} sends DestroySession. A Disconnect from the router ends everything.
 * </ol>
 *
 * Signing is {@linkplain #pollWork work} for elsewhere, whose result comes back through {@link #handleWork}.
 */
@SansIo
public final class I2cpClientCore {

    /** The API level that this side speaks. */
    public static final String API_VERSION = "0.9.66";

    /** Lookups under way at a time. */
    public static final int MAX_LOOKUPS = 64;

    /**
     * The largest payload, before its frame. i2pd 2.45.1 loses larger ones and falls over from 65,000 bytes on; Java I2P's
     * own library stops at half of this.
     */
    public static final int MAX_PAYLOAD = 60_000;

    /** How long a router may take to answer GetDate. */
    static final long HANDSHAKE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** How long a router may take to build tunnels, as Java I2P's library waits. */
    static final long CREATE_NANOS = TimeUnit.MINUTES.toNanos(5);

    /** How long the session waits for word that its lease set is found: for one silent floodfill and the next. */
    static final long CONFIRM_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Messages kept for a session that does not stand yet; the next are dropped. */
    static final int MAX_EARLY = 64;

    /** How long a router may look something up, and how much later its answer is given up. */
    static final long LOOKUP_MILLIS = 15_000;

    private static final long LOOKUP_GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Tracked messages whose fate is not known yet. Beyond, the oldest are forgotten: their fate is never reported. */
    private static final int MAX_TRACKED = 4096;

    private static final int MAX_NAME_BYTES = 255;
    private static final int MAX_DETAIL = 160;
    private static final int LONGEST_WORD = 24;

    /** What the core tells its driver. */
    public sealed interface Event {
        /** The session stands; or, without one, lookups may be made. */
        record Established() implements Event {}

        /** There will be no session. The core is closed. */
        record Failed(CreateResult result) implements Event {}

        record LookedUp(int requestId, LookupResult result) implements Event {}

        record Delivery(int tracking, DeliveryStatus status) implements Event {}

        /** An established session has ended. The core is closed. */
        record Closed(CloseReason reason) implements Event {}
    }

    private enum State {
        NEW,
        AWAIT_DATE,
        AWAIT_STATUS,
        AWAIT_LEASES,
        AWAIT_CONFIRMATION,
        ESTABLISHED,
        CLOSED
    }

    private enum Timer {
        HANDSHAKE,
        CREATE,
        CONFIRM
    }

    private record PendingLookup(LookupTarget target, long deadline) {}

    private final DestinationKeys keys;
    private final Mapping options;
    private final int leaseSetFlags;
    private final boolean confirms;
    private final SecretBytes encryptionKey;

    private final Queue<I2cpMessage> transmit = new ArrayDeque<>(4);
    private final Queue<InboundMessage> inbound = new ArrayDeque<>(4);
    private final Queue<Event> events = new ArrayDeque<>(4);
    private final TimerTable<Timer> timers = new TimerTable<>(Timer.class);
    private final Map<Integer, PendingLookup> lookups = new LinkedHashMap<>(2);
    private final Set<Integer> tracked = new LinkedHashSet<>(2);

    private State state = State.NEW;
    private int sessionId = I2cpMessage.NO_SESSION;
    /** The router's clock minus ours. */
    private long skewMillis;

    private Supplier<I2cpMessage> work;
    private boolean working;
    private List<Lease> requestedLeases;
    private long lastPublishedSeconds;
    private int nextRequestId = 1;
    private long droppedPayloads;

    private I2cpClientCore(DestinationKeys keys, Mapping options, SecretBytes encryptionKey, boolean confirms) {
        this.keys = keys;
        this.options = options;
        this.encryptionKey = encryptionKey;
        this.confirms = confirms;
        this.leaseSetFlags = options != null && "true".equalsIgnoreCase(options.get(SessionOptions.DONT_PUBLISH))
                ? LeaseSet2.FLAG_UNPUBLISHED
                : 0;
    }

    /**
     * A core for one session. Asks for push delivery, no acknowledgement of every message, and X25519, whatever the
     * options say: nothing else is spoken here.
     *
     * @param confirms whether the router is ours and says when the lease set is found ({@link
     *     SessionConfig#CONFIRM_LEASE_SET})
     * @throws WireException when the options are too long for a mapping
     */
    public static I2cpClientCore forSession(
            DestinationKeys keys, SessionOptions options, Entropy entropy, boolean confirms) throws WireException {
        Map<String, String> all = new TreeMap<>(options.entries());
        all.put(SessionOptions.FAST_RECEIVE, "true");
        all.put(SessionOptions.MESSAGE_RELIABILITY, "none");
        all.put(SessionOptions.LEASE_SET_ENC_TYPE, Integer.toString(EncType.ECIES_X25519.code()));
        if (confirms) {
            all.put(SessionConfig.CONFIRM_LEASE_SET, "true");
        }
        Mapping mapping = SessionConfig.optionsFor(keys, all);
        return new I2cpClientCore(keys, mapping, SecretBytes.takeOver(entropy.bytes(X25519.KEY_LENGTH)), confirms);
    }

    /** A core for lookups alone. */
    public static I2cpClientCore forLookups() {
        return new I2cpClientCore(null, null, null, false);
    }

    // --- inputs ---

    /** The link stands. */
    public void start(long now) {
        if (state != State.NEW) {
            return;
        }
        state = State.AWAIT_DATE;
        timers.set(Timer.HANDSHAKE, now + HANDSHAKE_NANOS);
        timers.set(Timer.CREATE, now + CREATE_NANOS);
        transmit.add(new GetDate(API_VERSION, Mapping.EMPTY));
    }

    /** A message from the router, taken over. {@code epochMillis} is our clock. */
    public void handle(I2cpMessage message, long now, long epochMillis) {
        if (state == State.CLOSED) {
            message.release();
            return;
        }
        switch (message.type()) {
            case MESSAGE_PAYLOAD -> onPayload((MessagePayload) message);
            case MESSAGE_STATUS -> onStatus((MessageStatus) message);
            case SET_DATE -> onDate((SetDate) message, epochMillis);
            case SESSION_STATUS -> onSession((SessionStatus) message);
            case REQUEST_VARIABLE_LEASE_SET -> onLeaseRequest((RequestVariableLeaseSet) message, epochMillis);
            case HOST_REPLY -> onHostReply((HostReply) message);
            case DISCONNECT -> onDisconnect((Disconnect) message);
            case BANDWIDTH_LIMITS, DEST_REPLY, UNKNOWN -> {
                // never asked for, or newer than this code
            }
            default -> {
                message.release();
                end(Kind.PROTOCOL_VIOLATION, "the router sent a message that only clients send");
            }
        }
    }

    /** The link broke. */
    public void handleLost(CloseReason reason) {
        end(reason.kind(), reason.detail());
    }

    /** The result of what {@link #pollWork} gave out. */
    public void handleWork(I2cpMessage result, long now, long epochMillis) {
        working = false;
        if (state == State.CLOSED) {
            result.release();
            encryptionKey.destroy();
            return;
        }
        transmit.add(result);
        if (state == State.AWAIT_LEASES && result instanceof CreateLeaseSet2) {
            if (confirms) {
                state = State.AWAIT_CONFIRMATION;
                timers.stop(Timer.CREATE);
                timers.set(Timer.CONFIRM, now + CONFIRM_NANOS);
            } else {
                establish();
            }
        }
        signLeases(epochMillis);
    }

    public void handleTimeout(long now) {
        for (Timer timer; (timer = timers.pollExpired(now)) != null; ) {
            switch (timer) {
                case HANDSHAKE -> end(Kind.LINK_LOST, "the router does not answer");
                case CREATE -> fail(new CreateResult.TimedOut());
                // it can call, and others may find it later
                case CONFIRM -> establish();
            }
        }
        if (lookups.isEmpty()) {
            return;
        }
        for (Iterator<Map.Entry<Integer, PendingLookup>> i = lookups.entrySet().iterator(); i.hasNext(); ) {
            Map.Entry<Integer, PendingLookup> lookup = i.next();
            if (lookup.getValue().deadline() > now) {
                break; // all wait equally long, so the rest came later
            }
            i.remove();
            events.add(new Event.LookedUp(lookup.getKey(), new LookupResult.TimedOut()));
        }
    }

    // --- commands ---

    /** Sends a message, taking its payload over. Too large a payload is {@link DeliveryStatus#REJECTED}. */
    public SendOutcome send(OutboundMessage message) {
        ByteBuf payload = message.payload();
        if (state != State.ESTABLISHED) {
            payload.release();
            return SendOutcome.CLOSED;
        }
        int tracking = message.tracking();
        if (payload.readableBytes() > MAX_PAYLOAD) {
            payload.release();
            if (tracking != 0) {
                events.add(new Event.Delivery(tracking, DeliveryStatus.REJECTED));
            }
            return SendOutcome.ACCEPTED;
        }
        if (tracking != 0) {
            track(tracking);
        }
        ByteBuf framed = ClientPayload.frame(payload, message.protocol(), message.fromPort(), message.toPort());
        transmit.add(new SendMessage(sessionId, message.to(), framed, tracking));
        return SendOutcome.ACCEPTED;
    }

    /** Begins a lookup; its outcome comes as {@link Event.LookedUp} with the number returned. */
    public int lookup(LookupTarget target, long now) {
        int requestId = nextRequestId++;
        boolean possible = state == State.ESTABLISHED && lookups.size() < MAX_LOOKUPS;
        HostLookup request = possible ? request(target, requestId) : null;
        if (request == null) {
            events.add(new Event.LookedUp(
                    requestId, possible ? new LookupResult.NotFound() : new LookupResult.Unavailable()));
            return requestId;
        }
        long deadline = now + TimeUnit.MILLISECONDS.toNanos(LOOKUP_MILLIS) + LOOKUP_GRACE_NANOS;
        lookups.put(requestId, new PendingLookup(target, deadline));
        transmit.add(request);
        return requestId;
    }

    /** Ends the session; the driver closes the link when all is sent. */
    public void close() {
        if (state == State.CLOSED) {
            return;
        }
        if (sessionId != I2cpMessage.NO_SESSION) {
            transmit.add(new DestroySession(sessionId));
        }
        end(Kind.CLOSED, "");
    }

    // --- outputs ---

    /** The next message for the router, or null. */
    public I2cpMessage pollTransmit() {
        return transmit.poll();
    }

    /** The next message for the session's owner, who takes its payload over; or null. None before the session stands. */
    public InboundMessage pollInbound() {
        return state == State.ESTABLISHED ? inbound.poll() : null;
    }

    public Event pollEvent() {
        return events.poll();
    }

    /** A pure function to be run elsewhere, at most one at a time, or null. Its result belongs to {@link #handleWork}. */
    public Supplier<I2cpMessage> pollWork() {
        Supplier<I2cpMessage> next = work;
        work = null;
        return next;
    }

    /** When {@link #handleTimeout} is due; {@link TimerTable#NEVER} for none. */
    public long nextTimeout() {
        long next = timers.next();
        if (!lookups.isEmpty()) {
            next = Math.min(next, lookups.values().iterator().next().deadline());
        }
        return next;
    }

    public boolean isClosed() {
        return state == State.CLOSED;
    }

    /** Payloads dropped because their frame was broken, or because too many came before the session stood. */
    public long droppedPayloads() {
        return droppedPayloads;
    }

    // --- what the router says ---

    private void onDate(SetDate date, long epochMillis) {
        // SPEC i2cp#setdate: may come again at any time; the latest counts
        skewMillis = date.epochMillis() - epochMillis;
        if (state != State.AWAIT_DATE) {
            return;
        }
        timers.stop(Timer.HANDSHAKE);
        if (keys == null) {
            establish();
            return;
        }
        state = State.AWAIT_STATUS;
        long routerMillis = date.epochMillis();
        startWork(() -> new CreateSession(SessionConfig.sign(keys, options, routerMillis)));
    }

    private void establish() {
        state = State.ESTABLISHED;
        timers.stopAll();
        events.add(new Event.Established());
    }

    private void onSession(SessionStatus message) {
        switch (message.status()) {
            case SessionStatus.CREATED -> {
                if (state == State.AWAIT_STATUS) {
                    sessionId = message.sessionId();
                    state = State.AWAIT_LEASES;
                }
            }
            case SessionStatus.UPDATED -> {
                if (state == State.AWAIT_CONFIRMATION) {
                    establish();
                }
            }
            case SessionStatus.INVALID -> {
                if (state == State.AWAIT_STATUS) {
                    // i2pd's answer to a destination in use; our configs are never invalid in another way
                    fail(new CreateResult.DuplicateDestination());
                } else {
                    end(Kind.DISCONNECTED, "the router calls the session invalid");
                }
            }
            case SessionStatus.REFUSED, SessionStatus.NO_LEASE_SET ->
                end(Kind.DISCONNECTED, "the router refused the session");
            case SessionStatus.DESTROYED -> end(Kind.DISCONNECTED, "the router ended the session");
            default -> {
                // a status that later routers may have
            }
        }
    }

    private void onLeaseRequest(RequestVariableLeaseSet request, long epochMillis) {
        boolean ours = request.sessionId() == sessionId && sessionId != I2cpMessage.NO_SESSION;
        if (!ours || request.leases().isEmpty()) {
            return;
        }
        // while one is being signed the newest waits: it alone counts
        requestedLeases = request.leases();
        signLeases(epochMillis);
    }

    private void signLeases(long epochMillis) {
        if (requestedLeases == null || working) {
            return;
        }
        List<Lease2> leases = new ArrayList<>(requestedLeases.size());
        for (Lease lease : requestedLeases) {
            leases.add(lease.toLease2());
        }
        requestedLeases = null;
        // SPEC common structures, LeaseSet2Header: a later set must have a later date to count
        long published = Math.max((epochMillis + skewMillis) / 1000, lastPublishedSeconds + 1);
        lastPublishedSeconds = published;
        int id = sessionId;
        startWork(() -> {
            LeaseSet2.EncryptionKey key =
                    new LeaseSet2.EncryptionKey(EncType.ECIES_X25519.code(), X25519.publicKey(encryptionKey));
            LeaseSet2 leaseSet = LeaseSet2.sign(keys, published, leaseSetFlags, Mapping.EMPTY, List.of(key), leases);
            CreateLeaseSet2.PrivateKey privateKey = new CreateLeaseSet2.PrivateKey(
                    EncType.ECIES_X25519.code(), SecretBytes.takeOver(encryptionKey.copy()));
            return new CreateLeaseSet2(id, leaseSet, List.of(privateKey));
        });
    }

    private void startWork(Supplier<I2cpMessage> next) {
        working = true;
        work = next;
    }

    private void onPayload(MessagePayload message) {
        if (message.sessionId() != sessionId || sessionId == I2cpMessage.NO_SESSION) {
            message.release();
            return;
        }
        if (inbound.size() >= MAX_EARLY && state != State.ESTABLISHED) {
            message.release();
            droppedPayloads++;
            return;
        }
        try {
            ClientPayload.Opened opened = ClientPayload.open(message.payload());
            inbound.add(new InboundMessage(opened.protocol(), opened.fromPort(), opened.toPort(), opened.payload()));
        } catch (WireException broken) {
            // a stranger made it: nobody to tell
            droppedPayloads++;
        }
    }

    private void onStatus(MessageStatus message) {
        // SPEC i2cp#messagestatus: "accepted" comes first where a router sends it; only the final status counts
        if (message.status() == MessageStatus.ACCEPTED || message.status() == MessageStatus.AVAILABLE) {
            return;
        }
        if (message.nonce() != 0 && tracked.remove(message.nonce())) {
            events.add(new Event.Delivery(message.nonce(), deliveryStatus(message.status())));
        }
    }

    private static DeliveryStatus deliveryStatus(int status) {
        return switch (status) {
            case MessageStatus.BEST_EFFORT_SUCCESS, MessageStatus.GUARANTEED_SUCCESS, MessageStatus.LOCAL_SUCCESS ->
                DeliveryStatus.SENT;
            case MessageStatus.NO_LEASE_SET -> DeliveryStatus.NO_LEASE_SET;
            case MessageStatus.UNSUPPORTED_ENCRYPTION -> DeliveryStatus.UNSUPPORTED_ENCRYPTION;
            case MessageStatus.BAD_MESSAGE,
                    MessageStatus.BAD_OPTIONS,
                    MessageStatus.BAD_DESTINATION,
                    MessageStatus.BAD_LEASE_SET,
                    MessageStatus.META_LEASE_SET,
                    MessageStatus.LOOPBACK_DENIED -> DeliveryStatus.REJECTED;
            default -> DeliveryStatus.FAILED;
        };
    }

    private void onHostReply(HostReply reply) {
        PendingLookup lookup = lookups.remove(reply.requestId());
        if (lookup == null) {
            return;
        }
        Destination found = reply.destination();
        boolean answers = found != null
                && (!(lookup.target() instanceof LookupTarget.ByHash byHash)
                        || found.hash().equals(byHash.hash()));
        events.add(new Event.LookedUp(
                reply.requestId(), answers ? new LookupResult.Found(found) : new LookupResult.NotFound()));
    }

    private void onDisconnect(Disconnect message) {
        if (message.reason().toLowerCase(Locale.ROOT).contains("duplicate destination")) {
            fail(new CreateResult.DuplicateDestination());
        }
        String reason = readable(message.reason());
        end(Kind.DISCONNECTED, reason.isEmpty() ? "the router closed the session" : "router: " + reason);
    }

    // --- ending ---

    /** Ends an attempt with a result of its own; nothing when the session stands. */
    private void fail(CreateResult result) {
        if (state != State.ESTABLISHED && state != State.CLOSED) {
            events.add(new Event.Failed(result));
            endQuietly();
        }
    }

    private void end(Kind kind, String detail) {
        if (state == State.CLOSED) {
            return;
        }
        if (state == State.ESTABLISHED) {
            events.add(new Event.Closed(new CloseReason(kind, detail)));
        } else {
            CreateResult result =
                    kind == Kind.DISCONNECTED ? new CreateResult.Refused(detail) : new CreateResult.Unreachable(detail);
            events.add(new Event.Failed(result));
        }
        endQuietly();
    }

    private void endQuietly() {
        state = State.CLOSED;
        timers.stopAll();
        work = null;
        requestedLeases = null;
        tracked.clear();
        for (Integer requestId : lookups.keySet()) {
            events.add(new Event.LookedUp(requestId, new LookupResult.Unavailable()));
        }
        lookups.clear();
        for (InboundMessage message; (message = inbound.poll()) != null; ) {
            message.payload().release();
        }
        if (encryptionKey != null && !working) {
            encryptionKey.destroy();
        }
    }

    // --- small things ---

    private void track(int tracking) {
        if (tracked.size() >= MAX_TRACKED) {
            Iterator<Integer> oldest = tracked.iterator();
            oldest.next();
            oldest.remove();
        }
        tracked.add(tracking);
    }

    private HostLookup request(LookupTarget target, int requestId) {
        if (target instanceof LookupTarget.ByHash byHash) {
            return HostLookup.byHash(sessionId, requestId, LOOKUP_MILLIS, byHash.hash());
        }
        String name = ((LookupTarget.ByName) target).name();
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        return bytes == 0 || bytes > MAX_NAME_BYTES
                ? null
                : HostLookup.byName(sessionId, requestId, LOOKUP_MILLIS, name);
    }

    /** A router's words for a user: one short line, and no word long enough to be a key, a hash or an address. */
    private static String readable(String text) {
        StringBuilder out = new StringBuilder();
        for (String word : text.split("[^!-~]+", 64)) {
            if (out.length() + word.length() > MAX_DETAIL) {
                break;
            }
            if (!word.isEmpty()) {
                out.append(out.length() == 0 ? "" : " ").append(word.length() > LONGEST_WORD ? "[…]" : word);
            }
        }
        return out.toString();
    }
}
