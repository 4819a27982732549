package dev.samovar.router;

import dev.samovar.base.Clock;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterVersion;
import dev.samovar.peer.BanList;
import dev.samovar.peer.BanReason;
import dev.samovar.transport.PeerCheck;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Who may be talked to, and what becomes of those who misbehave (router.md J.5): a wrong network, a signature that does not
 * hold or an address that is not the sender's earn a ban at once; failed handshakes do when one host has
 * {@value #FAILURES_TOLERATED} of them in ten minutes, since they prove nothing about whose they are. Belongs to the router
 * lane.
 */
final class PeerGuard implements PeerCheck {

    static final int FAILURES_TOLERATED = 10;

    private static final long FAILURES_COUNT_NANOS = TimeUnit.MINUTES.toNanos(10);

    /** Hosts whose failures are counted; when more fail, those that failed first are forgotten. */
    private static final int MOST_HOSTS = 4096;

    private static final int IPV6_PREFIX_BYTES = 8;

    private static final class Failures {
        private int count;
        private long since;
    }

    private final int netId;
    private final RouterVersion minimumVersion;
    private final BanList bans;
    private final Clock clock;
    private final Map<ByteBuffer, Failures> failures = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Failures> eldest) {
            return size() > MOST_HOSTS;
        }
    };
    private final Map<Misbehaviour, Long> reported = new EnumMap<>(Misbehaviour.class);

    PeerGuard(int netId, RouterVersion minimumVersion, BanList bans, Clock clock) {
        this.netId = netId;
        this.minimumVersion = minimumVersion;
        this.bans = bans;
        this.clock = clock;
    }

    @Override
    public Verdict check(RouterInfo peer) {
        if (bans.isBanned(peer.hash(), clock.nanos())) {
            return Verdict.BANNED;
        }
        if (peer.netId() != netId) {
            return Verdict.WRONG_NETWORK;
        }
        RouterVersion version = peer.version();
        if (version == null) {
            return Verdict.UNUSABLE;
        }
        return version.atLeast(minimumVersion) ? Verdict.OK : Verdict.OLD_VERSION;
    }

    @Override
    public boolean isBanned(byte[] ip) {
        return bans.isAddressBanned(ip, clock.nanos());
    }

    @Override
    public void report(Hash peer, byte[] ip, Misbehaviour what) {
        reported.merge(what, 1L, Long::sum);
        switch (what) {
            // Whoever dials us is held to account by its host, for it has not proven who it is. Whom we dialled is not:
            // anybody
            // can publish another's address, and have us fail there.
            case BAD_HANDSHAKE, REPLAYED_HANDSHAKE, BAD_ROUTER_INFO, STATIC_KEY_MISMATCH -> {
                if (peer == null) {
                    countFailure(ip);
                }
            }
            case WRONG_NETWORK -> banOrCount(peer, ip, BanReason.WRONG_NETWORK);
            case ADDRESS_MISMATCH -> banOrCount(peer, ip, BanReason.ADDRESS_MISMATCH);
            case BAD_FRAME, MALFORMED -> ban(peer, BanReason.PROTOCOL_VIOLATION);
            // the peer's clock may be right and ours wrong: both sides refuse anyway
            case CLOCK_SKEW, STALE_ROUTER_INFO -> {}
        }
    }

    private void banOrCount(Hash peer, byte[] ip, BanReason reason) {
        if (peer == null) {
            countFailure(ip);
        } else {
            ban(peer, reason);
        }
    }

    private void ban(Hash peer, BanReason reason) {
        if (peer != null) {
            bans.ban(peer, reason, clock.nanos());
        }
    }

    private void countFailure(byte[] ip) {
        if (ip == null) {
            return;
        }
        long now = clock.nanos();
        // a host has as many IPv6 addresses as it likes, but one /64
        ByteBuffer host = ByteBuffer.wrap(Arrays.copyOf(ip, Math.min(ip.length, IPV6_PREFIX_BYTES)));
        Failures of = failures.computeIfAbsent(host, key -> new Failures());
        if (of.count == 0 || now - of.since > FAILURES_COUNT_NANOS) {
            of.count = 0;
            of.since = now;
        }
        if (++of.count >= FAILURES_TOLERATED) {
            bans.banAddress(ip, BanReason.HANDSHAKE_FAILURES, now);
            failures.remove(host);
        }
    }

    /** What was reported since the start, by kind. */
    Map<Misbehaviour, Long> reported() {
        return reported;
    }
}
