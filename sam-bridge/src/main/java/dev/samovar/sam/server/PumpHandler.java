package dev.samovar.sam.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/** The handler of a socket that is nothing but a stream's end: one that a FORWARD has opened. */
final class PumpHandler extends ChannelInboundHandlerAdapter {

    private final StreamPump pump;
    private boolean broken;

    PumpHandler(StreamPump pump) {
        this.pump = pump;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        pump.fromClient((ByteBuf) message);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        pump.writabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            pump.clientEnded();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        pump.clientGone(broken);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        broken = true;
        context.close();
    }
}
