package dev.samovar.peer;

import dev.samovar.base.Entropy;
import dev.samovar.data.Hash;
import dev.samovar.peer.HopConstraints.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Chooses routers at random among those that constraints allow. In this order:
 *
 * <ol>
 *   <li>Places are drawn; a router there that is banned, lately unreachable or lately declining is passed over.
 *   <li>For the router's own tunnels the first that fits is taken; for clients' any of the good ones of a few that fit, by
 *       the share of tunnels they carried. So good routers are preferred and none is ever certain, nor are two that are
 *       about equally good told apart: in a small network one of them would get nearly all tunnels.
 *   <li>When draws bring none, all are gone through from a random place.
 *   <li>When that brings none, those that lately declined are taken after all, then those that are crowded or slow: a small
 *       network has no others.
 * </ol>
 *
 * Belongs to the router lane.
 */
public final class PeerSelector {

    private static final int DRAWS = 40;

    /** Of so many that fit, a good one becomes a client's hop. */
    private static final int CONTENDERS = 4;

    /** Good is what carries at least this share of what the best does. */
    private static final double GOOD = 0.75;

    private final PeerDirectory directory;
    private final PeerProfiles profiles;
    private final BanList bans;
    private final Entropy entropy;

    public PeerSelector(PeerDirectory directory, PeerProfiles profiles, BanList bans, Entropy entropy) {
        this.directory = directory;
        this.profiles = profiles;
        this.bans = bans;
        this.entropy = entropy;
    }

    /**
     * A router that these constraints allow; null when there is none.
     *
     * @param now monotonic nanoseconds
     * @param nowMillis the date
     */
    public Peer select(HopConstraints constraints, long now, long nowMillis) {
        return select(constraints, peer -> true, now, nowMillis);
    }

    /**
     * The same of those routers alone that fit.
     *
     * @param fits what else is asked of the router
     */
    public Peer select(HopConstraints constraints, Predicate<Peer> fits, long now, long nowMillis) {
        int wanted = constraints.purpose() == Purpose.CLIENT ? CONTENDERS : 1;
        List<Peer> found = draw(
                peer -> constraints.allow(peer, nowMillis) && isUsable(peer.hash(), false, now) && fits.test(peer),
                wanted);
        if (found.isEmpty()) {
            found = sweep(
                    peer -> constraints.allow(peer, nowMillis) && isUsable(peer.hash(), true, now) && fits.test(peer),
                    wanted);
        }
        if (found.isEmpty()) {
            HopConstraints lenient = constraints.asLenient();
            found = sweep(
                    peer -> lenient.allow(peer, nowMillis) && isUsable(peer.hash(), true, now) && fits.test(peer),
                    wanted);
        }
        return anyGood(found, now);
    }

    /** Up to {@code count} different routers that fit and could be used now, from a random place on: whom to connect to. */
    public List<Peer> any(int count, Predicate<Peer> fits, long now) {
        return sweep(peer -> fits.test(peer) && isUsable(peer.hash(), true, now), count);
    }

    private List<Peer> draw(Predicate<Peer> good, int wanted) {
        List<Peer> found = new ArrayList<>(wanted);
        int size = directory.size();
        for (int i = 0; i < DRAWS && size > 0 && found.size() < wanted; i++) {
            Peer peer = directory.at(entropy.below(size));
            if (good.test(peer) && !found.contains(peer)) {
                found.add(peer);
            }
        }
        return found.isEmpty() ? sweep(good, wanted) : found;
    }

    private List<Peer> sweep(Predicate<Peer> good, int wanted) {
        List<Peer> found = new ArrayList<>(wanted);
        int size = directory.size();
        int start = size == 0 ? 0 : entropy.below(size);
        for (int i = 0; i < size && found.size() < wanted; i++) {
            Peer peer = directory.at((start + i) % size);
            if (good.test(peer)) {
                found.add(peer);
            }
        }
        return found;
    }

    private boolean isUsable(Hash router, boolean evenDeclining, long now) {
        if (bans.isBanned(router, now)) {
            return false;
        }
        PeerProfile profile = profiles.find(router);
        return profile == null || (evenDeclining ? !profile.isUnreachable(now) : !profile.isBad(now));
    }

    private Peer anyGood(List<Peer> peers, long now) {
        double most = 0;
        for (Peer peer : peers) {
            most = Math.max(most, capacity(peer, now));
        }
        List<Peer> good = new ArrayList<>(peers.size());
        for (Peer peer : peers) {
            if (capacity(peer, now) >= GOOD * most) {
                good.add(peer);
            }
        }
        return good.isEmpty() ? null : good.get(entropy.below(good.size()));
    }

    private double capacity(Peer peer, long now) {
        PeerProfile profile = profiles.find(peer.hash());
        return profile == null ? PeerProfile.UNKNOWN_CAPACITY : profile.capacity(now);
    }
}
