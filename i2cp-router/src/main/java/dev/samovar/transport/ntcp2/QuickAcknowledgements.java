package dev.samovar.transport.ntcp2;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import java.io.IOException;
import jdk.net.ExtendedSocketOptions;

/**
 * Has the kernel acknowledge what was read at once. Routers whose sockets use Nagle's algorithm, as i2pd's do, hold a small frame
 * back until the one before it is acknowledged, and Linux delays the acknowledgement by 40 ms where data goes both ways: a
 * message of two cells, or two messages soon after each other, would take that long. The option does not last, so it is set
 * after each read. Systems that do not know it go without.
 */
final class QuickAcknowledgements {

    private static final ChannelOption<Boolean> QUICK = NioChannelOption.of(ExtendedSocketOptions.TCP_QUICKACK);
    private static final boolean SUPPORTED = supported();

    private QuickAcknowledgements() {}

    private static boolean supported() {
        try (java.nio.channels.SocketChannel any = java.nio.channels.SocketChannel.open()) {
            return any.supportedOptions().contains(ExtendedSocketOptions.TCP_QUICKACK);
        } catch (IOException noSocket) {
            return false;
        }
    }

    /** After a read. */
    static void send(SocketChannel channel) {
        if (SUPPORTED && channel.isActive()) {
            channel.config().setOption(QUICK, true);
        }
    }
}
