package dev.samovar.i2cp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.samovar.base.EventLoopLane;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.base.SecureEntropy;
import dev.samovar.base.SystemClock;
import dev.samovar.i2cp.client.CloseReason;
import dev.samovar.i2cp.client.CreateResult;
import dev.samovar.i2cp.client.I2cpClient;
import dev.samovar.i2cp.client.I2cpSessionContract;
import dev.samovar.i2cp.client.SessionOptions;
import dev.samovar.i2cp.client.TcpI2cpClient;
import dev.samovar.router.LocalRouter;
import dev.samovar.testkit.RecordingSession;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract over TCP on the loopback, client and router on an event loop each. */
class TcpSessionTest extends I2cpSessionContract {

    private static final long PATIENCE_SECONDS = 20;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final EventLoopLane clientLane = new EventLoopLane(group.next(), SystemClock.INSTANCE);
    private final EventLoopLane routerLane = new EventLoopLane(group.next(), SystemClock.INSTANCE);
    private final LocalRouter router = new LocalRouter(routerLane, SecureEntropy.INSTANCE, Offload.inline());
    private final I2cpServer server =
            new I2cpServer(group, routerLane, router.port(), SecureEntropy.INSTANCE, Offload.inline());
    private I2cpClient client;

    @BeforeEach
    void listen() {
        int port = port(server);
        client =
                new TcpI2cpClient(group, "127.0.0.1", port, SecureEntropy.INSTANCE, Offload.inline(), Offload.inline());
    }

    private static int port(I2cpServer of) {
        return ((InetSocketAddress) of.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .syncUninterruptibly()
                        .channel()
                        .localAddress())
                .getPort();
    }

    @AfterEach
    void end() {
        client.close();
        closeRouter();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Override
    protected I2cpClient client() {
        return client;
    }

    @Override
    protected Lane lane() {
        return clientLane;
    }

    @Override
    protected void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!call(condition::getAsBoolean)) {
            assertTrue(System.nanoTime() < end, "did not happen");
            Thread.onSpinWait();
        }
    }

    @Override
    protected void onLane(Runnable work) {
        CompletableFuture<Void> done = CompletableFuture.runAsync(work, clientLane);
        try {
            done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException thrown) {
            if (thrown.getCause() instanceof AssertionError failed) {
                throw failed;
            }
            fail(thrown.getCause());
        } catch (InterruptedException | TimeoutException stuck) {
            fail("the lane is stuck");
        }
    }

    @Override
    protected void closeRouter() {
        server.close().syncUninterruptibly();
        router.close();
    }

    @Test
    void aRouterThatIsNotThereIsUnreachableAndSaysWhich() throws IOException {
        int unused;
        try (ServerSocket taken = new ServerSocket(0)) {
            unused = taken.getLocalPort();
        }
        I2cpClient lost = new TcpI2cpClient(
                group, "localhost", unused, SecureEntropy.INSTANCE, Offload.inline(), Offload.inline());
        CreateResult result =
                result(lost.createSession(lane(), newKeys(), SessionOptions.NONE, new RecordingSession()));
        CreateResult.Unreachable unreachable = assertInstanceOf(CreateResult.Unreachable.class, result);
        assertEquals(
                "cannot connect to the I2CP router at localhost:" + unused + ": connection refused",
                unreachable.detail());
    }

    @Test
    void aHostWithoutAnAddressIsUnreachable() {
        I2cpClient lost = new TcpI2cpClient(
                group, "no.such.host.invalid", 7654, SecureEntropy.INSTANCE, Offload.inline(), Offload.inline());
        CreateResult result =
                result(lost.createSession(lane(), newKeys(), SessionOptions.NONE, new RecordingSession()));
        assertInstanceOf(CreateResult.Unreachable.class, result);
    }

    /** A resolver that hangs must not take the threads that sign, nor gather questions without end. */
    @Test
    void aNameIsAskedForElsewhereAndNotWithoutBound() {
        List<Runnable> asked = new CopyOnWriteArrayList<>();
        Offload hanging = new Offload() {
            @Override
            public <T> void submit(Lane lane, Supplier<T> work, Consumer<T> then) {
                asked.add(() -> lane.execute(() -> then.accept(work.get())));
            }
        };
        Offload signing = new Offload() {
            @Override
            public <T> void submit(Lane lane, Supplier<T> work, Consumer<T> then) {
                throw new AssertionError("a name is no work for the threads that sign");
            }
        };
        I2cpClient lost =
                new TcpI2cpClient(group, "no.such.host.invalid", 7654, SecureEntropy.INSTANCE, signing, hanging);
        List<Future<CreateResult>> attempts = new ArrayList<>();
        for (int i = 0; i <= 64; i++) {
            attempts.add(lost.createSession(lane(), newKeys(), SessionOptions.NONE, new RecordingSession()));
        }
        assertInstanceOf(CreateResult.Unreachable.class, result(attempts.get(64)));
        assertEquals(64, asked.size());
        assertFalse(attempts.get(0).isDone());
        asked.forEach(Runnable::run);
        attempts.forEach(attempt -> assertInstanceOf(CreateResult.Unreachable.class, result(attempt)));
    }

    @Test
    void connectionsCloseWithTheirSessions() {
        RecordingSession listener = new RecordingSession();
        var session = session(newKeys(), listener);
        assertEquals(1, server.openConnections());
        onLane(session::close);
        await(() -> server.openConnections() == 0);
        assertEquals(CloseReason.Kind.CLOSED, listener.closed.get(0).kind());
    }
}
