package dev.samovar.sam.server;

import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.function.Consumer;

/** Finds where a client wants its streams or datagrams forwarded to: a HOST by name or address, its own by default. */
final class ForwardTargets {

    private final Lane lane;
    private final Offload hostLookups;

    /** @param hostLookups asking for a host name may block for long */
    ForwardTargets(Lane lane, Offload hostLookups) {
        this.lane = lane;
        this.hostLookups = hostLookups;
    }

    /** Tells {@code then} on the lane, perhaps at once; null when the host is not known. */
    void find(Channel client, String host, int port, Consumer<InetSocketAddress> then) {
        if (host == null) {
            InetSocketAddress own = (InetSocketAddress) client.remoteAddress();
            then.accept(own == null ? null : new InetSocketAddress(own.getAddress(), port));
            return;
        }
        hostLookups.submit(lane, () -> lookup(host, port), found -> then.accept(found.address));
    }

    private record Found(InetSocketAddress address) {}

    private static Found lookup(String host, int port) {
        try {
            return new Found(new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (UnknownHostException unknown) {
            return new Found(null);
        }
    }
}
