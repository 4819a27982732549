package dev.samovar.router;

import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.base.WireException;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.garlic.CloveDelivery;
import dev.samovar.garlic.GarlicBlock;
import dev.samovar.garlic.GarlicClove;
import dev.samovar.garlic.RouterGarlic;
import dev.samovar.garlic.RouterGarlicFilter;
import dev.samovar.i2np.DatabaseLookup;
import dev.samovar.i2np.DatabaseSearchReply;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npFilter;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.ShortTunnelBuild;
import dev.samovar.i2np.TunnelData;
import dev.samovar.i2np.TunnelGateway;
import dev.samovar.i2np.VariableTunnelBuild;
import dev.samovar.netdb.NetDb;
import dev.samovar.tunnel.Tunnels;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Gives each message of a peer to the part that it is for.
 *
 * <ol>
 *   <li>What is stale or came before goes no further ({@link I2npFilter}).
 *   <li>Stores, lookups, search replies and delivery statuses are the netDb's.
 *   <li>Garlic is an answer to one of our own lookups, or sealed to this router; that is opened off the lane, and what it
 *       holds for us comes here again, from nobody. A bounded number is opened at a time, the rest is dropped.
 *   <li>Cells, messages for gateways and build requests are for our own tunnels ({@link Tunnels}), or else for those of others
 *       ({@link Transit}).
 * </ol>
 *
 * Belongs to the router lane.
 */
final class MessageDispatch {

    /** Garlic messages that are being opened: each is an agreement, a tenth of a millisecond. */
    private static final int MOST_OPENING = 128;

    private static final int MOST_OPENING_OF_A_PEER = 16;

    /** Why a message was dropped. */
    enum Drop {
        STALE_OR_REPEATED,
        MALFORMED,
        GARLIC_NOT_FOR_US,
        GARLIC_STALE_OR_REPEATED,
        GARLIC_TOO_MUCH,
        /** A clove for somebody else. */
        CLOVE_NOT_FOR_US,
        /** For a tunnel that is not here, or not any more. */
        UNKNOWN_TUNNEL,
        /** A type that nobody has a reason to send this way. */
        UNEXPECTED_TYPE
    }

    private final Lane lane;
    private final Offload offload;
    private final X25519KeyPair routerKeys;
    private final NetDb netDb;
    private final Tunnels tunnels;
    private final Transit transit;
    private final I2npFilter filter;
    private final RouterGarlicFilter garlicFilter;
    private final Map<Drop, Long> drops = new EnumMap<>(Drop.class);
    private final Map<Hash, Integer> openingOf = new HashMap<>();
    private int opening;

    MessageDispatch(
            Lane lane,
            Entropy entropy,
            Offload offload,
            X25519KeyPair routerKeys,
            NetDb netDb,
            Tunnels tunnels,
            Transit transit) {
        this.lane = lane;
        this.offload = offload;
        this.routerKeys = routerKeys;
        this.netDb = netDb;
        this.tunnels = tunnels;
        this.transit = transit;
        this.filter = new I2npFilter(entropy.nextLong(), I2npFilter.DEFAULT_MOST_IDS);
        this.garlicFilter = new RouterGarlicFilter(entropy.nextLong(), RouterGarlicFilter.DEFAULT_MOST_KEYS);
    }

    /** A message that a peer's session brought; taken over. */
    void handle(Hash from, I2npMessage message) {
        try {
            if (filter.check(message, lane.clock().epochMillis()) != I2npFilter.Verdict.ACCEPTED) {
                drop(Drop.STALE_OR_REPEATED);
                return;
            }
            give(from, message);
        } finally {
            message.release();
        }
    }

    /** A message that the end of a tunnel had for this router, from nobody knows whom; taken over. */
    void handleAnonymous(I2npMessage message) {
        try {
            give(null, message);
        } finally {
            message.release();
        }
    }

    /** A message that came down one of the router's own tunnels; taken over. Answers come that way, and no questions. */
    void handleOwn(I2npMessage message) {
        try {
            switch (message.typeCode()) {
                case DatabaseStore.TYPE, DatabaseSearchReply.TYPE, DeliveryStatus.TYPE -> give(null, message);
                case Garlic.TYPE -> {
                    if (!netDb.onGarlic(Garlic.decode(message.body()))) {
                        drop(Drop.GARLIC_NOT_FOR_US);
                    }
                }
                default -> drop(Drop.UNEXPECTED_TYPE);
            }
        } catch (WireException malformed) {
            drop(Drop.MALFORMED);
        } finally {
            message.release();
        }
    }

    /** {@code from} is null for what came in garlic or out of a tunnel; the message stays the caller's. */
    private void give(Hash from, I2npMessage message) {
        try {
            switch (message.typeCode()) {
                case DatabaseStore.TYPE -> netDb.onStore(from, DatabaseStore.decode(message.body()));
                case DatabaseLookup.TYPE -> netDb.onLookup(from, DatabaseLookup.decode(message.body()));
                case DatabaseSearchReply.TYPE -> netDb.onSearchReply(from, DatabaseSearchReply.decode(message.body()));
                case DeliveryStatus.TYPE -> netDb.onDeliveryStatus(from, DeliveryStatus.decode(message.body()));
                case Garlic.TYPE -> onGarlic(from, Garlic.decode(message.body()));
                case TunnelData.TYPE -> onTunnelData(from, message);
                case TunnelGateway.TYPE -> onTunnelGateway(TunnelGateway.decode(message.body()));
                case ShortTunnelBuild.TYPE -> onBuild(from, message);
                case VariableTunnelBuild.TYPE -> transit.onBuild(from, again(message));
                default -> drop(Drop.UNEXPECTED_TYPE);
            }
        } catch (WireException malformed) {
            drop(Drop.MALFORMED);
        }
    }

    private void onTunnelData(Hash from, I2npMessage message) throws WireException {
        if (from == null) {
            // cells come from hops, over sessions
            drop(Drop.UNEXPECTED_TYPE);
            return;
        }
        I2npMessage cell = again(message);
        if (!tunnels.onTunnelData(from, cell) && !transit.onTunnelData(from, cell)) {
            cell.release();
            drop(Drop.UNKNOWN_TUNNEL);
        }
    }

    private void onTunnelGateway(TunnelGateway gateway) {
        if (!tunnels.onTunnelGateway(gateway) && !transit.onTunnelGateway(gateway)) {
            drop(Drop.UNKNOWN_TUNNEL);
            gateway.release();
        }
    }

    private void onBuild(Hash from, I2npMessage message) throws WireException {
        message.body().markReaderIndex();
        if (!tunnels.onBuildRequest(from, message)) {
            message.body().resetReaderIndex();
            transit.onBuild(from, again(message));
        }
    }

    /** The message for somebody who takes it over, while it stays the caller's too. */
    private static I2npMessage again(I2npMessage message) {
        message.body().retain();
        return message;
    }

    private void onGarlic(Hash from, Garlic garlic) {
        if (netDb.onGarlic(garlic)) {
            return;
        }
        byte[] data = garlic.data();
        if (garlicFilter.isRepeated(data, lane.clock().epochMillis())) {
            drop(Drop.GARLIC_STALE_OR_REPEATED);
            return;
        }
        int ofThisPeer = openingOf.getOrDefault(from, 0);
        if (opening >= MOST_OPENING || ofThisPeer >= MOST_OPENING_OF_A_PEER) {
            drop(Drop.GARLIC_TOO_MUCH);
            return;
        }
        opening++;
        openingOf.put(from, ofThisPeer + 1);
        offload.submit(lane, () -> open(data), blocks -> {
            opening--;
            openingOf.computeIfPresent(from, (peer, count) -> count == 1 ? null : count - 1);
            if (blocks == null) {
                drop(Drop.GARLIC_NOT_FOR_US);
            } else {
                onOpened(data, blocks);
            }
        });
    }

    private List<GarlicBlock> open(byte[] data) {
        try {
            return RouterGarlic.open(data, routerKeys);
        } catch (WireException notForUs) {
            return null;
        }
    }

    private void onOpened(byte[] data, List<GarlicBlock> blocks) {
        boolean accepted =
                garlicFilter.check(data, blocks, lane.clock().epochMillis()) == RouterGarlicFilter.Verdict.ACCEPTED;
        if (!accepted) {
            drop(Drop.GARLIC_STALE_OR_REPEATED);
        }
        for (GarlicBlock block : blocks) {
            if (block instanceof GarlicClove clove) {
                if (accepted) {
                    onClove(clove);
                }
                clove.message().release();
            }
        }
    }

    private void onClove(GarlicClove clove) {
        if (clove.message().typeCode() == Garlic.TYPE) {
            // garlic in garlic is nobody's way of saying anything to a router
            drop(Drop.GARLIC_NOT_FOR_US);
        } else if (clove.delivery() instanceof CloveDelivery.Local) {
            give(null, clove.message());
        } else {
            drop(Drop.CLOVE_NOT_FOR_US);
        }
    }

    private void drop(Drop reason) {
        drops.merge(reason, 1L, Long::sum);
    }

    /** What was dropped since the start, by reason. */
    Map<String, Long> drops() {
        Map<String, Long> named = new TreeMap<>();
        drops.forEach((reason, count) -> named.put(reason.name().toLowerCase(Locale.ROOT), count));
        return named;
    }
}
