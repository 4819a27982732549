package dev.samovar.i2cp.server;

import dev.samovar.base.CryptoPool;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.SecureEntropy;
import dev.samovar.base.SystemClock;
import dev.samovar.router.LocalRouter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A router of network local with an I2CP port on the loopback, to point other clients at by hand. Argument: the port, 0
 * for any. Prints {@code I2CP PORT} and runs until killed.
 */
final class LocalRouterProgram {

    private LocalRouterProgram() {}

    public static void main(String[] arguments) {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        EventLoopLane lane = new EventLoopLane(group.next(), SystemClock.INSTANCE);
        CryptoPool crypto = new CryptoPool(2);
        LocalRouter router = new LocalRouter(lane, SecureEntropy.INSTANCE, crypto);
        I2cpServer server = new I2cpServer(group, lane, router.port(), SecureEntropy.INSTANCE, crypto);
        InetSocketAddress address = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(arguments.length > 0 ? arguments[0] : "0"));
        InetSocketAddress bound = (InetSocketAddress)
                server.bind(address).syncUninterruptibly().channel().localAddress();
        System.out.println("I2CP " + bound.getPort());
    }
}
