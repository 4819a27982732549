package dev.samovar.netdb;

import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.garlic.OneTimeGarlic;
import dev.samovar.i2np.I2npBody;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.ReplyKey;
import dev.samovar.i2np.TunnelGateway;
import java.util.concurrent.TimeUnit;

/**
 * Sends what somebody asked for where they want it: straight, or to the gateway of one of their tunnels, sealed when they gave
 * a key. A gateway that we do not know is looked up first, for a bounded number of answers. On the router lane.
 */
final class ReplySender {

    private static final int MAX_WAITING = 32;
    private static final long LIFE_MILLIS = TimeUnit.SECONDS.toMillis(20);

    private final NetDb netDb;
    private final NetDbPort port;
    private final Lane lane;
    private final Entropy entropy;
    private int waiting;

    ReplySender(NetDb netDb, NetDbPort port, Lane lane, Entropy entropy) {
        this.netDb = netDb;
        this.port = port;
        this.lane = lane;
        this.entropy = entropy;
    }

    /**
     * Sends an answer.
     *
     * @param tunnelId 0 for a straight answer
     * @param replyKey null for an answer in clear
     */
    void send(Hash to, int tunnelId, ReplyKey replyKey, I2npBody body) {
        I2npMessage message = message(body);
        if (replyKey != null) {
            message = message(OneTimeGarlic.wrap(replyKey, message, entropy));
        }
        if (tunnelId != 0) {
            message = message(new TunnelGateway(tunnelId, message));
        }
        if (!to.equals(port.self().hash())) {
            send(to, message);
        } else if (tunnelId != 0) {
            I2npMessage own = message;
            lane.execute(() -> port.toOwnGateway(own));
        } else {
            message.release();
            netDb.refuse(LookupRefusal.REFLECTED);
        }
    }

    private void send(Hash to, I2npMessage message) {
        if (port.isConnected(to)) {
            port.sendToConnected(to, message);
            return;
        }
        RouterInfo known = netDb.routers().get(to);
        if (known != null) {
            port.send(known, message);
        } else if (waiting < MAX_WAITING) {
            waiting++;
            netDb.fetch(to, null, () -> {
                waiting--;
                RouterInfo found = netDb.routers().get(to);
                if (found != null) {
                    port.send(found, message);
                } else {
                    message.release();
                    netDb.refuse(LookupRefusal.UNKNOWN_ROUTER);
                }
            });
        } else {
            message.release();
            netDb.refuse(LookupRefusal.UNKNOWN_ROUTER);
        }
    }

    I2npMessage message(I2npBody body) {
        return body.toMessage(entropy.nonZeroInt(), lane.clock().epochMillis() + LIFE_MILLIS);
    }
}
