package dev.samovar.sam.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Lane;
import dev.samovar.base.SecureEntropy;
import dev.samovar.data.Destination;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.LookupResult;
import dev.samovar.i2cp.client.LookupTarget;
import dev.samovar.i2cp.client.OutboundMessage;
import dev.samovar.i2cp.client.SendOutcome;
import dev.samovar.streaming.StreamDriver;
import dev.samovar.streaming.StreamOptions;
import dev.samovar.streaming.Streams;
import dev.samovar.testkit.LeakCheck;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Streams that end while bytes for their clients are still in them: none of the bytes' memory is lost. */
@ExtendWith(LeakCheck.class)
class UndeliveredDataTest {

    /** More than all buffers between two clients hold. */
    private static final byte[] TOO_MUCH = new byte[64 * 1024 * 1024];

    private static final int SEQUENCE_AT = 8;

    private final List<Streams> sessions = new ArrayList<>();
    private final List<Lossy> links = new ArrayList<>();
    private volatile Predicate<ByteBuf> lost = packet -> false;
    private final AtomicLong lostPackets = new AtomicLong();
    private TestBridge bridge;
    private SamClient server;
    private SamClient dialer;
    private SamClient accept;
    private SamClient connect;

    /** A session some of whose packets are lost. */
    private record Lossy(I2cpClientSession session, Predicate<ByteBuf> lost, AtomicLong sentBytes)
            implements I2cpClientSession {

        @Override
        public SendOutcome send(OutboundMessage message) {
            if (lost.test(message.payload())) {
                message.payload().release();
                return SendOutcome.ACCEPTED;
            }
            sentBytes.addAndGet(message.payload().readableBytes());
            return session.send(message);
        }

        @Override
        public Destination destination() {
            return session.destination();
        }

        @Override
        public Lane lane() {
            return session.lane();
        }

        @Override
        public boolean isWritable() {
            return session.isWritable();
        }

        @Override
        public Future<LookupResult> lookup(LookupTarget target) {
            return session.lookup(target);
        }

        @Override
        public void close() {
            session.close();
        }
    }

    @BeforeEach
    void twoClientsWithAStream() throws Exception {
        bridge = new TestBridge(SamConfig.Limits.defaults(), null, (session, keys, options) -> {
            Lossy lossy = new Lossy(session, this::isLost, new AtomicLong());
            links.add(lossy);
            Streams streams =
                    new StreamDriver(lossy, keys, StreamOptions.from(options), SecureEntropy.INSTANCE, bridge.crypto);
            sessions.add(streams);
            return streams;
        });
        server = bridge.session("server");
        dialer = bridge.session("dialer");
        accept = bridge.client();
        accept.expect("STREAM ACCEPT ID=server", "STREAM STATUS RESULT=OK");
        connect = bridge.client();
        connect.expect("STREAM CONNECT ID=dialer DESTINATION=" + server.destination, "STREAM STATUS RESULT=OK");
        accept.readLine();
    }

    private boolean isLost(ByteBuf packet) {
        boolean gone = lost.test(packet);
        if (gone) {
            lostPackets.incrementAndGet();
        }
        return gone;
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        bridge.clear();
        bridge.close();
    }

    private int openAtServer() {
        return sessions.get(0).openStreams();
    }

    private int openAtDialer() {
        return sessions.get(1).openStreams();
    }

    /** Writes until nothing is taken any more; the client's socket stays full. */
    private static Thread fill(SamClient client) throws InterruptedException {
        Thread writing = new Thread(() -> {
            try {
                client.send(TOO_MUCH);
            } catch (IOException closedByTheTest) {
                // as meant
            }
        });
        writing.setDaemon(true);
        writing.start();
        writing.join(700);
        return writing;
    }

    @Test
    void aSlowClientThatLeavesAfterItsStreamWasReset() throws Exception {
        fill(connect);
        dialer.close();
        bridge.until("the stream is over at the slow client's side", () -> openAtServer() == 0);
        accept.close();
        bridge.until("the client's socket is gone", () -> bridge.server.status().connections() == 1);
    }

    @Test
    void aStreamThatIsResetWhileAPacketInTheMiddleIsMissing() throws Exception {
        lost = packet -> packet.getInt(packet.readerIndex() + SEQUENCE_AT) == 2;
        connect.send(new byte[100_000]);
        bridge.until("packets wait behind the gap", () -> LeakCheck.openBuffers() > 20);
        connect.abort();
        bridge.until("the stream is over", () -> openAtServer() == 0 && openAtDialer() == 0);
        assertEquals(0, accept.readAll().length() % 1812);
    }

    @Test
    void aClientThatHasLeftBytesForAPeerThatDoesNotReadAndIsGoneThen() throws Exception {
        fill(connect);
        connect.close();
        // written to in vain, the socket is seen to be closed; what comes then has nobody to go to
        for (int part = 0; bridge.status().connections() > 3; part++) {
            accept.send(new byte[1000]);
            assertTrue(part < 10_000, "the closed socket is never seen");
        }
        long before = links.get(0).sentBytes.get();
        accept.send(new byte[50_000]);
        bridge.until("the peer has sent it", () -> links.get(0).sentBytes.get() > before + 50_000);
        assertEquals(1, bridge.onLane(this::openAtDialer));
        // from here on no data arrives, and so there is more to say at the end than can be said: a RESET
        long lostBefore = lostPackets.get();
        lost = packet -> packet.getInt(packet.readerIndex() + SEQUENCE_AT) != 0;
        accept.send(new byte[300_000]);
        bridge.until("the window is full", () -> lostPackets.get() > lostBefore + 3);
        server.close();
        bridge.until("the stream is over", () -> openAtServer() == 0 && openAtDialer() == 0);
    }
}
