package dev.samovar.testkit;

import dev.samovar.base.Encodings;
import dev.samovar.base.Lane;
import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.Mapping;
import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import dev.samovar.i2np.I2npMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Many routers in one thread and in virtual time, with nothing below their messages: sessions that take time to come up, fail
 * and end, and between each two routers a {@link SimLink} each way. What is above (a netDb, later tunnels) is the test's
 * {@link Handler}. Messages travel as bytes, so that the codecs are in it too; what happens depends on the world's seed alone.
 *
 * <ol>
 *   <li>{@link Node#send} uses the session that is up, waits for the one that is being made, or begins one.
 *   <li>A session is up after two and a half round trips. A dial whose packets are lost tries again after one and after three
 *       seconds; one that finds nobody fails after ten; one that is refused fails after a round trip.
 *   <li>A session ends after {@value #IDLE_MINUTES} minutes without messages; at once when its peer {@link Node#stop stops};
 *       half a minute after a message that nobody took, when the peer {@link Node#crash crashed} or the way is cut.
 * </ol>
 */
public final class SimNetwork {

    /** The id of the network that all routers say they belong to. */
    public static final int NET_ID = 23;

    public static final String VERSION = "0.9.66";

    private static final int IDLE_MINUTES = 10;
    private static final int MAX_WAITING_FOR_DIAL = 32;
    private static final long DIAL_TIMEOUT = TimeUnit.SECONDS.toNanos(10);
    private static final long[] DIAL_RETRIES = {0, TimeUnit.SECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(3)};
    private static final long DEAD_SESSION_TIMEOUT = TimeUnit.SECONDS.toNanos(30);
    private static final long IDLE_TIMEOUT = TimeUnit.MINUTES.toNanos(IDLE_MINUTES);

    /** What a router does with what the network brings. On the router's lane. */
    public interface Handler {

        /** A session is up. */
        void onConnected(RouterInfo peer, boolean inbound);

        /** A message came over a session; the handler owns it. */
        void onMessage(Hash from, I2npMessage message);

        void onDisconnected(Hash peer);

        /** Nobody was reached; what waited for the session was released. */
        void onDialFailed(Hash peer);
    }

    /** How the ways between routers are. */
    public record Quality(int latencyMillis, int jitterMillis, int lossPercent) {}

    private final SimWorld world;
    private final Quality quality;
    private final Map<Hash, Node> nodes = new LinkedHashMap<>();
    private final Map<Integer, Long> delivered = new TreeMap<>();
    private long dials;

    public SimNetwork(SimWorld world, Quality quality) {
        this.world = world;
        this.quality = quality;
    }

    public SimWorld world() {
        return world;
    }

    /** A new router, up but with no handler and knowing nobody. */
    public Node newNode(boolean floodfill) {
        Node node = new Node(nodes.size(), floodfill);
        nodes.put(node.hash(), node);
        return node;
    }

    public Collection<Node> nodes() {
        return nodes.values();
    }

    public Node node(Hash hash) {
        return nodes.get(hash);
    }

    /** Cuts, or mends, every way between a router of the one side and one of the other. */
    public void partition(Collection<Node> side, Collection<Node> other, boolean cut) {
        for (Node a : side) {
            for (Node b : other) {
                a.linkTo(b).partition(cut);
                b.linkTo(a).partition(cut);
            }
        }
    }

    /** Messages delivered so far, by type. */
    public Map<Integer, Long> delivered() {
        return delivered;
    }

    public long deliveredInAll() {
        return delivered.values().stream().mapToLong(Long::longValue).sum();
    }

    public long dials() {
        return dials;
    }

    private static final class Session {
        private long lastUsed;
        private boolean doomed;
    }

    /** A router's place in the network. All on its lane, but for what tests call between steps. */
    public final class Node {

        private final int number;
        private final boolean floodfill;
        private final SimWorld.SimLane lane = world.newLane();
        private final RouterKeys keys = RouterKeys.generate(world.entropy());
        private final byte[] transportKey = world.entropy().bytes(32);
        private final byte[] transportIv = world.entropy().bytes(16);
        private final Map<Hash, SimLink> links = new HashMap<>();
        private final Map<Hash, Session> sessions = new LinkedHashMap<>();
        private final Map<Hash, List<I2npMessage>> dialling = new HashMap<>();
        private RouterInfo self;
        private Handler handler;
        private boolean up = true;
        private boolean refuses;
        private Set<Hash> full = Set.of();
        private int life;

        private Node(int number, boolean floodfill) {
            this.number = number;
            this.floodfill = floodfill;
            sign();
            scheduleIdleCheck();
        }

        public int number() {
            return number;
        }

        public Hash hash() {
            return self.hash();
        }

        public Lane lane() {
            return lane;
        }

        public RouterKeys keys() {
            return keys;
        }

        public boolean isFloodfill() {
            return floodfill;
        }

        public boolean isUp() {
            return up;
        }

        /** What the router says of itself, as it was signed last. */
        public RouterInfo self() {
            return self;
        }

        /** Signs it anew, with the date of now. */
        public RouterInfo sign() {
            try {
                Map<String, String> address = new TreeMap<>();
                address.put("host", "44." + number / 250 + ".7." + (1 + number % 250));
                address.put("i", Encodings.base64(transportIv));
                address.put("port", Integer.toString(10_000 + number));
                address.put("s", Encodings.base64(transportKey));
                address.put("v", "2");
                Map<String, String> options = Map.of(
                        "caps", floodfill ? "XfR" : "LR", "netId", Integer.toString(NET_ID), "router.version", VERSION);
                self = RouterInfo.sign(
                        keys,
                        world.epochMillis(),
                        List.of(new RouterAddress(3, "NTCP2", Mapping.of(address))),
                        Mapping.of(options));
            } catch (WireException impossible) {
                throw new AssertionError(impossible);
            }
            return self;
        }

        public void handler(Handler newHandler) {
            handler = newHandler;
        }

        /** Runs on this router's lane, as the test's own call. */
        public void run(Runnable work) {
            world.on(lane, work);
        }

        /** The router ends in an orderly way: its peers are told. */
        public void stop() {
            for (Hash peer : List.copyOf(sessions.keySet())) {
                Node other = nodes.get(peer);
                other.lane.schedule(world.nanos() + latency(), () -> other.lose(hash()));
            }
            crash();
        }

        /** The router is gone, and nobody is told. */
        public void crash() {
            up = false;
            life++;
            sessions.clear();
            dialling.values().forEach(waiting -> waiting.forEach(I2npMessage::release));
            dialling.clear();
        }

        /** The router is there again, with the same identity and no sessions. */
        public void restart() {
            up = true;
            sign();
            scheduleIdleCheck();
        }

        /** From now on every dial to this router is refused at once; sessions that are up stay. */
        public void refuse(boolean refuse) {
            refuses = refuse;
        }

        public boolean isConnected(Hash peer) {
            return sessions.containsKey(peer);
        }

        public int sessions() {
            return sessions.size();
        }

        /** Whether there is such a router to dial. */
        public boolean canReach(RouterInfo peer) {
            return nodes.containsKey(peer.hash()) && !peer.hash().equals(hash());
        }

        /** From now on there is no room in the sessions with these routers. */
        public void fullFor(Set<Hash> routers) {
            full = routers;
        }

        /** Whether so many messages more could be sent, or wait for a session. */
        public boolean hasRoom(Hash peer, int messages) {
            int waiting = dialling.getOrDefault(peer, List.of()).size();
            return !full.contains(peer) && (sessions.containsKey(peer) || waiting + messages <= MAX_WAITING_FOR_DIAL);
        }

        /** Sends over the session, or dials; takes the message over. False when it cannot even wait. */
        public boolean send(RouterInfo peer, I2npMessage message) {
            lane.check();
            Hash to = peer.hash();
            if (sessions.containsKey(to)) {
                return sendToConnected(to, message);
            }
            if (!up || !canReach(peer)) {
                message.release();
                return false;
            }
            List<I2npMessage> waiting = dialling.get(to);
            if (waiting == null) {
                waiting = new ArrayList<>();
                dialling.put(to, waiting);
                dial(nodes.get(to), 0, life);
            }
            if (waiting.size() >= MAX_WAITING_FOR_DIAL) {
                message.release();
                return false;
            }
            waiting.add(message);
            return true;
        }

        /** Sends over the session that is up; takes the message over. False when there is none. */
        public boolean sendToConnected(Hash to, I2npMessage message) {
            lane.check();
            Session session = sessions.get(to);
            if (session == null || full.contains(to)) {
                message.release();
                return false;
            }
            session.lastUsed = world.nanos();
            ByteBuf out = Unpooled.buffer(message.shortLength());
            message.encodeShort(out);
            message.release();
            byte[] bytes = ByteBufUtil.getBytes(out);
            Node peer = nodes.get(to);
            SimLink link = linkTo(peer);
            if (!peer.up || link.isPartitioned()) {
                doom(to, session);
                return true;
            }
            link.carry(bytes.length, peer.lane, () -> peer.receive(hash(), bytes), () -> {}, () -> {});
            return true;
        }

        /** TCP finds out in the end that nobody takes its bytes. */
        private void doom(Hash peer, Session session) {
            if (!session.doomed) {
                session.doomed = true;
                lane.schedule(world.nanos() + DEAD_SESSION_TIMEOUT, () -> {
                    if (sessions.get(peer) == session) {
                        lose(peer);
                    }
                });
            }
        }

        private void receive(Hash from, byte[] bytes) {
            Session session = sessions.get(from);
            if (!up || session == null) {
                return;
            }
            session.lastUsed = world.nanos();
            I2npMessage message;
            try {
                message = I2npMessage.decodeShort(Unpooled.wrappedBuffer(bytes));
            } catch (WireException impossible) {
                throw new AssertionError("seed " + world.entropy().seed(), impossible);
            }
            delivered.merge(message.typeCode(), 1L, Long::sum);
            handler.onMessage(from, message);
        }

        private void dial(Node peer, int attempt, int inLife) {
            dials++;
            boolean cut = !peer.up
                    || linkTo(peer).isPartitioned()
                    || peer.linkTo(this).isPartitioned();
            if (!cut && peer.refuses) {
                lane.schedule(world.nanos() + 2 * latency(), () -> fail(peer.hash(), inLife));
            } else if (cut) {
                lane.schedule(world.nanos() + DIAL_TIMEOUT, () -> fail(peer.hash(), inLife));
            } else if (world.entropy().below(100) < quality.lossPercent) {
                if (attempt + 1 < DIAL_RETRIES.length) {
                    lane.schedule(world.nanos() + DIAL_RETRIES[attempt + 1], () -> {
                        if (life == inLife) {
                            dial(peer, attempt + 1, inLife);
                        }
                    });
                } else {
                    lane.schedule(world.nanos() + DIAL_TIMEOUT, () -> fail(peer.hash(), inLife));
                }
            } else {
                int peerLife = peer.life;
                peer.lane.schedule(world.nanos() + 5 * latency(), () -> {
                    if (life == inLife && peer.life == peerLife) {
                        peer.accept(this);
                    }
                });
                lane.schedule(world.nanos() + 5 * latency() + 1, () -> connected(peer, inLife));
            }
        }

        private void accept(Node dialler) {
            if (sessions.putIfAbsent(dialler.hash(), newSession()) == null) {
                handler.onConnected(dialler.self, true);
            }
        }

        private void connected(Node peer, int inLife) {
            if (life != inLife) {
                return;
            }
            if (!peer.sessions.containsKey(hash())) {
                fail(peer.hash(), inLife);
                return;
            }
            if (sessions.putIfAbsent(peer.hash(), newSession()) == null) {
                handler.onConnected(peer.self, false);
            }
            List<I2npMessage> waiting = dialling.remove(peer.hash());
            if (waiting != null) {
                waiting.forEach(message -> sendToConnected(peer.hash(), message));
            }
        }

        private void fail(Hash peer, int inLife) {
            if (life != inLife) {
                return;
            }
            List<I2npMessage> waiting = dialling.remove(peer);
            if (waiting != null) {
                waiting.forEach(I2npMessage::release);
                handler.onDialFailed(peer);
            }
        }

        private void lose(Hash peer) {
            if (sessions.remove(peer) != null) {
                handler.onDisconnected(peer);
            }
        }

        private Session newSession() {
            Session session = new Session();
            session.lastUsed = world.nanos();
            return session;
        }

        private void scheduleIdleCheck() {
            int inLife = life;
            lane.schedule(world.nanos() + TimeUnit.MINUTES.toNanos(1), () -> {
                if (life == inLife) {
                    closeIdle();
                    scheduleIdleCheck();
                }
            });
        }

        private void closeIdle() {
            for (Map.Entry<Hash, Session> entry : List.copyOf(sessions.entrySet())) {
                if (world.nanos() - entry.getValue().lastUsed >= IDLE_TIMEOUT) {
                    Node peer = nodes.get(entry.getKey());
                    peer.lane.schedule(world.nanos() + latency(), () -> peer.lose(hash()));
                    lose(entry.getKey());
                }
            }
        }

        private SimLink linkTo(Node peer) {
            return links.computeIfAbsent(
                    peer.hash(),
                    to -> new SimLink(world, quality.latencyMillis, quality.jitterMillis, quality.lossPercent, 0));
        }

        private long latency() {
            return TimeUnit.MILLISECONDS.toNanos(quality.latencyMillis);
        }

        @Override
        public String toString() {
            return "node " + number;
        }
    }
}
