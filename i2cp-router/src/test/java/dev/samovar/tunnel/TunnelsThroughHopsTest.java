package dev.samovar.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.i2np.DataMessage;
import dev.samovar.i2np.DatabaseLookup;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.TunnelGateway;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tunnels of our own, built through hops of our own and used. */
class TunnelsThroughHopsTest {

    private final TunnelNet net = new TunnelNet(4);

    @AfterEach
    void close() {
        net.close();
    }

    private I2npMessage message(int bytes) {
        return new I2npMessage(
                DataMessage.TYPE,
                net.entropy.nonZeroInt(),
                net.nowMillis() + 30_000,
                Unpooled.wrappedBuffer(net.entropy.bytes(bytes)));
    }

    private static byte[] body(I2npMessage message) {
        return ByteBufUtil.getBytes(message.body());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
    void aTunnelFromUsIsBuiltAndCarriesMessagesOfAllSizes(int hops) {
        List<TunnelNet.Node> through = net.nodes(hops);
        TunnelNet.Node target = net.node();
        OutboundTunnel tunnel = net.outbound(through);
        assertEquals(through.stream().map(node -> node.hash).toList(), tunnel.hops());
        for (int size : List.of(0, 1, 951, 952, 953, 2000, 30_000, I2npMessage.MAX_BODY)) {
            I2npMessage message = message(size);
            byte[] sent = body(message);
            net.send(tunnel, new TunnelDelivery.ToRouter(target.hash), message);
            assertEquals(1, target.received.size(), "size " + size);
            assertArrayEquals(sent, body(target.received.get(0)));
            target.takeTypes();
        }
        tunnel.destroy();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
    void aTunnelToUsIsBuiltAndCarriesMessagesOfAllSizes(int hops) {
        List<TunnelNet.Node> through = net.nodes(hops);
        InboundTunnel tunnel = net.inbound(through);
        assertEquals(through.get(0).hash, tunnel.gateway());
        for (int size : List.of(0, 1, 983, 984, 985, 2000, 30_000, TunnelGateway.MAX_BODY)) {
            I2npMessage message = message(size);
            byte[] sent = body(message);
            net.post(
                    net.node().hash,
                    tunnel.gateway(),
                    new TunnelGateway(tunnel.gatewayTunnelId(), message).toMessage(9, net.nowMillis() + 10_000));
            net.run();
            assertEquals(1, net.delivered.size(), "size " + size);
            assertArrayEquals(sent, body(net.delivered.get(0)));
            net.delivered.remove(0).release();
        }
        assertEquals(8, tunnel.messages());
    }

    @Test
    void fromTunnelToTunnel() {
        OutboundTunnel out = net.outbound(net.nodes(3));
        InboundTunnel in = net.inbound(net.nodes(3));
        I2npMessage message = message(5000);
        byte[] sent = body(message);
        net.send(out, new TunnelDelivery.ToTunnel(in.gateway(), in.gatewayTunnelId()), message);
        assertEquals(1, net.delivered.size());
        assertArrayEquals(sent, body(net.delivered.get(0)));
        out.destroy();
    }

    @Test
    void oneRouterMayBeEndpointAndGatewayOfTheWayBack() {
        List<TunnelNet.Node> only = net.nodes(1);
        OutboundTunnel out = net.outbound(only);
        InboundTunnel in = net.inbound(only);
        net.send(out, new TunnelDelivery.ToTunnel(in.gateway(), in.gatewayTunnelId()), message(10));
        only.get(0).transit.flush(net.nowMillis());
        net.run();
        assertEquals(1, net.delivered.size());
        out.destroy();
    }

    @Test
    void messagesSentAtOneTimeShareCells() {
        OutboundTunnel out = net.outbound(net.nodes(2));
        TunnelNet.Node target = net.node();
        TunnelSink sink = (router, cell) -> net.post(net.self, router, cell);
        for (int i = 0; i < 7; i++) {
            out.add(new TunnelDelivery.ToRouter(target.hash), message(80), net.nowMillis(), sink);
        }
        assertEquals(0, out.cells());
        out.flush(net.nowMillis(), sink);
        assertEquals(1, out.cells());
        net.run();
        assertEquals(7, target.takeTypes().size());
        out.destroy();
    }

    @Test
    void aTunnelOfNoHopsSendsStraight() {
        OutboundTunnel out = OutboundTunnel.zeroHop(net.now, net.nowMillis(), net.entropy);
        TunnelNet.Node target = net.node();
        net.send(out, new TunnelDelivery.ToRouter(target.hash), message(10));
        assertEquals(List.of(DataMessage.TYPE), target.takeTypes());
        InboundTunnel in = net.inbound(net.nodes(2));
        net.send(out, new TunnelDelivery.ToTunnel(in.gateway(), in.gatewayTunnelId()), message(10));
        assertEquals(1, net.delivered.size());
        assertThrows(
                IllegalArgumentException.class,
                () -> out.send(TunnelDelivery.LOCAL, message(10), net.nowMillis(), (router, m) -> {}));
    }

    @Test
    void aTunnelOfNoHopsTakesWhatIsForItsGateway() {
        InboundTunnel in = InboundTunnel.zeroHop(net.self, 5, net.now, net.nowMillis(), net.memory);
        assertEquals(net.self, in.gateway());
        in.accept(new TunnelGateway(5, message(10)), net.delivered::add);
        assertEquals(1, net.delivered.size());
        in.accept(
                new TunnelGateway(5, new I2npMessage(DatabaseLookup.TYPE, 1, net.nowMillis(), Unpooled.buffer())),
                net.delivered::add);
        assertEquals(1, net.delivered.size());
        assertEquals(1, net.memory.dropped(TunnelDrop.FORBIDDEN_TYPE));
        in.destroy();
        in.accept(new TunnelGateway(5, message(10)), net.delivered::add);
        assertEquals(1, net.delivered.size());
    }

    @Test
    void aTunnelEndsTenMinutesAfterItWasAskedFor() {
        OutboundTunnel out = net.outbound(net.nodes(1));
        assertEquals(out.createdMillis() + 600_000, out.endsMillis());
        net.pass(599, TimeUnit.SECONDS);
        assertTrue(out.isAlive(net.now));
        net.pass(1, TimeUnit.SECONDS);
        assertFalse(out.isAlive(net.now));
        out.destroy();
    }

    @Test
    void cellsSayNothingOfTheMessageInside() {
        OutboundTunnel out = net.outbound(net.nodes(2));
        List<I2npMessage> cells = new ArrayList<>();
        for (long life : List.of(3_000L, 60_000L)) {
            I2npMessage message = new I2npMessage(DataMessage.TYPE, 8, net.nowMillis() + life, Unpooled.buffer());
            out.send(
                    new TunnelDelivery.ToRouter(net.self), message, net.nowMillis(), (router, cell) -> cells.add(cell));
        }
        assertEquals(cells.get(0).expirationMillis(), cells.get(1).expirationMillis());
        assertTrue(cells.get(0).id() != 8 && cells.get(0).id() != cells.get(1).id());
        cells.forEach(I2npMessage::release);
        out.destroy();
    }

    @Test
    void oneNoIsARefusalThatSaysWhoItWas() {
        List<TunnelNet.Node> through = net.nodes(4);
        through.get(1).accepts = false;
        through.get(3).accepts = false;
        for (TunnelBuild build : List.of(
                net.outboundBuild(through, BandwidthOptions.NONE), net.inboundBuild(through, BandwidthOptions.NONE))) {
            assertEquals(new BuildVerdict.Refused(1, 30, List.of(0, 30, 0, 30)), net.run(build));
            build.destroy();
        }
        assertEquals(2, through.get(0).transit.size());
        assertEquals(0, through.get(1).transit.size());
        assertEquals(2, through.get(1).transit.refused(TransitRefusal.NOT_ACCEPTING));
    }

    @Test
    void anAnswerThatWasChangedSaysFromWhereOn() {
        TunnelBuild build = net.outboundBuild(net.nodes(3), BandwidthOptions.NONE);
        net.wire = (letter, wire) -> {
            // the second hop's message to the third: everything in it that is not for the third is spoilt
            if (letter.to().equals(build.hops().get(2).router())) {
                byte[] own = BuildRecord.prefix(letter.to());
                for (int at = 1; at < letter.message().body().writerIndex(); at += 218) {
                    byte[] prefix = ByteBufUtil.getBytes(letter.message().body(), at, own.length);
                    if (!java.util.Arrays.equals(prefix, own)) {
                        letter.message()
                                .body()
                                .setByte(at + 100, ~letter.message().body().getByte(at + 100));
                    }
                }
            }
            wire.arrive(letter);
        };
        assertEquals(new BuildVerdict.Damaged(1), net.run(build));
    }

    @Test
    void aLastHopThatTouchesOurOwnRecordIsFound() {
        TunnelBuild build = net.inboundBuild(net.nodes(2), BandwidthOptions.NONE);
        net.wire = (letter, wire) -> {
            if (letter.to().equals(net.self)) {
                byte[] own = BuildRecord.prefix(net.self);
                for (int at = 1; at < letter.message().body().writerIndex(); at += 218) {
                    if (java.util.Arrays.equals(
                            ByteBufUtil.getBytes(letter.message().body(), at, 16), own)) {
                        letter.message()
                                .body()
                                .setByte(at + 217, ~letter.message().body().getByte(at + 217));
                    }
                }
            }
            wire.arrive(letter);
        };
        assertEquals(new BuildVerdict.Damaged(2), net.run(build));
    }

    @Test
    void anAnswerOfAnotherBuildDoesNoHarm() {
        TunnelBuild build = net.outboundBuild(net.nodes(2), BandwidthOptions.NONE);
        TunnelBuild other = net.outboundBuild(net.nodes(2), BandwidthOptions.NONE);
        assertInstanceOf(BuildVerdict.Damaged.class, build.read(other.request().records()));
        assertEquals(
                new BuildVerdict.Damaged(2),
                build.read(other.request().records().subList(0, 3)));
        assertInstanceOf(BuildVerdict.Accepted.class, net.run(build));
    }

    @Test
    void aRequestThatComesBackAsItWentOutIsNoAnswer() {
        List<TunnelNet.Node> through = net.nodes(1);
        TunnelBuild outbound = net.outboundBuild(through, BandwidthOptions.NONE);
        assertEquals(
                new BuildVerdict.Damaged(0), outbound.read(outbound.request().records()));
        TunnelBuild inbound = net.inboundBuild(through, BandwidthOptions.NONE);
        // the hop's cover is still on our own record
        assertEquals(new BuildVerdict.Damaged(1), inbound.read(inbound.request().records()));
        assertInstanceOf(BuildVerdict.Accepted.class, net.run(inbound));
    }

    @Test
    void aHopWithAnImproperKeyMakesNoBuild() {
        TunnelHop bad = new TunnelHop(net.node().hash, new byte[32], 5, BandwidthOptions.NONE);
        assertNull(TunnelBuild.outbound(
                List.of(net.node().hop(), bad), net.self, 1, 1, net.now, net.nowMillis(), net.entropy));
    }

    @Test
    void theNumberOfRecordsSaysLittleOfTheLength() {
        for (int hops = 1; hops <= 7; hops++) {
            List<TunnelNet.Node> through = net.nodes(hops);
            assertEquals(
                    hops <= 4 ? 4 : 8,
                    net.outboundBuild(through, BandwidthOptions.NONE)
                            .request()
                            .records()
                            .size());
            assertEquals(
                    hops <= 3 ? 4 : 8,
                    net.inboundBuild(through, BandwidthOptions.NONE)
                            .request()
                            .records()
                            .size());
        }
    }

    @Test
    void hopsSayHowMuchBandwidthTheyHave() {
        List<TunnelNet.Node> through = List.of(
                net.node(new TransitConfig(100, 1000, 1 << 20)), net.node(new TransitConfig(100, 400, 1 << 20)));
        TunnelBuild build = net.outboundBuild(through, new BandwidthOptions(10, 20, 0));
        BuildVerdict.Accepted accepted = assertInstanceOf(BuildVerdict.Accepted.class, net.run(build));
        assertEquals(List.of(50, 20), accepted.availableKbps());
        assertEquals(20, through.get(0).transit.status(net.now).reservedKbps());
        TunnelBuild greedy = net.outboundBuild(through, new BandwidthOptions(30, 0, 0));
        assertEquals(new BuildVerdict.Refused(1, 30, List.of(0, 30)), net.run(greedy));
        assertEquals(1, through.get(1).transit.refused(TransitRefusal.TOO_MUCH_BANDWIDTH));
        TunnelBuild silent = net.outboundBuild(through, BandwidthOptions.NONE);
        assertEquals(List.of(0, 0), ((BuildVerdict.Accepted) net.run(silent)).availableKbps());
    }

    @Test
    void theGatewayKeepsTheLimitThatTheCreatorSet() {
        TunnelBuild build = net.inboundBuild(net.nodes(2), new BandwidthOptions(0, 0, 10));
        InboundTunnel tunnel = InboundTunnel.of(build, (BuildVerdict.Accepted) net.run(build), net.memory);
        net.inbound.put(tunnel.receiveTunnelId(), tunnel);
        for (int second = 0; second < 20; second++) {
            for (int i = 0; i < 100; i++) {
                net.post(
                        net.self,
                        tunnel.gateway(),
                        new TunnelGateway(tunnel.gatewayTunnelId(), message(900))
                                .toMessage(9, net.nowMillis() + 9_000));
            }
            net.run();
            net.pass(1, TimeUnit.SECONDS);
        }
        // 10 KB a second, and two seconds' worth at the start
        assertTrue(net.delivered.size() >= 200 && net.delivered.size() <= 260, net.delivered.size() + " came");
    }
}
