package dev.samovar.tunnel;

import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.garlic.GarlicBlock.Padding;
import dev.samovar.garlic.GarlicClove;
import dev.samovar.garlic.OneTimeGarlic;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.ReplyKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Tests our own tunnels: a message to ourselves goes out of one and comes in by another, sealed so that nobody between sees
 * what it is (peer selection page, "Tunnel testing"). Belongs to the router lane.
 */
final class TunnelTests {

    private static final long MESSAGE_LIFE_MILLIS = TimeUnit.SECONDS.toMillis(20);

    /**
     * Blocks of this length fill one cell on the way out: 1003 bytes, less the delivery to a tunnel (39), the message's header
     * (16), the length of the garlic (4), its tag and the cipher's (24). A hop that spoils cells in some place does not get by.
     */
    private static final int ONE_CELL = 920;

    private static final int RANDOM_LENGTH = 16;

    /** The headers of both blocks and the clove's delivery. */
    private static final int CLOVE_OVERHEAD = 2 * 3 + 1;

    private record Key(TunnelPool pool, long token) {}

    private final Tunnels tunnels;
    private final Lane lane;
    private final Entropy entropy;
    private final Map<Key, ReplyKey> running = new HashMap<>();
    private long passed;
    private long failed;

    TunnelTests(Tunnels tunnels, Lane lane, Entropy entropy) {
        this.tunnels = tunnels;
        this.lane = lane;
        this.entropy = entropy;
    }

    void start(TunnelPool pool, PoolAction.Test<InboundTunnel, OutboundTunnel> test) {
        long now = lane.clock().nanos();
        long nowMillis = lane.clock().epochMillis();
        ReplyKey key = new ReplyKey(entropy.bytes(ReplyKey.KEY_LENGTH), entropy.bytes(ReplyKey.TAG_LENGTH));
        Key name = new Key(pool, test.token());
        running.put(name, key);
        tunnels.tags().await(key, pool, now, blocks -> pass(name));
        long expiration = nowMillis + MESSAGE_LIFE_MILLIS;
        I2npMessage message =
                new Garlic(sealed(key, nowMillis, expiration)).toMessage(entropy.nonZeroInt(), expiration);
        InboundTunnel back = test.inbound();
        boolean sent = tunnels.send(
                test.outbound(), new TunnelDelivery.ToTunnel(back.gateway(), back.gatewayTunnelId()), message);
        if (!sent) {
            tunnels.tags().forget(key);
            running.remove(name);
            pool.plan().testUnsent(test.token(), now);
        }
    }

    private byte[] sealed(ReplyKey key, long nowMillis, long expiration) {
        I2npMessage status =
                new DeliveryStatus(entropy.nonZeroInt(), nowMillis).toMessage(entropy.nonZeroInt(), expiration);
        GarlicClove clove = GarlicClove.local(status);
        int padding = ONE_CELL - CLOVE_OVERHEAD - status.shortLength() - entropy.below(RANDOM_LENGTH);
        byte[] sealed = OneTimeGarlic.seal(key.key(), key.tag(), List.of(clove, new Padding(padding)));
        status.release();
        return sealed;
    }

    private void pass(Key name) {
        if (running.remove(name) != null) {
            passed++;
            name.pool.plan().testPassed(name.token, lane.clock().nanos());
            name.pool.drive();
        }
    }

    /** The pool does not wait any longer. */
    void abandon(TunnelPool pool, long token) {
        ReplyKey key = running.remove(new Key(pool, token));
        if (key != null) {
            failed++;
            tunnels.tags().forget(key);
        }
    }

    int running() {
        return running.size();
    }

    long passed() {
        return passed;
    }

    long failed() {
        return failed;
    }
}
