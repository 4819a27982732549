package dev.samovar.sam.session;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Offload;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.datagram.DatagramSession;
import dev.samovar.datagram.Datagrams;
import dev.samovar.i2cp.client.CloseReason;
import dev.samovar.i2cp.client.DeliveryStatus;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.InboundMessage;
import dev.samovar.i2cp.client.Protocol;
import dev.samovar.streaming.StreamSocket;
import dev.samovar.streaming.Streams;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One SAM session: a destination, what it carries, and the sockets that live by it. It ends when its control socket
 * closes or its router gives it up, and all that depends on it ends with it.
 *
 * <p>Owner: the client lane.
 */
public final class SamSession implements I2cpClientSession.Listener, Datagrams.Listener {

    /** What clients are told when a session is no more. */
    public static final String CLOSED = "Session is closed";

    /** Time for the sockets of a client that has gone to be read to their end. */
    private static final long DRAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final Logger log = LoggerFactory.getLogger(SamSession.class);

    private final int number;
    private final SessionRequest request;
    private final DestinationKeys keys;
    private final SessionRegistry registry;
    private final SubsessionDemux<Consumer<InboundMessage>> demux = new SubsessionDemux<>();
    private final Set<SessionDependent> dependents = Collections.newSetFromMap(new IdentityHashMap<>());

    private I2cpClientSession i2cp;
    private Streams streams;
    private DatagramSession datagrams;
    private DatagramSink sink;
    private int pendingAccepts;
    private int lastStream;
    private boolean forwarding;
    private boolean leaving;
    private boolean ended;

    SamSession(SessionRequest request, DestinationKeys keys, SessionRegistry registry) {
        this.number = registry.nextNumber();
        this.request = request;
        this.keys = keys;
        this.registry = registry;
    }

    /** The router has made the session. */
    void attach(I2cpClientSession session, StreamsFactory factory, Offload offload) {
        i2cp = session;
        if (request.style() == SessionStyle.STREAM) {
            streams = factory.create(session, keys, request.options());
            demux.add(Protocol.STREAMING, SubsessionDemux.ANY_PORT, streams::onMessage);
        } else {
            datagrams = new DatagramSession(session, keys, this, offload);
            // a plain RAW session hears every protocol but those with a format of their own
            boolean raw = request.style() == SessionStyle.RAW;
            demux.add(
                    raw ? Protocol.ANY : request.style().protocol(),
                    SubsessionDemux.ANY_PORT,
                    raw ? this::onRawMessage : datagrams::onMessage);
        }
        registry.add(this);
        log.info("sam#{} {} session stands", number, request.style());
    }

    /** A number for logs, which say nothing else of a session. */
    public int number() {
        return number;
    }

    public String id() {
        return request.id();
    }

    public SessionRequest request() {
        return request;
    }

    public SessionStyle style() {
        return request.style();
    }

    public DestinationKeys keys() {
        return keys;
    }

    public Destination destination() {
        return keys.destination();
    }

    public I2cpClientSession i2cp() {
        return i2cp;
    }

    /** The streams of a STREAM session, else null. */
    public Streams streams() {
        return streams;
    }

    /** The datagrams of a DATAGRAM or RAW session, else null. */
    public DatagramSession datagrams() {
        return datagrams;
    }

    /** Whether nothing new may begin here. */
    public boolean hasEnded() {
        return ended || leaving;
    }

    /** Where incoming datagrams go. */
    public void sink(DatagramSink to) {
        sink = to;
    }

    public void add(SessionDependent dependent) {
        dependents.add(dependent);
    }

    public void remove(SessionDependent dependent) {
        dependents.remove(dependent);
    }

    /** ACCEPTs that wait at this moment; a FORWARD's own waiting is none. */
    public int pendingAccepts() {
        return pendingAccepts;
    }

    /** A number for logs, unique in this session. */
    public int nextStreamNumber() {
        return ++lastStream;
    }

    public boolean isForwarding() {
        return forwarding;
    }

    public void forwarding(boolean active) {
        forwarding = active;
    }

    /** Waits for one stream. Cancelling more than once does nothing. */
    public Cancellable accept(Consumer<StreamSocket> whenConnected) {
        pendingAccepts++;
        boolean[] over = new boolean[1];
        Cancellable waiting = streams.accept(stream -> {
            if (!over[0]) {
                over[0] = true;
                pendingAccepts--;
            }
            whenConnected.accept(stream);
        });
        return () -> {
            if (!over[0]) {
                over[0] = true;
                pendingAccepts--;
                waiting.cancel();
            }
        };
    }

    /**
     * The client has closed the control socket: the session's ID and destination are free from now on, and no new stream is
     * made. Bytes that the client wrote to its streams before may still be in their sockets; those are read for a moment.
     */
    public void clientGone() {
        if (ended || leaving) {
            return;
        }
        leaving = true;
        registry.removeId(this);
        endDependents(CLOSED);
        if (streams == null || streams.openStreams() == 0) {
            end(CLOSED);
        } else {
            i2cp.lane().schedule(i2cp.lane().clock().nanos() + DRAIN_NANOS, () -> end(CLOSED));
        }
    }

    private void endDependents(String message) {
        for (SessionDependent dependent : new ArrayList<>(dependents)) {
            dependents.remove(dependent);
            dependent.onSessionEnded(message);
        }
    }

    /** Ends the session and all that depends on it. Again: nothing. */
    public void end(String message) {
        if (ended) {
            return;
        }
        ended = true;
        registry.remove(this);
        endDependents(message);
        if (streams != null) {
            streams.close();
        }
        if (datagrams != null) {
            datagrams.close();
        }
        if (i2cp != null) {
            i2cp.close();
        }
        keys.destroy();
        log.info("sam#{} session ended", number);
    }

    @Override
    public void onMessage(InboundMessage message) {
        Consumer<InboundMessage> taker = ended ? null : demux.find(message.protocol(), message.toPort());
        if (taker == null) {
            message.payload().release();
        } else {
            taker.accept(message);
        }
    }

    private void onRawMessage(InboundMessage message) {
        if (SessionRequest.mayBeRaw(message.protocol())) {
            datagrams.onMessage(message);
        } else {
            message.payload().release();
        }
    }

    @Override
    public void onWritable() {
        if (streams != null && !ended) {
            streams.onWritable();
        }
    }

    @Override
    public void onDelivery(int tracking, DeliveryStatus status) {
        if (streams != null && !ended) {
            streams.onDelivery(tracking, status);
        }
    }

    @Override
    public void onClosed(CloseReason reason) {
        if (!ended) {
            log.warn("sam#{} its router ended the session: {}", number, reason.kind());
            end(CLOSED);
        }
    }

    @Override
    public void onRepliable(Destination from, int fromPort, int toPort, ByteBuf payload) {
        if (sink == null || ended) {
            payload.release();
        } else {
            sink.repliable(from, payload);
        }
    }

    @Override
    public void onRaw(int protocol, int fromPort, int toPort, ByteBuf payload) {
        if (sink == null || ended) {
            payload.release();
        } else {
            sink.raw(payload);
        }
    }
}
