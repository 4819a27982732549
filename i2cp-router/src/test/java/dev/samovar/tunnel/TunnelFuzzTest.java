package dev.samovar.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.Mapping;
import dev.samovar.i2np.DataMessage;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.TunnelData;
import dev.samovar.i2np.TunnelGateway;
import dev.samovar.testkit.Fuzz;
import dev.samovar.testkit.SeededEntropy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every decoder against damaged input, and whole tunnels against a wire that loses, doubles, changes and misleads. */
class TunnelFuzzTest {

    private static final long SEED = 20261128;
    private static final int ROUNDS = 8_000;

    @FunctionalInterface
    private interface Decoder {
        void decode(byte[] bytes) throws WireException;
    }

    private static void fuzz(Decoder decoder, byte[] good) {
        Random random = new Random(SEED);
        int decoded = 0;
        for (int round = 0; round < ROUNDS; round++) {
            try {
                decoder.decode(Fuzz.mutate(good, random));
                decoded++;
            } catch (WireException expected) {
                // the only way out
            } catch (RuntimeException bug) {
                fail("seed " + SEED + ", round " + round, bug);
            }
        }
        assertTrue(decoded > 0, "nothing was decoded at all");
    }

    private static BuildRequest request() throws WireException {
        return new BuildRequest(
                1,
                2,
                Hash.of(new byte[1]),
                TunnelRole.GATEWAY,
                0,
                29_000_000,
                600,
                3,
                Mapping.of(Map.of("m", "10", "r", "20", "l", "30")));
    }

    @Test
    void buildRequests() throws WireException {
        SeededEntropy entropy = new SeededEntropy(SEED);
        fuzz(
                bytes -> BandwidthOptions.of(BuildRequest.decodeShort(bytes).options()),
                request().encodeShort(entropy));
        byte[] clear = entropy.bytes(BuildRequest.LONG_LENGTH);
        clear[152] = 0;
        clear[168] = clear[169] = 0;
        fuzz(BuildRequest::decodeLong, clear);
    }

    @Test
    void buildReplies() {
        byte[] good = new BuildReply(0, BandwidthOptions.available(77)).encode(202, new SeededEntropy(SEED));
        fuzz(bytes -> BuildReply.decode(bytes).availableKbps(), good);
    }

    @Test
    void deliveryInstructions() {
        for (DeliveryInstructions good : List.of(
                DeliveryInstructions.whole(new TunnelDelivery.ToTunnel(Hash.of(new byte[1]), 5), 9),
                DeliveryInstructions.first(new TunnelDelivery.ToRouter(Hash.of(new byte[1])), 4, 9),
                DeliveryInstructions.later(7, true, 4, 9))) {
            ByteBuf out = Unpooled.buffer();
            good.encode(out);
            fuzz(bytes -> DeliveryInstructions.decode(Unpooled.wrappedBuffer(bytes)), ByteBufUtil.getBytes(out));
        }
    }

    @Test
    void answersToBuilds() {
        TunnelNet net = new TunnelNet(SEED);
        Random random = new Random(SEED);
        for (boolean inbound : List.of(true, false)) {
            TunnelBuild build = inbound
                    ? net.inboundBuild(net.nodes(3), BandwidthOptions.NONE)
                    : net.outboundBuild(net.nodes(3), BandwidthOptions.NONE);
            List<byte[]> good = build.request().records();
            for (int round = 0; round < 500; round++) {
                List<byte[]> answer = new ArrayList<>(good);
                int slot = random.nextInt(answer.size());
                byte[] changed = good.get(slot).clone();
                changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
                answer.set(slot, changed);
                assertTrue(build.read(answer) instanceof BuildVerdict.Damaged, "seed " + SEED);
            }
        }
        net.close();
    }

    /** Whoever holds a hop's keys may write what he likes under its seal. */
    @Test
    void requestsUnderAGoodSeal() throws WireException {
        TunnelNet net = new TunnelNet(SEED);
        TunnelNet.Node node = net.node();
        Random random = new Random(SEED);
        byte[] good = request().encodeShort(net.entropy);
        good[44] = 0;
        for (int round = 0; round < 1500; round++) {
            byte[] clear = java.util.Arrays.copyOf(Fuzz.mutate(good, random), BuildRequest.SHORT_LENGTH);
            if (random.nextBoolean()) {
                ByteBuf fields = Unpooled.wrappedBuffer(clear);
                fields.setInt(0, random.nextInt());
                fields.setInt(44, (int) TimeUnit.MILLISECONDS.toMinutes(net.nowMillis()));
            }
            byte[] record = BuildRecord.seal(
                            node.hop(), clear, false, dev.samovar.crypto.X25519KeyPair.generate(net.entropy))
                    .record();
            I2npMessage message = new dev.samovar.i2np.ShortTunnelBuild(List.of(record)).toMessage(1, 1);
            node.transit.onBuild(random.nextBoolean() ? null : net.self, message, net.now, net.nowMillis());
            net.pass(random.nextInt(20_000), TimeUnit.MILLISECONDS);
            net.run();
        }
        assertTrue(
                node.transit.status(net.now).accepted() > 100,
                node.transit.status(net.now).toString());
        settle(net);
    }

    /** Builds, cells and messages in any order over a bad wire. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void tunnelsOverABadWire(long seed) {
        TunnelNet net = new TunnelNet(seed);
        Random random = new Random(seed);
        List<TunnelNet.Node> nodes = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            nodes.add(net.node(new TransitConfig(40 + 10 * i, 200 + 300 * i, 100_000)));
        }
        List<OutboundTunnel> out = new ArrayList<>();
        List<InboundTunnel> in = new ArrayList<>();
        try {
            for (int step = 0; step < 800; step++) {
                net.wire = step % 3 == 0
                        ? (letter, wire) -> wire.arrive(letter)
                        : (letter, wire) -> spoil(letter, wire, random);
                step(net, nodes, out, in, random);
                out.removeIf(tunnel -> ends(tunnel, net));
                in.removeIf(tunnel -> ends(tunnel, net));
                net.delivered.forEach(I2npMessage::release);
                net.delivered.clear();
                net.nodes.values().forEach(TunnelNet.Node::takeTypes);
            }
            long carried = nodes.stream()
                    .mapToLong(node -> node.transit.status(net.now).cells())
                    .sum();
            assertTrue(carried > 500, carried + " cells: the wire was too bad to test anything");
        } catch (RuntimeException | AssertionError bug) {
            fail("seed " + seed, bug);
        }
        in.forEach(InboundTunnel::destroy);
        net.inbound.clear();
        out.forEach(OutboundTunnel::destroy);
        assertEquals(0, net.memory.fragmentBytes(), "seed " + seed);
        settle(net);
    }

    private static boolean ends(OutboundTunnel tunnel, TunnelNet net) {
        if (tunnel.isAlive(net.now)) {
            return false;
        }
        tunnel.destroy();
        return true;
    }

    private static boolean ends(InboundTunnel tunnel, TunnelNet net) {
        if (tunnel.isAlive(net.now)) {
            return false;
        }
        tunnel.destroy();
        net.inbound.remove(tunnel.receiveTunnelId());
        return true;
    }

    private static void step(
            TunnelNet net,
            List<TunnelNet.Node> nodes,
            List<OutboundTunnel> out,
            List<InboundTunnel> in,
            Random random) {
        List<TunnelNet.Node> through = new ArrayList<>(nodes);
        java.util.Collections.shuffle(through, random);
        through = through.subList(0, 1 + random.nextInt(4));
        BandwidthOptions bandwidth = random.nextInt(4) == 0 ? new BandwidthOptions(1, 5, 50) : BandwidthOptions.NONE;
        switch (random.nextInt(8)) {
            case 0 -> {
                TunnelBuild build = net.outboundBuild(through, bandwidth);
                if (net.run(build) instanceof BuildVerdict.Accepted accepted) {
                    out.add(OutboundTunnel.of(build, accepted, net.entropy));
                }
                build.destroy();
            }
            case 1 -> {
                TunnelBuild build = net.inboundBuild(through, bandwidth);
                if (net.run(build) instanceof BuildVerdict.Accepted accepted) {
                    InboundTunnel tunnel = InboundTunnel.of(build, accepted, net.memory);
                    net.inbound.put(tunnel.receiveTunnelId(), tunnel);
                    in.add(tunnel);
                }
                build.destroy();
            }
            case 2 -> net.pass(random.nextInt(12_000), TimeUnit.MILLISECONDS);
            case 3 -> {
                TunnelNet.Node node = nodes.get(random.nextInt(nodes.size()));
                node.load = random.nextInt(4) == 0 ? 60 + random.nextInt(50) : 0;
                node.reachesNobody = random.nextInt(10) == 0;
            }
            case 4 -> rubbish(net, nodes, random);
            default -> send(net, nodes, out, in, random);
        }
        net.run();
    }

    private static void send(
            TunnelNet net,
            List<TunnelNet.Node> nodes,
            List<OutboundTunnel> out,
            List<InboundTunnel> in,
            Random random) {
        I2npMessage message = new I2npMessage(
                random.nextInt(10) == 0 ? random.nextInt(256) : DataMessage.TYPE,
                random.nextInt(),
                net.nowMillis() + random.nextInt(60_000),
                Unpooled.wrappedBuffer(new byte[random.nextInt(10) == 0 ? 20_000 : random.nextInt(1500)]));
        TunnelNet.Node node = nodes.get(random.nextInt(nodes.size()));
        TunnelDelivery delivery = new TunnelDelivery.ToRouter(node.hash);
        if (!in.isEmpty() && random.nextBoolean()) {
            InboundTunnel to = in.get(random.nextInt(in.size()));
            if (random.nextBoolean() && message.body().readableBytes() <= TunnelGateway.MAX_BODY) {
                net.post(
                        net.self,
                        to.gateway(),
                        new TunnelGateway(to.gatewayTunnelId(), message).toMessage(5, net.nowMillis() + 9_000));
                return;
            }
            delivery = new TunnelDelivery.ToTunnel(to.gateway(), to.gatewayTunnelId());
        }
        if (out.isEmpty()) {
            message.release();
            return;
        }
        net.send(out.get(random.nextInt(out.size())), delivery, message);
    }

    private static void rubbish(TunnelNet net, List<TunnelNet.Node> nodes, Random random) {
        int[] types = {18, 19, 21, 23, 24, 25, 26};
        int type = types[random.nextInt(types.length)];
        byte[] body = net.entropy.bytes(type == TunnelData.TYPE ? 1028 : random.nextInt(2000));
        TunnelNet.Node node = nodes.get(random.nextInt(nodes.size()));
        if (body.length > 20 && random.nextBoolean()) {
            body[0] = 4;
            System.arraycopy(node.hash.toBytes(), 0, body, 1, 16);
        }
        net.post(
                random.nextBoolean() ? net.self : nodes.get(0).hash,
                node.hash,
                new I2npMessage(type, 1, net.nowMillis(), Unpooled.wrappedBuffer(body)));
    }

    private static void spoil(TunnelNet.Letter letter, TunnelNet net, Random random) {
        I2npMessage message = letter.message();
        switch (random.nextInt(20)) {
            case 0 -> message.release();
            case 1 -> {
                I2npMessage copy = new I2npMessage(
                        message.typeCode(),
                        message.id(),
                        message.expirationMillis(),
                        message.body().copy());
                net.arrive(letter);
                net.arrive(new TunnelNet.Letter(letter.from(), letter.to(), copy));
            }
            case 2 -> {
                byte[] changed = Fuzz.mutate(ByteBufUtil.getBytes(message.body()), random);
                message.release();
                if (changed.length <= I2npMessage.MAX_BODY) {
                    net.arrive(new TunnelNet.Letter(
                            letter.from(),
                            letter.to(),
                            new I2npMessage(
                                    message.typeCode(),
                                    message.id(),
                                    message.expirationMillis(),
                                    Unpooled.wrappedBuffer(changed))));
                }
            }
            case 3 -> net.arrive(new TunnelNet.Letter(Hash.of(new byte[] {9}), letter.to(), message));
            case 4 -> net.arrive(new TunnelNet.Letter(null, letter.to(), message));
            default -> net.arrive(letter);
        }
    }

    /** After the life of the last tunnel nothing is there. */
    private static void settle(TunnelNet net) {
        net.wire = (letter, wire) -> wire.arrive(letter);
        net.run();
        net.pass(11, TimeUnit.MINUTES);
        for (TunnelNet.Node node : net.nodes.values()) {
            TransitStatus status = node.transit.status(net.now);
            assertEquals(Map.of(), status.tunnels());
            assertEquals(0, status.reservedKbps());
            assertEquals(0, status.opening());
            assertEquals(0, node.transit.fragmentBytes());
        }
        net.close();
    }
}
