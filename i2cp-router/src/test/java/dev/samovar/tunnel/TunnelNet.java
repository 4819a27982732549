package dev.samovar.tunnel;

import dev.samovar.base.WireException;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.garlic.GarlicBlock;
import dev.samovar.garlic.GarlicClove;
import dev.samovar.garlic.OneTimeGarlic;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.OutboundTunnelBuildReply;
import dev.samovar.i2np.ShortTunnelBuild;
import dev.samovar.i2np.TunnelData;
import dev.samovar.i2np.TunnelGateway;
import dev.samovar.i2np.VariableTunnelBuild;
import dev.samovar.testkit.SeededEntropy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Routers that are hops, and a creator, with a wire between them that can lose, change, double and hold back. One thread; the
 * time stands until a test moves it.
 */
final class TunnelNet {

    /** What happens to a message on the wire; by default it arrives. */
    interface Wire {
        void carry(Letter letter, TunnelNet net);
    }

    record Letter(Hash from, Hash to, I2npMessage message) {}

    /** A router that is nothing but a hop. */
    final class Node implements TransitPort {

        final Hash hash;
        final X25519KeyPair keys;
        final TransitTunnels transit;
        /** What came for the router itself, from peers and by tunnels. */
        final List<I2npMessage> received = new ArrayList<>();

        boolean accepts = true;
        boolean reachesNobody;
        int load;

        Node(int number, TransitConfig config) {
            keys = X25519KeyPair.generate(entropy);
            hash = Hash.of(("router " + number).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            transit = new TransitTunnels(config, this, keys, entropy);
        }

        TunnelHop hop() {
            return hop(BandwidthOptions.NONE);
        }

        TunnelHop hop(BandwidthOptions bandwidth) {
            return new TunnelHop(hash, keys.publicKey(), entropy.nonZeroInt(), bandwidth);
        }

        @Override
        public Hash self() {
            return hash;
        }

        @Override
        public boolean send(Hash router, I2npMessage message) {
            if (reachesNobody) {
                message.release();
                return false;
            }
            post(hash, router, message);
            return true;
        }

        @Override
        public void receive(I2npMessage message) {
            received.add(message);
        }

        @Override
        public boolean acceptsTransit() {
            return accepts;
        }

        @Override
        public int loadPercent() {
            return load;
        }

        void handle(Hash from, I2npMessage message) throws WireException {
            switch (message.typeCode()) {
                case ShortTunnelBuild.TYPE, VariableTunnelBuild.TYPE ->
                    transit.onBuild(from, message, now, nowMillis());
                case TunnelData.TYPE -> {
                    if (!transit.onTunnelData(from, message, now, nowMillis())) {
                        message.release();
                    }
                }
                case TunnelGateway.TYPE -> {
                    TunnelGateway gateway = TunnelGateway.decode(message.body());
                    message.release();
                    if (!transit.onTunnelGateway(gateway, now, nowMillis())) {
                        gateway.release();
                    }
                    transit.flush(nowMillis());
                }
                default -> received.add(message);
            }
        }

        /** Types of what came for the router, which are released. */
        List<Integer> takeTypes() {
            List<Integer> types = received.stream().map(I2npMessage::typeCode).toList();
            received.forEach(I2npMessage::release);
            received.clear();
            return types;
        }
    }

    final SeededEntropy entropy;
    final Map<Hash, Node> nodes = new HashMap<>();
    final Queue<Letter> letters = new ArrayDeque<>();
    final Hash self = Hash.of(new byte[] {1});
    final TunnelMemory memory = new TunnelMemory(7, 1 << 16, 1 << 22);
    /** What came for the creator and is no cell. */
    final List<Letter> toCreator = new ArrayList<>();

    final Map<Integer, InboundTunnel> inbound = new HashMap<>();
    /** What came down the creator's tunnels. */
    final List<I2npMessage> delivered = new ArrayList<>();

    Wire wire = (letter, net) -> net.arrive(letter);
    long now = 1;
    private int number;

    TunnelNet(long seed) {
        entropy = new SeededEntropy(seed);
    }

    long nowMillis() {
        return 1_767_225_600_000L + TimeUnit.NANOSECONDS.toMillis(now);
    }

    void pass(long duration, TimeUnit unit) {
        now += unit.toNanos(duration);
        nodes.values().forEach(node -> node.transit.handleTimeout(now, nowMillis()));
    }

    Node node(TransitConfig config) {
        Node node = new Node(number++, config);
        nodes.put(node.hash, node);
        return node;
    }

    Node node() {
        return node(new TransitConfig(5000, 100_000, 1 << 20));
    }

    List<Node> nodes(int count) {
        List<Node> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(node());
        }
        return all;
    }

    private static List<TunnelHop> hops(List<Node> through, BandwidthOptions bandwidth) {
        return through.stream().map(node -> node.hop(bandwidth)).toList();
    }

    void post(Hash from, Hash to, I2npMessage message) {
        letters.add(new Letter(from, to, message));
    }

    /** Carries messages until none is under way. */
    void run() {
        for (Letter letter; (letter = letters.poll()) != null; ) {
            wire.carry(letter, this);
        }
    }

    void arrive(Letter letter) {
        try {
            Node node = nodes.get(letter.to);
            if (node != null) {
                node.handle(letter.from, letter.message);
            } else if (letter.to.equals(self)) {
                toUs(letter);
            } else {
                letter.message.release();
            }
        } catch (WireException malformed) {
            letter.message.release();
        }
    }

    private void toUs(Letter letter) throws WireException {
        if (letter.message.typeCode() != TunnelData.TYPE) {
            toCreator.add(letter);
            return;
        }
        TunnelData cell = TunnelData.decode(letter.message.body());
        letter.message.release();
        InboundTunnel tunnel = inbound.get(cell.tunnelId());
        if (tunnel == null) {
            cell.release();
        } else {
            tunnel.accept(letter.from, cell, now, delivered::add);
        }
    }

    /** Sends the request of a build and gives back what the answer says; null when none came. */
    BuildVerdict run(TunnelBuild build) {
        post(self, build.hops().get(0).router(), build.request().toMessage(entropy.nonZeroInt(), nowMillis() + 10_000));
        run();
        BuildVerdict verdict = null;
        for (Letter letter : toCreator) {
            List<byte[]> answer = answer(build, letter.message);
            letter.message.release();
            if (answer != null) {
                verdict = build.read(answer);
            }
        }
        toCreator.clear();
        return verdict;
    }

    /** The records in a message that answers this build; null in another. */
    private static List<byte[]> answer(TunnelBuild build, I2npMessage message) {
        try {
            if (build.isInbound()) {
                return message.typeCode() == ShortTunnelBuild.TYPE && message.id() == build.messageId()
                        ? ShortTunnelBuild.decode(message.body()).records()
                        : null;
            }
            if (message.typeCode() != TunnelGateway.TYPE) {
                return null;
            }
            TunnelGateway gateway = TunnelGateway.decode(message.body());
            byte[] data = Garlic.decode(gateway.message().body()).data();
            gateway.release();
            List<GarlicBlock> blocks = OneTimeGarlic.open(build.replyKey().key(), data);
            GarlicClove clove = (GarlicClove) blocks.get(0);
            List<byte[]> records = clove.message().id() == build.messageId()
                    ? OutboundTunnelBuildReply.decode(clove.message().body()).records()
                    : null;
            clove.message().release();
            return records;
        } catch (WireException malformed) {
            return null;
        }
    }

    /** Asks for a tunnel from us; the answer comes straight to us as the gateway of a tunnel of no hops. */
    TunnelBuild outboundBuild(List<Node> through, BandwidthOptions bandwidth) {
        return TunnelBuild.outbound(
                hops(through, bandwidth), self, 77, entropy.nonZeroInt(), now, nowMillis(), entropy);
    }

    TunnelBuild inboundBuild(List<Node> through, BandwidthOptions bandwidth) {
        return TunnelBuild.inbound(
                hops(through, bandwidth), self, entropy.nonZeroInt(), entropy.nonZeroInt(), now, nowMillis(), entropy);
    }

    OutboundTunnel outbound(List<Node> through) {
        TunnelBuild build = outboundBuild(through, BandwidthOptions.NONE);
        OutboundTunnel tunnel = OutboundTunnel.of(build, (BuildVerdict.Accepted) run(build), entropy);
        build.destroy();
        return tunnel;
    }

    InboundTunnel inbound(List<Node> through) {
        TunnelBuild build = inboundBuild(through, BandwidthOptions.NONE);
        InboundTunnel tunnel = InboundTunnel.of(build, (BuildVerdict.Accepted) run(build), memory);
        build.destroy();
        inbound.put(tunnel.receiveTunnelId(), tunnel);
        return tunnel;
    }

    /** Puts a message into a tunnel of ours and lets everything arrive. */
    void send(OutboundTunnel tunnel, TunnelDelivery delivery, I2npMessage message) {
        tunnel.send(delivery, message, nowMillis(), (router, cell) -> post(self, router, cell));
        run();
    }

    /** Ends all and releases what nobody asked for. */
    void close() {
        letters.forEach(letter -> letter.message.release());
        toCreator.forEach(letter -> letter.message.release());
        delivered.forEach(I2npMessage::release);
        nodes.values().forEach(Node::takeTypes);
        inbound.values().forEach(InboundTunnel::destroy);
        nodes.values().forEach(node -> node.transit.destroy());
    }
}
