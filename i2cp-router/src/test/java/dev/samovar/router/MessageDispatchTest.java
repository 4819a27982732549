package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Offload;
import dev.samovar.base.WireException;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.data.Mapping;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import dev.samovar.data.RouterVersion;
import dev.samovar.garlic.CloveDelivery;
import dev.samovar.garlic.GarlicBlock;
import dev.samovar.garlic.GarlicClove;
import dev.samovar.garlic.RouterGarlic;
import dev.samovar.i2np.DatabaseLookup;
import dev.samovar.i2np.DatabaseSearchReply;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.TunnelData;
import dev.samovar.netdb.NetDbConfig;
import dev.samovar.netdb.RouterInfoStorage;
import dev.samovar.peer.BanList;
import dev.samovar.peer.HopConstraints;
import dev.samovar.testkit.SimWorld;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MessageDispatchTest {

    private static final RouterVersion OLDEST = RouterVersion.parse("0.9.51");

    private final SimWorld world = new SimWorld(1);
    private final SimWorld.SimLane lane = world.newLane();
    private final RouterKeys keys = RouterKeys.generate(world.entropy());
    private final Hash peer = Hash.fromBytes(world.entropy().bytes(32));
    private final List<Integer> sentTypes = new ArrayList<>();
    private final Membership membership;
    private int ids;

    MessageDispatchTest() throws WireException {
        RouterInfo self = RouterInfo.sign(
                keys,
                world.epochMillis(),
                List.of(),
                Mapping.of(Map.of("netId", "77", "router.version", "0.9.66", "caps", "LfRG")));
        membership = new Membership(
                lane,
                world.entropy(),
                Offload.inline(),
                keys.encryptionKeys(),
                new Membership.Rules(
                        NetDbConfig.of(77, OLDEST).asFloodfill(), new HopConstraints.Rules(OLDEST, 0, 0), 100, true),
                new Network(self),
                RouterInfoStorage.none(),
                new BanList());
    }

    private final class Network implements Membership.Network {
        private final RouterInfo self;

        Network(RouterInfo self) {
            this.self = self;
        }

        @Override
        public boolean send(RouterInfo router, I2npMessage message) {
            return sendToConnected(router.hash(), message);
        }

        @Override
        public boolean sendToConnected(Hash router, I2npMessage message) {
            sentTypes.add(message.typeCode());
            message.release();
            return true;
        }

        @Override
        public boolean isConnected(Hash router) {
            return true;
        }

        @Override
        public boolean canReach(RouterInfo router) {
            return true;
        }

        @Override
        public boolean hasRoom(Hash router, int cells) {
            return true;
        }

        @Override
        public RouterInfo self() {
            return self;
        }

        @Override
        public RouterInfo signSelf() {
            return self;
        }
    }

    private void handle(I2npMessage message) {
        world.on(lane, () -> membership.onMessage(peer, message));
        world.runReady();
    }

    private I2npMessage lookup() {
        Hash unknown = Hash.fromBytes(world.entropy().bytes(32));
        return new DatabaseLookup(unknown, peer, DatabaseLookup.Kind.ROUTER_INFO, 0, List.of(), null)
                .toMessage(++ids, soon());
    }

    private long soon() {
        return world.epochMillis() + 10_000;
    }

    private I2npMessage sealed(GarlicClove clove, byte[] routerKey) {
        X25519KeyPair ephemeral = X25519KeyPair.generate(world.entropy());
        byte[] data = RouterGarlic.seal(
                routerKey,
                List.of(new GarlicBlock.DateTime(TimeUnit.MILLISECONDS.toSeconds(world.epochMillis())), clove),
                ephemeral);
        clove.message().release();
        return new Garlic(data).toMessage(++ids, soon());
    }

    private long drops(MessageDispatch.Drop reason) {
        return membership.dispatch().drops().getOrDefault(reason.name().toLowerCase(java.util.Locale.ROOT), 0L);
    }

    @Test
    void aLookupOfAPeerIsAnswered() {
        handle(lookup());
        assertEquals(List.of(DatabaseSearchReply.TYPE), sentTypes);
        assertTrue(
                membership.dispatch().drops().isEmpty(),
                membership.dispatch().drops().toString());
    }

    @Test
    void aLookupInGarlicForUsIsOpenedAndAnswered() {
        handle(sealed(GarlicClove.local(lookup()), keys.identity().encryptionKey()));
        assertEquals(List.of(DatabaseSearchReply.TYPE), sentTypes);
    }

    @Test
    void whatIsStaleOrComesAgainGoesNoFurther() {
        handle(new DeliveryStatus(1, 1).toMessage(++ids, world.epochMillis() - 120_000));
        I2npMessage once = lookup();
        I2npMessage again = new I2npMessage(
                once.typeCode(), once.id(), once.expirationMillis(), once.body().copy());
        handle(once);
        handle(again);
        assertEquals(2, drops(MessageDispatch.Drop.STALE_OR_REPEATED));
        assertEquals(1, sentTypes.size());
    }

    @Test
    void garlicIsOpenedOnceOnly() {
        I2npMessage first = sealed(GarlicClove.local(lookup()), keys.identity().encryptionKey());
        I2npMessage second =
                new I2npMessage(first.typeCode(), ++ids, soon(), first.body().copy());
        handle(first);
        handle(second);
        assertEquals(1, drops(MessageDispatch.Drop.GARLIC_STALE_OR_REPEATED));
        assertEquals(1, sentTypes.size());
    }

    @Test
    void garlicForOthersAndClovesForOthersAreDropped() {
        handle(sealed(
                GarlicClove.local(lookup()),
                X25519KeyPair.generate(world.entropy()).publicKey()));
        assertEquals(1, drops(MessageDispatch.Drop.GARLIC_NOT_FOR_US));
        handle(sealed(
                new GarlicClove(new CloveDelivery.ToRouter(peer), lookup()),
                keys.identity().encryptionKey()));
        assertEquals(1, drops(MessageDispatch.Drop.CLOVE_NOT_FOR_US));
        assertEquals(List.of(), sentTypes);
    }

    @Test
    void garlicInGarlicIsNobodysWay() {
        I2npMessage inner = sealed(GarlicClove.local(lookup()), keys.identity().encryptionKey());
        handle(sealed(GarlicClove.local(inner), keys.identity().encryptionKey()));
        assertEquals(1, drops(MessageDispatch.Drop.GARLIC_NOT_FOR_US));
        assertEquals(List.of(), sentTypes);
    }

    @Test
    void whatBelongsToTunnelsAndWhatIsMalformedIsCounted() {
        handle(new TunnelData(7, Unpooled.wrappedBuffer(new byte[1024])).toMessage(++ids, soon()));
        assertEquals(1, drops(MessageDispatch.Drop.UNKNOWN_TUNNEL));
        handle(new I2npMessage(DatabaseLookup.TYPE, ++ids, soon(), Unpooled.wrappedBuffer(new byte[5])));
        assertEquals(1, drops(MessageDispatch.Drop.MALFORMED));
    }
}
