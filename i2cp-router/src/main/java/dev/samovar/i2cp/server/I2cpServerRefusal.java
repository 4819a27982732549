package dev.samovar.i2cp.server;

import dev.samovar.i2cp.message.Disconnect;
import dev.samovar.i2cp.message.I2cpMessageCodec;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/** A client for whom there is no room: it is told why, and has a moment to read it. What it says is not heard. */
final class I2cpServerRefusal extends ChannelInboundHandlerAdapter {

    private static final long LINGER_SECONDS = 2;

    private final SocketChannel channel;
    private final String reason;

    I2cpServerRefusal(SocketChannel channel, String reason) {
        this.channel = channel;
        this.reason = reason;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        Disconnect lastWord = new Disconnect(reason);
        ByteBuf frame = channel.alloc().ioBuffer(I2cpMessageCodec.sizeHint(lastWord));
        I2cpMessageCodec.encode(lastWord, frame);
        // our half first: a close over unread input would take the word back
        channel.writeAndFlush(frame).addListener((ChannelFutureListener) sent -> channel.shutdownOutput());
        channel.eventLoop().schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        channel.close();
    }
}
