package dev.samovar.sam.server;

import dev.samovar.base.CryptoPool;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.SecureEntropy;
import dev.samovar.base.SystemClock;
import dev.samovar.i2cp.client.I2cpClient;
import dev.samovar.router.LocalRouter;
import dev.samovar.sam.session.StreamsFactory;
import dev.samovar.streaming.StreamDriver;
import dev.samovar.streaming.StreamOptions;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A bridge over the network {@code local} on ports of its own, and clients of it. */
final class TestBridge implements AutoCloseable {

    static final long SECONDS = 10;

    final FakeStreams.Net net = new FakeStreams.Net();
    final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    final EventLoopLane lane = new EventLoopLane(loops.next(), SystemClock.INSTANCE);
    final CryptoPool crypto;
    final LocalRouter router;
    final Path hostsFile;
    final SamServer server;
    final SamServer.Bound bound;
    private final List<SamClient> clients = new ArrayList<>();

    TestBridge() throws Exception {
        this(SamConfig.Limits.defaults());
    }

    TestBridge(SamConfig.Limits limits) throws Exception {
        this(limits, null, null);
    }

    /** @param client null for the local router's; @param streams null for streams without a protocol */
    TestBridge(SamConfig.Limits limits, I2cpClient client, StreamsFactory streams) throws Exception {
        this(limits, client, streams, new CryptoPool(1));
    }

    private TestBridge(SamConfig.Limits limits, I2cpClient client, StreamsFactory streams, CryptoPool crypto)
            throws Exception {
        this.crypto = crypto;
        router = new LocalRouter(lane, SecureEntropy.INSTANCE, crypto);
        hostsFile = Files.createTempDirectory("samovar-test").resolve("hosts.txt");
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        server = new SamServer(
                new SamConfig(any, any, hostsFile, limits),
                client == null ? router.client() : client,
                lane,
                streams == null
                        ? (session, keys, options) -> new FakeStreams(net, session.destination(), lane)
                        : streams,
                SecureEntropy.INSTANCE,
                crypto,
                crypto);
        bound = server.start().get(SECONDS, TimeUnit.SECONDS);
    }

    /** With the real streaming protocol between the sessions. */
    static TestBridge overStreaming() throws Exception {
        CryptoPool crypto = new CryptoPool(1);
        return new TestBridge(
                SamConfig.Limits.defaults(),
                null,
                (session, keys, options) ->
                        new StreamDriver(session, keys, StreamOptions.from(options), SecureEntropy.INSTANCE, crypto),
                crypto);
    }

    /** A client that has not said anything yet. */
    SamClient raw() throws Exception {
        SamClient client = new SamClient(bound.tcp());
        clients.add(client);
        return client;
    }

    /** A client after HELLO under 3.1. */
    SamClient client() throws Exception {
        SamClient client = raw();
        client.expect("HELLO VERSION MIN=3.1 MAX=3.1", "HELLO REPLY RESULT=OK VERSION=3.1");
        return client;
    }

    /** A client with a STREAM session on Ed25519. */
    SamClient session(String id) throws Exception {
        return session(id, "STREAM", "");
    }

    SamClient session(String id, String style, String more) throws Exception {
        SamClient client = client();
        String reply = client.ask(
                "SESSION CREATE STYLE=" + style + " ID=" + id + " DESTINATION=TRANSIENT SIGNATURE_TYPE=7" + more);
        if (!reply.startsWith("SESSION STATUS RESULT=OK DESTINATION=")) {
            throw new AssertionError(reply);
        }
        client.privateKey = reply.substring("SESSION STATUS RESULT=OK DESTINATION=".length());
        client.destination = client.ask("NAMING LOOKUP NAME=ME").replaceAll("^.* VALUE=", "");
        return client;
    }

    <T> T onLane(Callable<T> question) throws Exception {
        return lane.loop().submit(question).get(SECONDS, TimeUnit.SECONDS);
    }

    /** Waits for something that happens elsewhere soon. */
    void until(String what, BooleanSupplier onLane) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!onLane(onLane::getAsBoolean)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("never: " + what);
            }
        }
    }

    SamServer.Status status() throws Exception {
        return onLane(server::status);
    }

    /** Closes all clients and waits until nothing of theirs is left. */
    void clear() throws Exception {
        for (SamClient client : clients) {
            client.close();
        }
        clients.clear();
        until(
                "the bridge is empty",
                () -> server.status().connections() == 0 && server.status().sessions() == 0 && net.open == 0);
    }

    @Override
    public void close() throws IOException {
        for (SamClient client : clients) {
            client.close();
        }
        server.close().awaitUninterruptibly(SECONDS, TimeUnit.SECONDS);
        router.close();
        // what is being signed holds its buffer until it comes back
        Promise<Boolean> signed = lane.newPromise();
        crypto.submit(lane, () -> Boolean.TRUE, signed::setSuccess);
        signed.awaitUninterruptibly(SECONDS, TimeUnit.SECONDS);
        crypto.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(SECONDS, TimeUnit.SECONDS);
        Files.deleteIfExists(hostsFile);
        Files.deleteIfExists(hostsFile.getParent());
    }
}
