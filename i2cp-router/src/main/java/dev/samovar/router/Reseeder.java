package dev.samovar.router;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets a router its first RouterInfos from the network's reseed hosts, and new ones when it has too few left.
 *
 * <ol>
 *   <li>A round asks the hosts in random order, one at a time, for {@code i2pseeds.su3?netid=N}.
 *   <li>A bundle is opened off the lane; its good RouterInfos are delivered at once.
 *   <li>No single host decides whom a router knows: it goes on until {@value #WANTED_HOSTS} hosts have answered well and
 *       {@value #WANTED_ROUTERS} routers are known, or every host has answered well.
 *   <li>A round that ends before is followed by another, of the hosts that have not answered well yet, after a pause that
 *       grows: short ones while not even names can be resolved, for then the network is not up yet.
 * </ol>
 *
 * Faults are counted by reason and make nothing else than the next host's turn. Owner: the router lane.
 */
public final class Reseeder {

    /** Bundles of so many hosts make a start. */
    static final int WANTED_HOSTS = 2;

    /** SPEC router.md H.7: routers that make a start; with fewer the hosts are asked. */
    static final int WANTED_ROUTERS = 50;

    /** SPEC router.md H.3: what Java I2P keeps when it knows little. */
    static final long MAX_AGE_MILLIS = TimeUnit.HOURS.toMillis(72);

    private static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);
    static final long MAX_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(15);
    static final long MAX_PAUSE_WITHOUT_NETWORK_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** After the hosts have answered well: then their routers are not the ones that this router can keep. */
    static final long FIRST_REPEAT_NANOS = TimeUnit.HOURS.toNanos(1);

    private static final long MAX_REPEAT_NANOS = TimeUnit.HOURS.toNanos(24);

    private static final String FILE = "i2pseeds.su3?netid=";

    private static final Logger log = LoggerFactory.getLogger(Reseeder.class);

    private enum State {
        IDLE,
        FETCHING,
        WAITING,
        DONE
    }

    /** What the work off the lane brings back: one of the two. */
    private record Opened(Harvest harvest, SeedException refused) {}

    private final Lane lane;
    private final Entropy entropy;
    private final Offload offload;
    private final ReseedSources sources;
    private final ReseedFetcher fetcher;
    private final int netId;
    private final Consumer<List<RouterInfo>> deliver;

    private final Map<SeedFault, Long> faults = new EnumMap<>(SeedFault.class);
    private final Queue<URI> round = new ArrayDeque<>();
    private final Set<URI> answered = new HashSet<>();
    private final Set<Hash> accepted = new HashSet<>();
    private State state = State.IDLE;
    private int run;
    private boolean networkSeen;
    private long pause;
    private long nextTry;
    private long repeat;
    private long repeatFrom = Long.MIN_VALUE;
    private Cancellable timer = () -> {};

    /**
     * @param offload for signatures
     * @param netId which network's RouterInfos are wanted
     * @param deliver gets good RouterInfos of each bundle, on the lane
     */
    public Reseeder(
            Lane lane,
            Entropy entropy,
            Offload offload,
            ReseedSources sources,
            ReseedFetcher fetcher,
            int netId,
            Consumer<List<RouterInfo>> deliver) {
        this.lane = lane;
        this.entropy = entropy;
        this.offload = offload;
        this.sources = sources;
        this.fetcher = fetcher;
        this.netId = netId;
        this.deliver = deliver;
    }

    /**
     * Begins where so few routers are known, unless it runs, or has ended not long ago. To be called every now and then.
     *
     * @param routers whose RouterInfos are no older than {@link #MAX_AGE_MILLIS}
     */
    public void keepEnough(int routers) {
        lane.check();
        if (routers >= WANTED_ROUTERS) {
            repeat = 0;
        } else if (!isRunning() && lane.clock().nanos() >= repeatFrom) {
            start();
        }
    }

    private void start() {
        run++;
        answered.clear();
        accepted.clear();
        pause = 0;
        beginRound();
    }

    /** Ends without an answer: enough routers are known by other means, or the program ends. */
    public void stop() {
        lane.check();
        run++;
        state = State.IDLE;
        timer.cancel();
        fetcher.cancel();
        round.clear();
    }

    public boolean isRunning() {
        return state == State.FETCHING || state == State.WAITING;
    }

    /** For the status of the router. */
    public RouterStatus.Reseed status() {
        Map<String, Long> failures = new TreeMap<>();
        faults.forEach((fault, times) -> failures.put(fault.name(), times));
        Long seconds = state == State.WAITING
                ? Long.valueOf(Math.max(
                        0, TimeUnit.NANOSECONDS.toSeconds(nextTry - lane.clock().nanos())))
                : null;
        return new RouterStatus.Reseed(
                switch (state) {
                    case IDLE -> "idle";
                    case FETCHING -> "fetching";
                    case WAITING -> "waiting";
                    case DONE -> "done";
                },
                answered.size(),
                accepted.size(),
                failures,
                seconds);
    }

    private void beginRound() {
        List<URI> hosts = new ArrayList<>(sources.hosts());
        hosts.removeAll(answered);
        for (int i = hosts.size() - 1; i > 0; i--) {
            Collections.swap(hosts, i, entropy.below(i + 1));
        }
        round.clear();
        round.addAll(hosts);
        networkSeen = false;
        next();
    }

    private void next() {
        if (isEnough()) {
            state = State.DONE;
            round.clear();
            repeat = repeat == 0 ? FIRST_REPEAT_NANOS : Math.min(2 * repeat, MAX_REPEAT_NANOS);
            repeatFrom = lane.clock().nanos() + jittered(repeat);
            log.info("reseed: {} routers from {} hosts", accepted.size(), answered.size());
            return;
        }
        URI host = round.poll();
        if (host == null) {
            rest();
            return;
        }
        state = State.FETCHING;
        int started = run;
        fetcher.fetch(host.resolve(FILE + netId), fetched -> {
            if (run == started) {
                onFetched(host, fetched);
            }
        });
    }

    private boolean isEnough() {
        return answered.size() >= sources.hosts().size()
                || answered.size() >= WANTED_HOSTS && accepted.size() >= WANTED_ROUTERS;
    }

    private void rest() {
        long longest = networkSeen ? MAX_PAUSE_NANOS : MAX_PAUSE_WITHOUT_NETWORK_NANOS;
        pause = Math.min(pause == 0 ? FIRST_PAUSE_NANOS : pause * 2, longest);
        long rest = jittered(pause);
        nextTry = lane.clock().nanos() + rest;
        state = State.WAITING;
        log.info(
                "reseed: {} of {} hosts have answered well so far; next round in {} s",
                answered.size(),
                sources.hosts().size(),
                TimeUnit.NANOSECONDS.toSeconds(rest));
        timer = lane.schedule(nextTry, this::beginRound);
    }

    /** Up to a quarter more, so that routers that lost the network together do not come back together. */
    private long jittered(long nanos) {
        return nanos + TimeUnit.MILLISECONDS.toNanos(entropy.below((int) TimeUnit.NANOSECONDS.toMillis(nanos / 4)));
    }

    private void onFetched(URI host, ReseedFetcher.Fetched fetched) {
        if (fetched.fault() != null) {
            networkSeen |= fetched.fault() != SeedFault.UNRESOLVED && fetched.fault() != SeedFault.UNREACHABLE;
            failed(host, fetched.fault());
            return;
        }
        networkSeen = true;
        Harvest.Rules rules = new Harvest.Rules(netId, lane.clock().epochMillis(), MAX_AGE_MILLIS);
        int started = run;
        offload.submit(lane, () -> open(fetched.body(), rules), opened -> {
            if (run == started) {
                onOpened(host, opened);
            }
        });
    }

    private Opened open(byte[] body, Harvest.Rules rules) {
        try {
            return new Opened(SeedArchive.ofBundle(body, sources, rules), null);
        } catch (SeedException refused) {
            return new Opened(null, refused);
        }
    }

    private void onOpened(URI host, Opened opened) {
        if (opened.refused != null) {
            count(opened.refused.refused());
            failed(host, opened.refused.fault());
            return;
        }
        count(opened.harvest.refused());
        answered.add(host);
        List<RouterInfo> routers = opened.harvest.routers();
        routers.forEach(router -> accepted.add(router.hash()));
        log.debug("reseed: {} routers from {}", routers.size(), host.getHost());
        deliver.accept(routers);
        // deliver may have called stop()
        if (state == State.FETCHING) {
            next();
        }
    }

    private void failed(URI host, SeedFault fault) {
        faults.merge(fault, 1L, Long::sum);
        log.debug("reseed: nothing from {}: {}", host.getHost(), fault);
        next();
    }

    private void count(Map<SeedFault, Integer> refused) {
        refused.forEach((fault, times) -> faults.merge(fault, Long.valueOf(times), Long::sum));
    }
}
