package dev.samovar.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Capabilities.Congestion;
import dev.samovar.data.Hash;
import dev.samovar.data.Mapping;
import dev.samovar.garlic.GarlicClove;
import dev.samovar.garlic.OneTimeGarlic;
import dev.samovar.i2np.DataMessage;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.OutboundTunnelBuildReply;
import dev.samovar.i2np.ShortTunnelBuild;
import dev.samovar.i2np.TunnelData;
import dev.samovar.i2np.TunnelGateway;
import dev.samovar.i2np.VariableTunnelBuild;
import dev.samovar.testkit.Vectors;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A router as a hop of tunnels of others: what it agrees to, what it carries, and what it does not. */
class TransitTunnelsTest {

    private final TunnelNet net = new TunnelNet(9);
    private final TunnelNet.Node hop = net.node(new TransitConfig(100, 100_000, 1 << 20));
    private final Hash before = Hash.of(new byte[] {2});
    private final Hash after = Hash.of(new byte[] {3});

    @AfterEach
    void close() {
        net.close();
    }

    private long minutes() {
        return TimeUnit.MILLISECONDS.toMinutes(net.nowMillis());
    }

    private BuildRequest request(TunnelRole role, int receiveId) {
        return new BuildRequest(receiveId, 20, after, role, 0, minutes(), 600, 30, Mapping.EMPTY);
    }

    /** A record for the hop, and its keys. */
    private BuildRecord.Sealed seal(BuildRequest request) {
        X25519KeyPair ephemeral = X25519KeyPair.generate(net.entropy);
        return BuildRecord.seal(
                hop.hop(), request.encodeShort(net.entropy), request.role() == TunnelRole.ENDPOINT, ephemeral);
    }

    private I2npMessage message(byte[] record) {
        return new ShortTunnelBuild(List.of(net.entropy.bytes(218), record)).toMessage(7, net.nowMillis() + 9_000);
    }

    private void ask(Hash from, BuildRequest request) {
        hop.transit.onBuild(from, message(seal(request).record()), net.now, net.nowMillis());
    }

    /** Asks, and takes the keys of the tunnel that the hop then has. */
    private HopKeys join(TunnelRole role, int receiveId) {
        BuildRecord.Sealed sealed = seal(request(role, receiveId));
        hop.transit.onBuild(before, message(sealed.record()), net.now, net.nowMillis());
        net.letters.remove().message().release();
        return sealed.keys().layer();
    }

    private List<I2npMessage> sent() {
        List<I2npMessage> sent = new ArrayList<>();
        for (TunnelNet.Letter letter; (letter = net.letters.poll()) != null; ) {
            sent.add(letter.message());
        }
        return sent;
    }

    private int sentAndReleased() {
        List<I2npMessage> sent = sent();
        sent.forEach(I2npMessage::release);
        return sent.size();
    }

    private I2npMessage cell(int tunnelId, byte[] ivAndData) {
        return new TunnelData(tunnelId, Unpooled.wrappedBuffer(ivAndData)).toMessage(4, net.nowMillis() + 5_000);
    }

    private I2npMessage data(int bytes) {
        return new I2npMessage(
                DataMessage.TYPE, 5, net.nowMillis() + 5_000, Unpooled.wrappedBuffer(net.entropy.bytes(bytes)));
    }

    private boolean give(Hash from, I2npMessage message) {
        boolean ours = hop.transit.onTunnelData(from, message, net.now, net.nowMillis());
        if (!ours) {
            message.release();
        }
        return ours;
    }

    /** What an endpoint with these keys sees in clear: one message with this delivery. */
    private byte[] forEndpoint(HopKeys keys, TunnelDelivery delivery, I2npMessage message) {
        List<byte[]> cells = new ArrayList<>();
        CellPacker packer = new CellPacker(1, net.entropy, new CellPadding(net.entropy.nextLong()));
        CellPacker.Output output = cell -> {
            cells.add(ByteBufUtil.getBytes(cell, Cell.IV_AT, Cell.LENGTH - Cell.IV_AT));
            cell.release();
        };
        packer.add(delivery, message, output);
        packer.flush(output);
        message.release();
        LayerCipher.decrypting(keys.copy()).apply(cells.get(0), 0);
        return cells.get(0);
    }

    private long dropped(TunnelDrop reason) {
        return hop.transit.status(net.now).drops().getOrDefault(reason, 0L);
    }

    // requests

    @Test
    void aParticipantPutsItsAnswerIntoTheRequestAndSendsItOn() throws WireException {
        BuildRecord.Sealed sealed = seal(request(TunnelRole.PARTICIPANT, 10));
        hop.transit.onBuild(before, message(sealed.record()), net.now, net.nowMillis());
        TunnelNet.Letter letter = net.letters.remove();
        assertEquals(after, letter.to());
        assertEquals(30, letter.message().id());
        List<byte[]> records = ShortTunnelBuild.decode(letter.message().body()).records();
        letter.message().release();
        byte[] reply =
                BuildRecord.openReply(sealed.keys().reply(), sealed.keys().context(), 1, records.get(1));
        assertEquals(new BuildReply(0, Mapping.EMPTY), BuildReply.decode(reply));
        assertEquals(
                Map.of(TunnelRole.PARTICIPANT, 1), hop.transit.status(net.now).tunnels());
    }

    @ParameterizedTest
    @ValueSource(strings = {"outbound", "inbound"})
    void everyHopOfTheKnownBuildsSendsTheKnownMessage(String kind) throws WireException {
        Vectors vectors = Vectors.load("tunnel_build");
        byte[] message = vectors.bytes(kind + "/message_as_sent");
        Hash from = before;
        for (int i = 0; i < 3; i++) {
            String path = kind + "/hops/" + i;
            Hash self = Hash.fromBytes(vectors.bytes(path + "/hop/hash"));
            BuildRequest request = BuildRequest.decodeShort(vectors.bytes(path + "/clear"));
            TunnelNet.Node port = net.node();
            TransitTunnels transit = new TransitTunnels(
                    TransitConfig.of(100), as(self, port), keys(vectors, path), new ScriptedEntropy());
            I2npMessage build =
                    new I2npMessage(ShortTunnelBuild.TYPE, 1, 2_000_000_000_000L, Unpooled.wrappedBuffer(message));
            transit.onBuild(from, build, net.now, request.minutes() * 60_000);
            TunnelNet.Letter letter = net.letters.remove();
            assertEquals(request.nextRouter(), letter.to());
            if (kind.equals("outbound") && i == 2) {
                message = replies(letter.message(), request, vectors);
            } else {
                assertEquals(request.nextMessageId(), letter.message().id());
                message = ByteBufUtil.getBytes(letter.message().body());
                letter.message().release();
            }
            assertArrayEquals(vectors.bytes(kind + "/message_after_hop/" + i), message, "hop " + i);
            from = self;
            transit.destroy();
        }
    }

    private static X25519KeyPair keys(Vectors vectors, String path) {
        return X25519KeyPair.of(SecretBytes.takeOver(vectors.bytes(path + "/hop/x25519_private")));
    }

    private static TransitPort as(Hash self, TunnelNet.Node port) {
        return new TransitPort() {
            @Override
            public Hash self() {
                return self;
            }

            @Override
            public boolean send(Hash router, I2npMessage message) {
                return port.send(router, message);
            }

            @Override
            public void receive(I2npMessage message) {
                port.receive(message);
            }

            @Override
            public boolean acceptsTransit() {
                return true;
            }

            @Override
            public int loadPercent() {
                return 0;
            }
        };
    }

    /** The replies in what an endpoint sends, after a look at all that is around them. */
    private static byte[] replies(I2npMessage sent, BuildRequest request, Vectors vectors) throws WireException {
        TunnelGateway gateway = TunnelGateway.decode(sent.body());
        sent.release();
        assertEquals(request.nextTunnelId(), gateway.tunnelId());
        byte[] garlic = Garlic.decode(gateway.message().body()).data();
        gateway.release();
        GarlicClove clove = (GarlicClove) OneTimeGarlic.open(vectors.bytes("outbound/hops/2/garlic_key"), garlic)
                .get(0);
        assertEquals(OutboundTunnelBuildReply.TYPE, clove.message().typeCode());
        assertEquals(request.nextMessageId(), clove.message().id());
        byte[] body = ByteBufUtil.getBytes(clove.message().body());
        clove.message().release();
        return body;
    }

    @Test
    void anEndpointThatIsTheGatewayOfTheReplyKeepsItAtHome() {
        X25519KeyPair ephemeral = X25519KeyPair.generate(net.entropy);
        BuildRequest request =
                new BuildRequest(10, 20, hop.hash, TunnelRole.ENDPOINT, 0, minutes(), 600, 30, Mapping.EMPTY);
        byte[] record = BuildRecord.seal(hop.hop(), request.encodeShort(net.entropy), true, ephemeral)
                .record();
        hop.transit.onBuild(before, message(record), net.now, net.nowMillis());
        assertEquals(0, net.letters.size());
        assertEquals(List.of(TunnelGateway.TYPE), hop.takeTypes());
    }

    @Test
    void longRecordsAreAnsweredAsOldRoutersWantIt() throws WireException {
        List<TunnelNet.Node> through = net.nodes(3);
        through.get(1).accepts = false;
        LongBuild build = new LongBuild(through, List.of(11, 12, 13), net.self, 99, 55, net.nowMillis(), net.entropy);
        net.post(net.self, through.get(0).hash, build.request().toMessage(1, net.nowMillis() + 9_000));
        net.run();
        I2npMessage sent = net.toCreator.remove(0).message();
        TunnelGateway gateway = TunnelGateway.decode(sent.body());
        sent.release();
        assertEquals(99, gateway.tunnelId());
        assertEquals(VariableTunnelBuild.REPLY_TYPE, gateway.message().typeCode());
        assertEquals(55, gateway.message().id());
        List<byte[]> records =
                VariableTunnelBuild.decode(gateway.message().body()).records();
        gateway.release();
        assertEquals(List.of(0, 30, 0), build.read(records));
    }

    @Test
    void aTunnelOfLongRecordsCarriesCells() {
        List<TunnelNet.Node> through = net.nodes(2);
        TunnelNet.Node target = net.node();
        LongBuild build = new LongBuild(through, List.of(11, 12), net.self, 99, 55, net.nowMillis(), net.entropy);
        net.post(net.self, through.get(0).hash, build.request().toMessage(1, net.nowMillis() + 9_000));
        net.run();
        byte[] cell = forEndpoint(build.keys(1), new TunnelDelivery.ToRouter(target.hash), data(100));
        LayerCipher.decrypting(build.keys(0)).apply(cell, 0);
        net.post(net.self, through.get(0).hash, cell(11, cell));
        net.run();
        assertEquals(List.of(DataMessage.TYPE), target.takeTypes());
    }

    @Test
    void requestsThatLieAreDroppedWithoutAWord() {
        BuildRequest good = request(TunnelRole.PARTICIPANT, 10);
        Map<TransitRefusal, BuildRequest> lies = Map.of(
                TransitRefusal.NO_TUNNEL_ID, request(TunnelRole.PARTICIPANT, 0),
                TransitRefusal.UNKNOWN_LAYER,
                        new BuildRequest(10, 20, after, good.role(), 1, minutes(), 600, 30, Mapping.EMPTY),
                TransitRefusal.OURSELVES,
                        new BuildRequest(10, 20, hop.hash, good.role(), 0, minutes(), 600, 30, Mapping.EMPTY),
                TransitRefusal.BACK_TO_SENDER,
                        new BuildRequest(10, 20, before, good.role(), 0, minutes(), 600, 30, Mapping.EMPTY),
                TransitRefusal.TOO_OLD,
                        new BuildRequest(10, 20, after, good.role(), 0, minutes() - 9, 600, 30, Mapping.EMPTY),
                TransitRefusal.FUTURE_DATE,
                        new BuildRequest(10, 20, after, good.role(), 0, minutes() + 6, 600, 30, Mapping.EMPTY));
        lies.forEach((reason, lie) -> {
            ask(before, lie);
            assertEquals(1, hop.transit.refused(reason), reason.name());
        });
        ask(null, good);
        assertEquals(1, hop.transit.refused(TransitRefusal.SENDER_UNKNOWN));
        ask(hop.hash, good);
        assertEquals(2, hop.transit.refused(TransitRefusal.OURSELVES));
        assertEquals(0, net.letters.size());
        assertEquals(0, hop.transit.size());
    }

    @Test
    void aRecordOfBothEndsIsMalformed() {
        byte[] clear = request(TunnelRole.GATEWAY, 10).encodeShort(net.entropy);
        clear[40] = (byte) 0xc0;
        X25519KeyPair ephemeral = X25519KeyPair.generate(net.entropy);
        byte[] record = BuildRecord.seal(hop.hop(), clear, false, ephemeral).record();
        hop.transit.onBuild(before, message(record), net.now, net.nowMillis());
        assertEquals(1, hop.transit.refused(TransitRefusal.MALFORMED));
        assertEquals(0, net.letters.size());
    }

    @Test
    void aGatewayMayBeAskedInGarlicAndByItsPredecessorToo() {
        ask(null, request(TunnelRole.GATEWAY, 10));
        ask(before, request(TunnelRole.GATEWAY, 11));
        assertEquals(2, hop.transit.size());
        assertEquals(2, sentAndReleased());
    }

    @Test
    void aRequestCountsOnce() {
        byte[] record = seal(request(TunnelRole.PARTICIPANT, 10)).record();
        for (int i = 0; i < 3; i++) {
            hop.transit.onBuild(before, message(record), net.now, net.nowMillis());
        }
        assertEquals(1, sentAndReleased());
        assertEquals(2, hop.transit.refused(TransitRefusal.REPEATED));
    }

    @Test
    void aRequestThatComesTwiceWhileTheFirstIsOpenedCountsOnceToo() {
        byte[] record = seal(request(TunnelRole.PARTICIPANT, 10)).record();
        TransitBuild first = hop.transit.begin(before, message(record), net.now, net.nowMillis());
        TransitBuild second = hop.transit.begin(before, message(record), net.now, net.nowMillis());
        first.open();
        second.open();
        hop.transit.finish(second, net.now, net.nowMillis());
        hop.transit.finish(first, net.now, net.nowMillis());
        assertEquals(1, sentAndReleased());
        assertEquals(1, hop.transit.refused(TransitRefusal.REPEATED));
    }

    @Test
    void whatIsNotSealedForUsIsDropped() {
        byte[] record = seal(request(TunnelRole.PARTICIPANT, 10)).record();
        record[100] ^= 1;
        hop.transit.onBuild(before, message(record), net.now, net.nowMillis());
        assertEquals(1, hop.transit.refused(TransitRefusal.NOT_SEALED_FOR_US));
        hop.transit.onBuild(before, message(new byte[218]), net.now, net.nowMillis());
        assertEquals(1, hop.transit.refused(TransitRefusal.NOT_FOR_US));
        I2npMessage cut =
                new I2npMessage(ShortTunnelBuild.TYPE, 1, net.nowMillis(), Unpooled.wrappedBuffer(new byte[9]));
        hop.transit.onBuild(before, cut, net.now, net.nowMillis());
        assertEquals(1, hop.transit.refused(TransitRefusal.MALFORMED));
    }

    @Test
    void aNeighbourThatAsksTooOftenIsNotHeardAndOthersAre() {
        for (int i = 0; i < 400; i++) {
            hop.transit.onBuild(before, message(new byte[218]), net.now, net.nowMillis());
        }
        assertEquals(100, hop.transit.refused(TransitRefusal.THROTTLED));
        ask(Hash.of(new byte[] {9}), request(TunnelRole.PARTICIPANT, 10));
        assertEquals(1, sentAndReleased());
        net.pass(10, TimeUnit.SECONDS);
        ask(before, request(TunnelRole.PARTICIPANT, 11));
        assertEquals(1, sentAndReleased());
    }

    @Test
    void noMoreRequestsAreOpenedThanTheLaneCanWaitFor() {
        List<TransitBuild> opening = new ArrayList<>();
        for (int i = 0; i < 257; i++) {
            TransitBuild build = hop.transit.begin(
                    before,
                    message(seal(request(TunnelRole.PARTICIPANT, 10 + i)).record()),
                    net.now,
                    net.nowMillis());
            if (build != null) {
                opening.add(build);
            }
        }
        assertEquals(256, opening.size());
        assertEquals(1, hop.transit.refused(TransitRefusal.BUSY));
        opening.get(0).open();
        hop.transit.finish(opening.get(0), net.now, net.nowMillis());
        assertNotNull(hop.transit.begin(
                before, message(seal(request(TunnelRole.PARTICIPANT, 5000)).record()), net.now, net.nowMillis()));
        sentAndReleased();
    }

    @Test
    void whatThereIsNoRoomForIsAnsweredWithANo() {
        TunnelNet.Node small = net.node(new TransitConfig(2, 1000, 1 << 20));
        for (int i = 0; i < 3; i++) {
            net.run(net.outboundBuild(List.of(small), BandwidthOptions.NONE));
        }
        assertEquals(2, small.transit.size());
        assertEquals(1, small.transit.refused(TransitRefusal.FULL));
        assertEquals(Congestion.REFUSES_ALL, small.transit.congestion(net.now));
    }

    @Test
    void aNeighbourHasItsShareOfTunnels() {
        for (int i = 0; i < 70; i++) {
            ask(before, request(TunnelRole.ENDPOINT, 10 + i));
        }
        assertEquals(64, hop.transit.size());
        assertEquals(6, hop.transit.refused(TransitRefusal.NEIGHBOUR_SHARE));
        assertEquals(70, sentAndReleased());
        net.pass(10, TimeUnit.MINUTES);
        assertEquals(0, hop.transit.size());
        ask(before, request(TunnelRole.ENDPOINT, 10));
        assertEquals(1, hop.transit.size());
        sentAndReleased();
    }

    @Test
    void aTunnelIdIsTakenOnce() {
        ask(before, request(TunnelRole.PARTICIPANT, 10));
        ask(before, request(TunnelRole.PARTICIPANT, 10));
        assertEquals(1, hop.transit.size());
        assertEquals(1, hop.transit.refused(TransitRefusal.TUNNEL_ID_TAKEN));
        sentAndReleased();
    }

    @Test
    void aBusyRouterRefusesMoreAndMore() {
        int[] refused = new int[3];
        int[] loads = {70, 85, 100};
        int id = 1;
        for (int l = 0; l < loads.length; l++) {
            hop.load = loads[l];
            long before = hop.transit.refused(TransitRefusal.CONGESTED);
            for (int i = 0; i < 40; i++) {
                net.pass(10, TimeUnit.MINUTES);
                ask(this.before, request(TunnelRole.PARTICIPANT, id++));
            }
            refused[l] = (int) (hop.transit.refused(TransitRefusal.CONGESTED) - before);
        }
        assertEquals(0, refused[0]);
        assertTrue(refused[1] > 8 && refused[1] < 32, refused[1] + " of 40");
        assertEquals(40, refused[2]);
        sentAndReleased();
    }

    @Test
    void theCongestionThatIsPublishedFollowsTheLoadOfMinutes() {
        Map<Integer, Congestion> expected =
                Map.of(0, Congestion.NONE, 71, Congestion.MEDIUM, 91, Congestion.HIGH, 100, Congestion.HIGH);
        assertEquals(Congestion.NONE, hop.transit.congestion(net.now));
        expected.forEach((load, congestion) -> {
            hop.load = load;
            for (int second = 0; second < 20 * 60; second += 10) {
                net.now += TimeUnit.SECONDS.toNanos(10);
                hop.transit.congestion(net.now);
            }
            assertEquals(congestion, hop.transit.congestion(net.now), "load " + load);
            hop.load = 100 - load;
            net.now += TimeUnit.SECONDS.toNanos(1);
            assertEquals(congestion, hop.transit.congestion(net.now), "a moment does not count");
        });
        hop.accepts = false;
        assertEquals(Congestion.REFUSES_ALL, hop.transit.congestion(net.now));
    }

    @Test
    void bandwidthInWordsThatMeanNothingIsRefused() throws WireException {
        for (Map<String, String> options :
                List.of(Map.of("m", "much"), Map.of("m", "10", "r", "5"), Map.of("r", "0"), Map.of("l", "-1"))) {
            BuildRequest bad =
                    new BuildRequest(10, 20, after, TunnelRole.PARTICIPANT, 0, minutes(), 600, 30, Mapping.of(options));
            ask(before, bad);
        }
        assertEquals(4, hop.transit.refused(TransitRefusal.BAD_BANDWIDTH));
        assertEquals(4, sentAndReleased());
        assertEquals(0, hop.transit.size());
    }

    @Test
    void bandwidthIsReservedWithinBoundsAndTakenBackWhenNobodyUsesIt() throws WireException {
        TunnelNet.Node small = net.node(new TransitConfig(1000, 100, 1 << 20));
        int accepted = 0;
        for (int i = 0; i < 60; i++) {
            TunnelBuild build = net.outboundBuild(List.of(small), new BandwidthOptions(5, 0, 0));
            accepted += net.run(build) instanceof BuildVerdict.Accepted ? 1 : 0;
        }
        assertEquals(40, accepted);
        assertEquals(200, small.transit.status(net.now).reservedKbps());
        net.pass(3, TimeUnit.MINUTES);
        assertEquals(40, small.transit.status(net.now).reservedKbps());
        net.pass(8, TimeUnit.MINUTES);
        assertEquals(0, small.transit.status(net.now).reservedKbps());
    }

    @Test
    void aTunnelWhoseNextHopCannotBeReachedIsForgotten() {
        hop.reachesNobody = true;
        ask(before, request(TunnelRole.PARTICIPANT, 10));
        assertEquals(0, hop.transit.size());
        assertEquals(1, hop.transit.refused(TransitRefusal.NOT_SENT));
        assertEquals(0, hop.transit.status(net.now).accepted());
    }

    // cells

    @Test
    void aParticipantPutsItsLayerOnInPlaceAndKeepsTheTime() throws WireException {
        HopKeys keys = join(TunnelRole.PARTICIPANT, 10);
        byte[] cell = net.entropy.bytes(1024);
        assertTrue(give(before, cell(10, cell)));
        TunnelNet.Letter letter = net.letters.remove();
        assertEquals(after, letter.to());
        assertEquals(net.nowMillis() + 5_000, letter.message().expirationMillis());
        assertTrue(letter.message().id() != 4);
        TunnelData passed = TunnelData.decode(letter.message().body());
        assertEquals(20, passed.tunnelId());
        LayerCipher.encrypting(keys).apply(cell, 0);
        assertArrayEquals(cell, ByteBufUtil.getBytes(passed.data()));
        passed.release();
        letter.message().release();
    }

    @Test
    void cellsOfStrangersOfTheWrongKindAndOfNoTunnelAreDropped() {
        join(TunnelRole.PARTICIPANT, 10);
        join(TunnelRole.GATEWAY, 11);
        assertTrue(give(after, cell(10, net.entropy.bytes(1024))));
        assertTrue(give(null, cell(10, net.entropy.bytes(1024))));
        assertTrue(give(before, cell(11, net.entropy.bytes(1024))));
        assertEquals(3, dropped(TunnelDrop.CELL_FROM_STRANGER));
        assertFalse(give(before, cell(12, net.entropy.bytes(1024))));
        assertEquals(1, hop.transit.status(net.now).unknownCells());
        assertFalse(give(before, new I2npMessage(TunnelData.TYPE, 1, net.nowMillis(), Unpooled.buffer(3))));
        assertEquals(0, net.letters.size());
    }

    @Test
    void aCellIsCarriedOnceEvenIfIvAndFirstBlockAreChangedAlike() {
        join(TunnelRole.PARTICIPANT, 10);
        byte[] cell = net.entropy.bytes(1024);
        give(before, cell(10, cell));
        give(before, cell(10, cell));
        for (int i = 0; i < 16; i++) {
            cell[i] ^= 0x55;
            cell[16 + i] ^= 0x55;
        }
        give(before, cell(10, cell));
        assertEquals(2, dropped(TunnelDrop.CELL_REPEATED));
        assertEquals(1, sentAndReleased());
    }

    @Test
    void aTunnelEndsAfterTenMinutesToTheSecond() {
        join(TunnelRole.PARTICIPANT, 10);
        net.now += TimeUnit.SECONDS.toNanos(599);
        assertTrue(give(before, cell(10, net.entropy.bytes(1024))));
        net.now += TimeUnit.SECONDS.toNanos(1);
        assertFalse(give(before, cell(10, net.entropy.bytes(1024))), "before any timer ran");
        assertEquals(1, sentAndReleased());
        hop.transit.handleTimeout(net.now, net.nowMillis());
        assertEquals(0, hop.transit.size());
        assertEquals(Long.MAX_VALUE, hop.transit.nextTimeout());
    }

    @Test
    void aFloodIsCutToTheSharedBandwidth() {
        TunnelNet.Node narrow = net.node(new TransitConfig(100, 50, 1 << 20));
        List<TunnelNet.Node> through = List.of(narrow, net.node());
        OutboundTunnel tunnel = net.outbound(through);
        for (int second = 0; second < 30; second++) {
            for (int i = 0; i < 200; i++) {
                net.send(tunnel, new TunnelDelivery.ToRouter(net.self), data(900));
                net.toCreator.forEach(letter -> letter.message().release());
                net.toCreator.clear();
            }
            net.pass(1, TimeUnit.SECONDS);
        }
        TransitStatus status = narrow.transit.status(net.now);
        assertTrue(status.cells() > 1300 && status.cells() < 1700, status.cells() + " cells in 30 s");
        assertTrue(status.usedKbps() >= 45 && status.usedKbps() <= 55, status.usedKbps() + " KB per second");
        tunnel.destroy();
    }

    @Test
    void anEndpointOpensOnlyWholeCells() {
        HopKeys keys = join(TunnelRole.ENDPOINT, 10);
        give(before, cell(10, net.entropy.bytes(1024)));
        byte[] good = forEndpoint(keys, new TunnelDelivery.ToRouter(after), data(10));
        good[1000] ^= 1;
        give(before, cell(10, good));
        assertEquals(2, dropped(TunnelDrop.CELL_DAMAGED));
        assertEquals(0, net.letters.size());
    }

    @Test
    void anEndpointSendsNoCellsAndNothingStaleAndNothingForItselfUnderALocalName() {
        HopKeys keys = join(TunnelRole.ENDPOINT, 10);
        TunnelDelivery there = new TunnelDelivery.ToRouter(after);
        give(before, cell(10, forEndpoint(keys, TunnelDelivery.LOCAL, data(10))));
        assertEquals(1, dropped(TunnelDrop.DELIVERY_LOCAL));
        I2npMessage inner = new I2npMessage(TunnelData.TYPE, 1, net.nowMillis(), Unpooled.wrappedBuffer(new byte[100]));
        give(before, cell(10, forEndpoint(keys, there, inner)));
        assertEquals(1, dropped(TunnelDrop.FORBIDDEN_TYPE));
        for (long time : List.of(net.nowMillis() - 61_000, net.nowMillis() + 181_000, Long.MAX_VALUE)) {
            I2npMessage timed = new I2npMessage(DataMessage.TYPE, 1, time, Unpooled.buffer());
            give(before, cell(10, forEndpoint(keys, there, timed)));
        }
        assertEquals(3, dropped(TunnelDrop.EXPIRED));
        assertEquals(0, net.letters.size());
    }

    @Test
    void whatATunnelBringsForTheEndpointItselfComesFromNobody() {
        HopKeys keys = join(TunnelRole.ENDPOINT, 10);
        give(before, cell(10, forEndpoint(keys, new TunnelDelivery.ToRouter(hop.hash), data(10))));
        assertEquals(List.of(DataMessage.TYPE), hop.takeTypes());
        give(before, cell(10, forEndpoint(keys, new TunnelDelivery.ToTunnel(hop.hash, 77), data(10))));
        assertEquals(List.of(TunnelGateway.TYPE), hop.takeTypes());
        join(TunnelRole.GATEWAY, 78);
        give(before, cell(10, forEndpoint(keys, new TunnelDelivery.ToTunnel(hop.hash, 78), data(10))));
        assertEquals(List.of(), hop.takeTypes());
        hop.transit.flush(net.nowMillis());
        assertEquals(1, sentAndReleased());
    }

    // gateways

    @Test
    void aGatewayTakesFromAnyoneAndPacksWhatCameAtOneTime() {
        join(TunnelRole.GATEWAY, 10);
        for (int i = 0; i < 5; i++) {
            assertTrue(hop.transit.onTunnelGateway(new TunnelGateway(10, data(100)), net.now, net.nowMillis()));
        }
        assertEquals(0, net.letters.size());
        hop.transit.flush(net.nowMillis());
        TunnelNet.Letter letter = net.letters.remove();
        assertEquals(TunnelData.TYPE, letter.message().typeCode());
        assertEquals(20, letter.message().body().getInt(0));
        assertEquals(
                net.nowMillis() + OutboundTunnel.CELL_LIFETIME_MILLIS,
                letter.message().expirationMillis());
        letter.message().release();
        assertEquals(0, net.letters.size());
        hop.transit.flush(net.nowMillis());
        assertEquals(0, net.letters.size());
    }

    @Test
    void whatWaitsIsSentByTheTimerAtTheLatest() {
        join(TunnelRole.GATEWAY, 10);
        hop.transit.onTunnelGateway(new TunnelGateway(10, data(100)), net.now, net.nowMillis());
        hop.transit.handleTimeout(net.now, net.nowMillis());
        assertEquals(1, sentAndReleased());
    }

    @Test
    void messagesForNoGatewayStayTheCallers() {
        join(TunnelRole.PARTICIPANT, 10);
        for (int id : List.of(10, 11)) {
            TunnelGateway gateway = new TunnelGateway(id, data(5));
            assertFalse(hop.transit.onTunnelGateway(gateway, net.now, net.nowMillis()));
            gateway.release();
        }
        assertEquals(2, hop.transit.status(net.now).unknownCells());
    }

    @Test
    void aGatewayTakesNothingStale() {
        join(TunnelRole.GATEWAY, 10);
        for (long time : List.of(0L, net.nowMillis() - 61_000, Long.MAX_VALUE)) {
            I2npMessage stale = new I2npMessage(DataMessage.TYPE, 1, time, Unpooled.buffer());
            assertTrue(hop.transit.onTunnelGateway(new TunnelGateway(10, stale), net.now, net.nowMillis()));
        }
        assertEquals(3, dropped(TunnelDrop.EXPIRED));
    }

    @Test
    void afterTheEndNothingIsThere() {
        join(TunnelRole.GATEWAY, 10);
        hop.transit.onTunnelGateway(new TunnelGateway(10, data(100)), net.now, net.nowMillis());
        hop.transit.destroy();
        hop.transit.flush(net.nowMillis());
        assertEquals(0, net.letters.size());
        assertEquals(0, hop.transit.size());
        assertEquals(Map.of(), hop.transit.status(net.now).tunnels());
    }

    @Test
    void nothingIsToldBeforeAnAnswerIsKnown() {
        TransitBuild build = hop.transit.begin(
                before, message(seal(request(TunnelRole.PARTICIPANT, 10)).record()), net.now, net.nowMillis());
        assertNull(build.request());
        assertEquals(1, hop.transit.status(net.now).opening());
        build.open();
        hop.transit.finish(build, net.now, net.nowMillis());
        assertEquals(0, hop.transit.status(net.now).opening());
        assertInstanceOf(BuildRequest.class, build.request());
        sentAndReleased();
    }
}
