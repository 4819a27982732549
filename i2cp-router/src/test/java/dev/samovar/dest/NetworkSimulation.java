package dev.samovar.dest;

import dev.samovar.data.Destination;
import dev.samovar.garlic.RatchetKind;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.i2np.TunnelGateway;
import dev.samovar.router.SimMember;
import dev.samovar.testkit.SimNetwork;
import dev.samovar.tunnel.InboundTunnel;
import dev.samovar.tunnel.OutboundTunnel;
import dev.samovar.tunnel.PoolConfig;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A network of whole routers and their destinations over a long virtual time. Destinations write to each other and look each
 * other up; routers crash and come back with the same keys, destinations end and come back, elsewhere perhaps; messages get lost,
 * and the network is cut in two for a while. All the time:
 *
 * <ol>
 *   <li>What was sent has one outcome, and what is said to have arrived has arrived. Nothing arrives twice.
 *   <li>Every lookup is answered, once.
 *   <li>No two destinations have a tunnel in common.
 *   <li>No tag is used twice: those of garlic are seen where it passes from one tunnel to another.
 *   <li>Most of what is sent arrives, but for the time when the network is cut, and memory does not grow.
 * </ol>
 *
 * <p>{@code main} runs the long one: 100 routers, 200 destinations, 24 hours. So does {@code NetworkSoakIT}.
 */
public final class NetworkSimulation {

    /**
     * What happens.
     *
     * @param destinations in all, spread over the routers
     * @param pause seconds between two messages of a destination, on average
     * @param lossPercent of each message between two routers
     * @param crashPause seconds between two crashes, on average
     * @param movePause seconds between two ends of destinations, on average
     * @param cutAt the second when the network is cut
     * @param cutFor how many seconds
     */
    public record Scenario(
            long seed,
            int routers,
            int floodfills,
            int destinations,
            int seconds,
            int pause,
            int lossPercent,
            int crashPause,
            int movePause,
            int cutAt,
            int cutFor) {

        /** For the ordinary build. */
        public static Scenario hour(long seed) {
            return new Scenario(seed, 20, 5, 18, 3600, 12, 1, 240, 300, 1800, 150);
        }

        /** So many hours in a larger network. */
        public static Scenario large(long seed, int hours) {
            return new Scenario(seed, 100, 15, 200, hours * 3600, 30, 1, 300, 300, hours * 900, 300);
        }
    }

    private static final int HOPS = 2;
    private static final int BEGIN = 90;
    private static final int CHECK = 300;
    private static final int HOUR = 3600;
    private static final int FRIENDS = 3;
    /** Of most messages, which one cell carries, and of some. */
    private static final int MOST_BYTES = 600;

    private static final int MOST_BYTES_OF_FEW = 20_000;

    /** TunnelGateway: tunnel id (4), length (2), and then a message whose header has 16 bytes; Garlic: length (4). */
    private static final int INNER_TYPE = 6;

    private static final int INNER_GARLIC = INNER_TYPE + 16 + 4;

    /** A client with what it does. */
    private final class Actor {

        final SimClient client = new SimClient(net.world);
        final List<Actor> friends = new ArrayList<>();
        /** Sent in this life of its session, and not told of. */
        final Map<Long, Actor> open = new HashMap<>();

        boolean up;
    }

    private final Scenario scenario;
    private final Random random;
    private final DestNet net;
    private final List<Actor> actors = new ArrayList<>();
    private final Map<SendOutcome, Long> outcomes = new EnumMap<>(SendOutcome.class);
    private final List<Long> heaps = new ArrayList<>();
    private LongSet tags = new LongSet();
    private LongSet earlierTags = new LongSet();
    private long tagsInAll;
    private long number;
    private long sent;
    private long arrived;
    private long calmSent;
    private long calmArrived;
    private int lookups;
    private int lookupsAnswered;
    private int lookupsFound;
    private int crashes;
    private int moves;
    private long newSessions;

    /** @param scenario what is to happen */
    public NetworkSimulation(Scenario scenario) {
        this.scenario = scenario;
        random = new Random(scenario.seed);
        net = DestNet.of(
                scenario.seed,
                scenario.routers,
                scenario.floodfills,
                new SimNetwork.Quality(30, 0, scenario.lossPercent));
        net.members.forEach(member -> member.tap(this::see));
    }

    /** Runs so many hours in the larger network, or the scenario of the build for 0, and prints what came of it. */
    public static void main(String[] args) {
        int hours = args.length > 0 ? Integer.parseInt(args[0]) : 24;
        long seed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        System.out.println(new NetworkSimulation(hours == 0 ? Scenario.hour(seed) : Scenario.large(seed, hours)).run());
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what + ", seed " + scenario.seed + ": " + report());
        }
    }

    /** Lets all of it happen. Returns a report; throws when something is not as it should be. */
    public String run() {
        net.run(BEGIN);
        for (int i = 0; i < scenario.destinations; i++) {
            Actor actor = new Actor();
            actors.add(actor);
            attach(actor, net.members.get((scenario.floodfills + i) % scenario.routers));
        }
        for (Actor actor : actors) {
            while (actor.friends.size() < FRIENDS) {
                actor.friends.add(pick(actors));
            }
        }
        net.run(BEGIN);
        for (int second = 0; second < scenario.seconds; second++) {
            step(second);
            net.run(1);
            if (second % CHECK == CHECK - 1) {
                check();
            }
            if (second % HOUR == HOUR - 1) {
                earlierTags = tags;
                tags = new LongSet();
            }
        }
        net.run(BEGIN);
        finish();
        return report();
    }

    private <T> T pick(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private void attach(Actor actor, SimMember member) {
        actor.up = true;
        actor.client.attach(member, new DestinationOptions(PoolConfig.of(HOPS, 2), true, true));
    }

    // --- what happens

    private void step(int second) {
        for (Actor actor : actors) {
            settle(actor);
            if (actor.up && random.nextInt(scenario.pause) == 0) {
                send(actor, second);
            }
            if (actor.up && random.nextInt(20 * scenario.pause) == 0) {
                lookUp(actor);
            }
        }
        if (random.nextInt(scenario.crashPause) == 0) {
            crash();
        }
        if (random.nextInt(scenario.movePause) == 0) {
            move();
        }
        if (second == scenario.cutAt || second == scenario.cutAt + scenario.cutFor) {
            List<SimNetwork.Node> nodes =
                    net.members.stream().map(SimMember::node).toList();
            int half = nodes.size() / 2;
            net.network.partition(nodes.subList(0, half), nodes.subList(half, nodes.size()), second == scenario.cutAt);
        }
    }

    private boolean isCalm(int second) {
        return second + 120 < scenario.cutAt || second > scenario.cutAt + scenario.cutFor + 300;
    }

    private void send(Actor actor, int second) {
        Actor to = random.nextInt(5) == 0 ? pick(actors) : pick(actor.friends);
        if (to == actor) {
            return;
        }
        number += 2;
        // the last bit says whether it counts
        long id = number + (to.up && isCalm(second) ? 1 : 0);
        int length = Long.BYTES + random.nextInt(random.nextInt(50) == 0 ? MOST_BYTES_OF_FEW : MOST_BYTES);
        if (actor.client.send(to.client.hash(), id, length) != LocalDestination.Accepted.FULL) {
            sent++;
            calmSent += id & 1;
            actor.open.put(id, to);
        }
    }

    private void lookUp(Actor actor) {
        Destination wanted = pick(actors).client.keys.destination();
        lookups++;
        boolean[] answered = new boolean[1];
        actor.client.on(() -> actor.client.destination.lookup(wanted.hash(), 30_000, found -> {
            require(!answered[0], "a lookup was answered twice");
            answered[0] = true;
            lookupsAnswered++;
            if (found != null) {
                require(found.equals(wanted), "another was found than was looked for");
                lookupsFound++;
            }
        }));
    }

    /** Takes note of what a client was told. */
    private void settle(Actor actor) {
        actor.client.outcomes.forEach((id, outcome) -> {
            outcomes.merge(outcome, 1L, Long::sum);
            Actor to = actor.open.remove(id);
            require(to != null, "an outcome of what was not sent");
            boolean there = to.client.received.containsKey(id);
            require(there || outcome != SendOutcome.ACKNOWLEDGED, "acknowledged and not arrived");
            if (there) {
                arrived++;
                calmArrived += id & 1;
                require(to.client.received.remove(id) == 1, "arrived twice");
            }
        });
        actor.client.outcomes.clear();
        actor.client.requests.clear();
    }

    private void end(Actor actor) {
        actor.client.detach();
        settle(actor);
        if (actor.client.destination.garlic() != null) {
            newSessions += actor.client.destination.garlic().sealed(RatchetKind.NEW_SESSION);
        }
        // of these it will not hear any more, nor do they count
        actor.open.keySet().forEach(id -> calmSent -= id & 1);
        actor.open.clear();
        actor.up = false;
    }

    private void crash() {
        SimMember member = pick(net.members);
        if (!member.node().isUp()) {
            return;
        }
        crashes++;
        List<Actor> its = new ArrayList<>();
        for (Actor actor : actors) {
            if (actor.up && actor.client.member == member) {
                end(actor);
                its.add(actor);
            }
        }
        member.crash();
        after(20 + random.nextInt(120), () -> {
            member.restart();
            member.tap(this::see);
            its.forEach(actor -> attach(actor, member));
        });
    }

    private void move() {
        Actor actor = pick(actors);
        if (!actor.up) {
            return;
        }
        moves++;
        end(actor);
        after(5 + random.nextInt(60), () -> {
            SimMember to = random.nextBoolean() ? actor.client.member : pick(net.members);
            while (!to.node().isUp()) {
                to = pick(net.members);
            }
            attach(actor, to);
        });
    }

    private void after(int seconds, Runnable work) {
        net.members.get(0).node().lane().schedule(net.world.nanos() + seconds * 1_000_000_000L, work);
    }

    // --- what must hold

    /** A message that a router got from another. */
    private void see(I2npMessage message) {
        ByteBuf body = message.body();
        int start = body.readerIndex();
        if (message.typeCode() == TunnelGateway.TYPE
                && body.readableBytes() >= INNER_GARLIC + Long.BYTES
                && body.getByte(start + INNER_TYPE) == Garlic.TYPE) {
            long tag = body.getLong(start + INNER_GARLIC);
            tagsInAll++;
            require(tags.add(tag), "a tag was used twice");
        }
    }

    private void check() {
        Set<OutboundTunnel> exits = new HashSet<>();
        Set<List<Object>> entrances = new HashSet<>();
        for (Actor actor : actors) {
            if (!actor.up) {
                continue;
            }
            SimMember member = actor.client.member;
            actor.client.on(() -> {
                for (OutboundTunnel tunnel : actor.client.destination.pool().outbound()) {
                    require(exits.add(tunnel), "a tunnel of two destinations");
                    require(!tunnel.hops().contains(member.hash()), "a tunnel through its owner");
                }
                for (InboundTunnel tunnel : actor.client.destination.pool().inbound()) {
                    require(
                            entrances.add(List.of(tunnel.gateway(), tunnel.gatewayTunnelId())),
                            "a tunnel of two destinations");
                }
            });
        }
        for (Actor actor : actors) {
            // those whose sender is gone were never asked for
            actor.client.received.keySet().removeIf(id -> id < number - 100_000);
        }
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        heaps.add((runtime.totalMemory() - runtime.freeMemory()) >> 20);
    }

    private void finish() {
        actors.forEach(this::settle);
        for (Actor actor : actors) {
            require(!actor.up || actor.open.isEmpty(), "a message without an outcome");
        }
        actors.stream().filter(actor -> actor.up).forEach(this::end);
        net.close();
        require(lookups == lookupsAnswered, "a lookup without an answer");
        require(calmArrived * 100 >= calmSent * 80, "too little arrived");
        require(lookupsFound * 100L >= lookups * 70L, "too little was found");
        long early = heaps.subList(0, heaps.size() / 3 + 1).stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
        require(heaps.get(heaps.size() - 1) <= early * 3 / 2 + 32, "memory grows");
    }

    private String report() {
        return scenario.routers + " routers, " + scenario.destinations + " destinations, " + scenario.seconds + " s: "
                + sent + " messages sent, " + arrived + " arrived (" + calmArrived + " of " + calmSent
                + " in calm times), outcomes " + outcomes + "; " + lookups + " lookups, " + lookupsFound + " found; "
                + crashes + " crashes, " + moves + " moves; " + newSessions + " first messages, " + tagsInAll
                + " tags seen; " + net.network.deliveredInAll() + " messages between routers; heap MB " + heaps;
    }
}
