package dev.samovar.router;

import dev.samovar.base.Cancellable;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.Offload;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.ProxyHandler;
import io.netty.handler.proxy.Socks5ProxyHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.handler.ssl.SslProvider;
import io.netty.resolver.NoopAddressResolverGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches one file over HTTPS on an event loop that the program has anyway.
 *
 * <ol>
 *   <li>Off the lane: the trusted certificates are read, once, and the name is resolved; behind a proxy only the proxy's
 *       name, since the host's is the proxy's business and nobody else is to learn it.
 *   <li>The addresses are tried in turn, IPv4 first.
 *   <li>TLS 1.2 or 1.3, the host's certificate checked against its name.
 *   <li>One GET as Wget of old would say it; any answer but a plain 200 is refused, redirects too.
 * </ol>
 *
 * Bounded in time and bytes. Owner: the lane.
 */
public final class HttpsFetcher implements ReseedFetcher {

    /**
     * @param connectMillis for one address
     * @param handshakeMillis for TLS
     * @param totalMillis for everything
     * @param maxBytes of the file
     */
    public record Limits(int connectMillis, int handshakeMillis, int totalMillis, int maxBytes) {

        public static Limits defaults() {
            return new Limits(10_000, 15_000, 90_000, Su3File.MAX_LENGTH);
        }
    }

    /** How a proxy is spoken to. */
    public enum ProxyKind {
        SOCKS5,
        HTTP
    }

    /**
     * The way through another program.
     *
     * @param host a name or an address
     */
    public record Proxy(ProxyKind kind, String host, int port) {}

    private static final Logger log = LoggerFactory.getLogger(HttpsFetcher.class);

    /** SPEC router.md H.7: the name that all routers give here. */
    private static final String USER_AGENT = "Wget/1.11.4";

    private static final int HTTPS_PORT = 443;
    private static final int MAX_ADDRESSES = 4;

    private final EventLoopLane lane;
    private final Offload offload;
    private final List<X509Certificate> trusted;
    private final Proxy proxy;
    private final Limits limits;
    private SslContext tls;
    private Fetch fetch;

    /**
     * @param offload for what blocks: the system's resolver
     * @param trusted certificates beside those of the authorities that the JDK knows
     * @param proxy or null
     */
    public HttpsFetcher(
            EventLoopLane lane, Offload offload, List<X509Certificate> trusted, Proxy proxy, Limits limits) {
        this.lane = lane;
        this.offload = offload;
        this.trusted = List.copyOf(trusted);
        this.proxy = proxy;
        this.limits = limits;
    }

    @Override
    public void fetch(URI file, Consumer<Fetched> then) {
        lane.check();
        if (fetch != null) {
            throw new IllegalStateException("one fetch at a time");
        }
        fetch = new Fetch(file, then);
        fetch.begin();
    }

    @Override
    public void cancel() {
        lane.check();
        if (fetch != null) {
            fetch.abandon();
        }
    }

    /** What is made off the lane. */
    private record Prepared(SslContext tls, List<InetAddress> addresses, SeedFault fault) {}

    private Prepared prepare(SslContext known, String name, long now) {
        SslContext context = known;
        try {
            if (context == null) {
                context = SslContextBuilder.forClient()
                        .sslProvider(SslProvider.JDK)
                        .protocols("TLSv1.3", "TLSv1.2")
                        .trustManager(trust(now))
                        .endpointIdentificationAlgorithm("HTTPS")
                        .build();
            }
            List<InetAddress> addresses = new ArrayList<>(List.of(InetAddress.getAllByName(name)));
            addresses.sort(Comparator.comparingInt(address -> address.getAddress().length));
            return new Prepared(context, addresses.subList(0, Math.min(MAX_ADDRESSES, addresses.size())), null);
        } catch (UnknownHostException unknown) {
            return new Prepared(context, List.of(), SeedFault.UNRESOLVED);
        } catch (GeneralSecurityException | IOException noTls) {
            log.warn("reseed: TLS cannot be used", noTls);
            return new Prepared(null, List.of(), SeedFault.UNTRUSTED_HOST);
        }
    }

    private TrustManagerFactory trust(long now) throws GeneralSecurityException, IOException {
        String algorithm = TrustManagerFactory.getDefaultAlgorithm();
        TrustManagerFactory authorities = TrustManagerFactory.getInstance(algorithm);
        authorities.init((KeyStore) null);
        KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
        all.load(null, null);
        int number = 0;
        for (TrustManager manager : authorities.getTrustManagers()) {
            if (manager instanceof X509TrustManager known) {
                for (X509Certificate authority : known.getAcceptedIssuers()) {
                    all.setCertificateEntry("authority" + number++, authority);
                }
            }
        }
        for (X509Certificate host : trusted) {
            // the JDK does not look at the dates of what it is told to trust
            if (now >= host.getNotBefore().getTime()
                    && now <= host.getNotAfter().getTime()) {
                all.setCertificateEntry("host" + number++, host);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(algorithm);
        factory.init(all);
        return factory;
    }

    /** One file on its way. */
    private final class Fetch {

        private final URI file;
        private final int port;
        private final Consumer<Fetched> then;
        private final Queue<InetAddress> addresses = new ArrayDeque<>();
        private Cancellable timer;
        private Channel channel;
        private boolean done;

        Fetch(URI file, Consumer<Fetched> then) {
            this.file = file;
            this.port = file.getPort() < 0 ? HTTPS_PORT : file.getPort();
            this.then = then;
        }

        void begin() {
            long deadline = lane.clock().nanos() + TimeUnit.MILLISECONDS.toNanos(limits.totalMillis);
            timer = lane.schedule(deadline, () -> finish(null, SeedFault.TIMED_OUT));
            SslContext known = tls;
            String name = proxy == null ? hostName() : proxy.host;
            long now = lane.clock().epochMillis();
            offload.submit(lane, () -> prepare(known, name, now), this::onPrepared);
        }

        /** Without the brackets of an IPv6 address. */
        private String hostName() {
            String host = file.getHost();
            return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        }

        private void onPrepared(Prepared prepared) {
            tls = prepared.tls;
            if (done) {
                return;
            }
            if (prepared.fault != null) {
                finish(null, prepared.fault);
                return;
            }
            addresses.addAll(prepared.addresses);
            connect(SeedFault.UNREACHABLE);
        }

        /** @param last what to tell when no address is left */
        private void connect(SeedFault last) {
            InetAddress address = addresses.poll();
            if (address == null) {
                finish(null, last);
                return;
            }
            HttpAnswer answer = new HttpAnswer(limits.maxBytes, this::onAnswered);
            SocketAddress target = proxy == null
                    ? new InetSocketAddress(address, port)
                    : InetSocketAddress.createUnresolved(hostName(), port);
            ChannelFuture connecting = new Bootstrap()
                    .group(lane.loop())
                    .channel(NioSocketChannel.class)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, limits.connectMillis)
                    .resolver(NoopAddressResolverGroup.INSTANCE)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel made) {
                            build(made.pipeline(), address, answer);
                        }
                    })
                    .connect(target);
            channel = connecting.channel();
            connecting.addListener(connected -> {
                if (!done && !connected.isSuccess() && answer.isCurrent()) {
                    answer.retire();
                    connect(faultOf(connected.cause(), SeedFault.UNREACHABLE));
                }
            });
        }

        private void build(ChannelPipeline pipeline, InetAddress address, HttpAnswer answer) {
            if (proxy != null) {
                InetSocketAddress at = new InetSocketAddress(address, proxy.port);
                ProxyHandler way =
                        proxy.kind == ProxyKind.SOCKS5 ? new Socks5ProxyHandler(at) : new HttpProxyHandler(at);
                way.setConnectTimeoutMillis(limits.connectMillis);
                answer.comesThrough(way);
                pipeline.addLast(way);
            }
            SslHandler secured = tls.newHandler(
                    pipeline.channel().alloc(),
                    hostName(),
                    port,
                    task -> offload.submit(
                            lane,
                            () -> {
                                task.run();
                                return null;
                            },
                            nothing -> {}));
            secured.setHandshakeTimeoutMillis(limits.handshakeMillis);
            pipeline.addLast(secured);
            pipeline.addLast(HttpAnswer.codec());
            pipeline.addLast(answer);
            secured.handshakeFuture().addListener(shaken -> {
                if (done || !answer.isCurrent()) {
                    return;
                }
                if (shaken.isSuccess()) {
                    answer.onSecured();
                    pipeline.channel().writeAndFlush(request());
                } else if (pipeline.channel().isActive() || answer.wasConnected()) {
                    onAnswered(answer, new Fetched(null, faultOf(shaken.cause(), answer.faultNow())));
                }
            });
        }

        private FullHttpRequest request() {
            String path = file.getRawPath() + (file.getRawQuery() == null ? "" : "?" + file.getRawQuery());
            FullHttpRequest request =
                    new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path, Unpooled.EMPTY_BUFFER);
            request.headers()
                    .set(HttpHeaderNames.USER_AGENT, USER_AGENT)
                    .set(HttpHeaderNames.HOST, port == HTTPS_PORT ? file.getHost() : file.getHost() + ":" + port)
                    .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            return request;
        }

        private void onAnswered(HttpAnswer answer, Fetched fetched) {
            if (answer.isCurrent()) {
                finish(fetched.body(), fetched.fault());
            }
        }

        private void finish(byte[] body, SeedFault fault) {
            if (!done) {
                abandon();
                then.accept(new Fetched(body, fault));
            }
        }

        private void abandon() {
            done = true;
            timer.cancel();
            fetch = null;
            if (channel != null) {
                channel.close();
            }
        }
    }

    static SeedFault faultOf(Throwable cause, SeedFault otherwise) {
        return cause instanceof ConnectTimeoutException || cause instanceof SslHandshakeTimeoutException
                ? SeedFault.TIMED_OUT
                : otherwise;
    }
}
