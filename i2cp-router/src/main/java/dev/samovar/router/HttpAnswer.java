package dev.samovar.router;

import dev.samovar.router.ReseedFetcher.Fetched;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.proxy.ProxyHandler;
import java.io.ByteArrayOutputStream;
import java.util.function.BiConsumer;

/**
 * Gathers the answer to one GET behind {@link #codec}: the whole body of a plain 200, or the fault of anything else, of what
 * is longer than allowed, and of what ends early. It may tell more than once; what it tells first holds.
 */
final class HttpAnswer extends SimpleChannelInboundHandler<HttpObject> {

    private static final int MAX_LINE = 4096;
    private static final int MAX_HEADERS = 16 * 1024;
    private static final int CHUNK = 16 * 1024;

    private static final int OK = 200;

    private final int maxBytes;
    private final BiConsumer<HttpAnswer, Fetched> listener;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private ProxyHandler way;
    private boolean retired;
    private boolean connected;
    private boolean secured;
    private boolean started;

    /**
     * An answer that has not begun.
     *
     * @param maxBytes of the body
     * @param listener told on the channel's loop
     */
    HttpAnswer(int maxBytes, BiConsumer<HttpAnswer, Fetched> listener) {
        this.maxBytes = maxBytes;
        this.listener = listener;
    }

    /** What stands before it in the pipeline; what ends early is told as a failure. */
    static HttpClientCodec codec() {
        return new HttpClientCodec(MAX_LINE, MAX_HEADERS, CHUNK, true);
    }

    /** Whether this is still the connection in use. */
    boolean isCurrent() {
        return !retired;
    }

    void retire() {
        retired = true;
    }

    void comesThrough(ProxyHandler proxy) {
        way = proxy;
    }

    void onSecured() {
        secured = true;
    }

    boolean wasConnected() {
        return connected;
    }

    /** What it means that the connection ends now. */
    SeedFault faultNow() {
        if (way != null && !way.isConnected()) {
            return SeedFault.PROXY_REFUSED;
        }
        return secured ? SeedFault.TRUNCATED : SeedFault.UNTRUSTED_HOST;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        connected = true;
        context.fireChannelActive();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
        if (part.decoderResult().isFailure()) {
            fail(SeedFault.MALFORMED);
            return;
        }
        if (part instanceof HttpResponse head && !begin(head)) {
            return;
        }
        if (part instanceof HttpContent piece) {
            append(piece.content());
            if (part instanceof LastHttpContent && started) {
                listener.accept(this, new Fetched(body.toByteArray(), null));
            }
        }
    }

    private boolean begin(HttpResponse head) {
        HttpStatusClass status = head.status().codeClass();
        if (status == HttpStatusClass.INFORMATIONAL) {
            return false;
        }
        if (status == HttpStatusClass.REDIRECTION) {
            fail(SeedFault.REDIRECT);
        } else if (head.status().code() != OK) {
            fail(SeedFault.HTTP_STATUS);
        } else if (HttpUtil.getContentLength(head, -1L) > maxBytes) {
            fail(SeedFault.TOO_LARGE);
        } else {
            started = true;
        }
        return started;
    }

    private void append(ByteBuf piece) {
        if (!started) {
            return;
        }
        if (body.size() + piece.readableBytes() > maxBytes) {
            started = false;
            fail(SeedFault.TOO_LARGE);
            return;
        }
        byte[] bytes = new byte[piece.readableBytes()];
        piece.readBytes(bytes);
        body.write(bytes, 0, bytes.length);
    }

    private void fail(SeedFault fault) {
        listener.accept(this, new Fetched(null, fault));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (connected) {
            fail(faultNow());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
        if (connected) {
            fail(HttpsFetcher.faultOf(broken, faultNow()));
        }
    }
}
