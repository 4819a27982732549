package dev.samovar.i2cp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.EventLoopLane;
import dev.samovar.base.Offload;
import dev.samovar.base.SecureEntropy;
import dev.samovar.base.SystemClock;
import dev.samovar.base.WireException;
import dev.samovar.crypto.SigType;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.Hash;
import dev.samovar.data.Lease;
import dev.samovar.i2cp.message.CreateLeaseSet2;
import dev.samovar.i2cp.message.CreateSession;
import dev.samovar.i2cp.message.Disconnect;
import dev.samovar.i2cp.message.GetDate;
import dev.samovar.i2cp.message.I2cpMessage;
import dev.samovar.i2cp.message.I2cpMessageCodec;
import dev.samovar.i2cp.message.RequestVariableLeaseSet;
import dev.samovar.i2cp.message.SessionStatus;
import dev.samovar.i2cp.message.SetDate;
import dev.samovar.testkit.SeededEntropy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.Future;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What our client does when a router, played by hand over a socket, behaves badly. */
@Timeout(30)
class TcpI2cpLinkTest {

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoopLane lane = new EventLoopLane(group.next(), SystemClock.INSTANCE);
    private final DestinationKeys keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, new SeededEntropy(9));
    private final BlockingQueue<CloseReason> closed = new LinkedBlockingQueue<>();
    private final I2cpMessageCodec codec = new I2cpMessageCodec();
    private ServerSocket listening;
    private Future<CreateResult> attempt;
    private Socket socket;
    private DataInputStream in;

    @BeforeEach
    void connect() throws IOException {
        listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        I2cpClient client = new TcpI2cpClient(
                group,
                "127.0.0.1",
                listening.getLocalPort(),
                SecureEntropy.INSTANCE,
                Offload.inline(),
                Offload.inline());
        attempt = client.createSession(lane, keys, SessionOptions.NONE, new I2cpClientSession.Listener() {
            @Override
            public void onMessage(InboundMessage message) {
                message.payload().release();
            }

            @Override
            public void onWritable() {}

            @Override
            public void onDelivery(int tracking, DeliveryStatus status) {}

            @Override
            public void onClosed(CloseReason reason) {
                closed.add(reason);
            }
        });
        socket = listening.accept();
        in = new DataInputStream(socket.getInputStream());
        assertEquals(0x2a, in.read());
    }

    @AfterEach
    void end() throws IOException {
        socket.close();
        listening.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private I2cpMessage read() throws IOException, WireException {
        int length = in.readInt();
        int type = in.readUnsignedByte();
        byte[] body = new byte[length];
        in.readFully(body);
        return codec.decodeBody(type, Unpooled.wrappedBuffer(body));
    }

    private void write(I2cpMessage message) throws IOException {
        ByteBuf out = Unpooled.buffer();
        I2cpMessageCodec.encode(message, out);
        socket.getOutputStream().write(ByteBufUtil.getBytes(out));
    }

    private CreateResult result() {
        return attempt.awaitUninterruptibly().getNow();
    }

    private I2cpClientSession establish() throws IOException, WireException {
        assertInstanceOf(GetDate.class, read());
        write(new SetDate(System.currentTimeMillis(), "0.9.66"));
        assertTrue(((CreateSession) read()).config().verify(System.currentTimeMillis()));
        write(new SessionStatus(3, SessionStatus.CREATED));
        Hash gateway = Hash.fromBytes(new byte[32]);
        write(new RequestVariableLeaseSet(3, List.of(new Lease(gateway, 1, System.currentTimeMillis() + 600_000))));
        assertTrue(((CreateLeaseSet2) read()).leaseSet().verify(System.currentTimeMillis()));
        return assertInstanceOf(CreateResult.Created.class, result()).session();
    }

    @Test
    void aLostConnectionEndsTheSessionAtOnce() throws Exception {
        establish();
        socket.close();
        assertEquals(CloseReason.Kind.LINK_LOST, closed.take().kind());
    }

    @Test
    void aConnectionLostBeforeTheSessionStandsIsUnreachable() throws Exception {
        read();
        socket.close();
        assertInstanceOf(CreateResult.Unreachable.class, result());
    }

    @Test
    void aRefusalIsToldWithItsReason() throws Exception {
        read();
        write(new Disconnect("session limit exceeded"));
        assertEquals(new CreateResult.Refused("router: session limit exceeded"), result());
        assertEquals(-1, in.read(), "our side closes too");
    }

    @Test
    void malformedFramesEndTheSession() throws Exception {
        establish();
        socket.getOutputStream().write(new byte[] {0x7f, 0, 0, 0, 22});
        assertEquals(CloseReason.Kind.PROTOCOL_VIOLATION, closed.take().kind());
        assertEquals(-1, in.read());
    }

    @Test
    void closingSaysGoodbyeAndHangsUp() throws Exception {
        I2cpClientSession session = establish();
        lane.execute(session::close);
        assertEquals(CloseReason.Kind.CLOSED, closed.take().kind());
        assertEquals(3, read().typeCode());
        assertEquals(-1, in.read());
    }

    @Test
    void cancellingHangsUp() throws Exception {
        read();
        attempt.cancel(false);
        assertEquals(-1, in.read());
        assertTrue(closed.isEmpty());
    }
}
