package dev.samovar.router;

import dev.samovar.transport.ReservedAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.Enumeration;

/** Which addresses this machine has at the moment. Both questions block a little. */
interface Machine {

    /** IP versions by which others can be dialled. */
    record Families(boolean ipv4, boolean ipv6) {

        static final Families BOTH = new Families(true, true);

        boolean isNone() {
            return !ipv4 && !ipv6;
        }
    }

    /** Whether sockets can have this address. */
    boolean has(InetAddress address);

    /** @param reservedToo whether loopback and other reserved addresses lead to routers too */
    Families families(boolean reservedToo);

    /** The one that this program runs on. */
    Machine OWN = new Machine() {

        /** The only sure way to know is to have such a socket. */
        @Override
        public boolean has(InetAddress address) {
            try (ServerSocket probe = new ServerSocket(0, 1, address)) {
                return probe.isBound();
            } catch (IOException notHere) {
                return false;
            }
        }

        @Override
        public Families families(boolean reservedToo) {
            boolean ipv4 = false;
            boolean ipv6 = false;
            try {
                Enumeration<NetworkInterface> interfaces = NetworkInterface.getNetworkInterfaces();
                while (interfaces != null && interfaces.hasMoreElements()) {
                    Enumeration<InetAddress> addresses =
                            interfaces.nextElement().getInetAddresses();
                    while (addresses.hasMoreElements()) {
                        InetAddress address = addresses.nextElement();
                        boolean six = address.getAddress().length == 16;
                        if (leadsOut(address, six, reservedToo)) {
                            ipv4 |= !six;
                            ipv6 |= six;
                        }
                    }
                }
            } catch (SocketException untold) {
                return Families.BOTH;
            }
            return new Families(ipv4, ipv6);
        }
    };

    /** Private IPv4 addresses do, since they are translated; those of IPv6 that are not global do not. */
    private static boolean leadsOut(InetAddress address, boolean six, boolean reservedToo) {
        if (address.isLinkLocalAddress()) {
            return false;
        }
        return reservedToo
                || (six ? !ReservedAddresses.isReserved(address.getAddress()) : !address.isLoopbackAddress());
    }
}
