package dev.samovar.app;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** An address as users write it: {@code HOST:PORT}, with {@code [..]} around an IPv6 address. */
record HostPort(String host, int port) {

    private static final int MAX_PORT = 65535;

    static HostPort parse(String text, String flag) throws UsageException {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            throw new UsageException(flag + ": write an IPv6 address as [ADDRESS]:PORT");
        }
        int port = -1;
        try {
            port = Integer.parseInt(text.substring(colon + 1));
        } catch (NumberFormatException notANumber) {
            // reported below, with every other form of wrong
        }
        if (host.isEmpty() || port < 0 || port > MAX_PORT) {
            throw new UsageException(flag + ": '" + text + "' is not HOST:PORT");
        }
        return new HostPort(host, port);
    }

    /** The address to listen on: one of this machine's loopback addresses. */
    InetSocketAddress toLoopback(String flag) throws UsageException {
        InetAddress address;
        try {
            address = InetAddress.getByName(host);
        } catch (UnknownHostException unknown) {
            throw new UsageException(flag + ": the host '" + host + "' is not known");
        }
        if (!address.isLoopbackAddress()) {
            throw new UsageException(flag + ": " + host
                    + " is not a loopback address; without authentication, which is not there yet, Samovar listens only on"
                    + " loopback");
        }
        return new InetSocketAddress(address, port);
    }

    /** As users write it. */
    String text() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** The text form of an address that something listens on. */
    static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
