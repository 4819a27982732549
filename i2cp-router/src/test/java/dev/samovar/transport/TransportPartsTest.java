package dev.samovar.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Hash;
import io.netty.util.NetUtil;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The small parts: limits, filters, ranges. */
class TransportPartsTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private static byte[] key(int number) {
        byte[] key = new byte[32];
        key[3] = (byte) (number >>> 8);
        key[4] = (byte) number;
        return key;
    }

    @Test
    void theBandwidthIsKeptInTheLongRunAndBurstsPass() {
        BandwidthLimiter limiter = new BandwidthLimiter(1_000_000);
        long now = 5;
        assertEquals(0, limiter.take(400_000, now), "half a second's worth goes at once");
        long moved = 0;
        while (now < 10 * SECOND) {
            long pause = limiter.take(10_000, now);
            moved += 10_000;
            now += Math.max(pause, 1000);
        }
        assertTrue(moved > 9_500_000 && moved < 10_700_000, "" + moved);
    }

    @Test
    void sessionsShareTheBandwidthEvenly() {
        BandwidthLimiter limiter = new BandwidthLimiter(1_000_000);
        long[] next = new long[10];
        int[] frames = new int[10];
        for (long now = 0; now < 10 * SECOND; now += SECOND / 1000) {
            for (int i = 0; i < next.length; i++) {
                if (next[i] <= now) {
                    next[i] = now + limiter.take(16_000, now);
                    frames[i]++;
                }
            }
        }
        for (int count : frames) {
            assertTrue(count > 58 && count < 72, "" + count);
        }
    }

    @Test
    void noLimitNeverPauses() {
        assertEquals(0, new BandwidthLimiter(0).take(Long.MAX_VALUE / 2, 0));
    }

    @Test
    void replaysAreKnownForAtLeastTwoMinutes() {
        ReplayFilter filter = new ReplayFilter(1000);
        for (int i = 0; i < 100; i++) {
            assertTrue(filter.isFresh(key(i), i * SECOND));
        }
        assertFalse(filter.isFresh(key(0), 119 * SECOND));
        assertFalse(filter.isFresh(key(99), 218 * SECOND));
        assertTrue(filter.isFresh(key(0), 500 * SECOND), "forgotten in the end");
        assertTrue(filter.size() <= 2);
    }

    @Test
    void aFloodDoesNotFillTheMemory() {
        ReplayFilter filter = new ReplayFilter(1000);
        for (int i = 0; i < 20_000; i++) {
            assertTrue(filter.isFresh(key(i), 1));
            assertTrue(filter.size() <= 1000);
        }
        assertFalse(filter.isFresh(key(19_999), 2));
    }

    @Test
    void aRouterThatFailsIsLeftAloneForLongerAndLonger() {
        BackOff backOff = new BackOff();
        Hash router = Hash.of(key(1));
        assertTrue(backOff.mayDial(router, 0));
        backOff.failed(router, false, 0);
        assertFalse(backOff.mayDial(router, 10 * SECOND - 1));
        assertTrue(backOff.mayDial(router, 10 * SECOND));
        backOff.failed(router, false, 10 * SECOND);
        assertFalse(backOff.mayDial(router, 29 * SECOND));
        for (int i = 0; i < 20; i++) {
            backOff.failed(router, false, 30 * SECOND);
        }
        assertEquals(1, backOff.size(30 * SECOND));
        assertTrue(backOff.mayDial(router, 30 * SECOND + BackOff.LONGEST_NANOS));
        backOff.reached(router);
        assertTrue(backOff.mayDial(router, 31 * SECOND));
        for (int i = 0; i < 10_000; i++) {
            backOff.failed(Hash.of(key(i)), false, 0);
        }
        assertTrue(backOff.size(1) <= 4096);
    }

    @Test
    void whileNobodyIsReachedEverybodyIsTriedAgainSoon() {
        BackOff backOff = new BackOff();
        Hash router = Hash.of(key(1));
        Hash other = Hash.of(key(2));
        for (int i = 0; i < 20; i++) {
            backOff.failed(router, true, SECOND);
            backOff.failed(other, false, SECOND);
        }
        long later = SECOND + BackOff.LONGEST_OFFLINE_NANOS;
        assertFalse(backOff.mayDial(router, later - 1));
        assertTrue(backOff.mayDial(router, later));
        assertFalse(backOff.mayDial(other, later));
        backOff.failed(router, true, later);
        backOff.reached(Hash.of(key(3)));
        assertTrue(backOff.mayDial(router, later), "it was not its fault");
        assertFalse(backOff.mayDial(other, later), "it was this one's");
    }

    @Test
    void reservedRangesAreKnown() {
        for (String reserved : new String[] {
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.1.1",
            "172.16.0.1",
            "172.31.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "2002:a00::1",
            "::ffff:1.2.3.4",
            "200:1::1"
        }) {
            assertTrue(ReservedAddresses.isReserved(NetUtil.createByteArrayFromIpAddressString(reserved)), reserved);
        }
        for (String open : new String[] {
            "44.1.2.3",
            "1.1.1.1",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.3.1",
            "198.20.0.1",
            "223.255.255.1",
            "2a00:1450::1",
            "2001:4860::8888",
            "2600::1"
        }) {
            assertFalse(ReservedAddresses.isReserved(NetUtil.createByteArrayFromIpAddressString(open)), open);
        }
    }

    @Test
    void talliesCountByReason() {
        Tally<SendResult> tally = new Tally<>(SendResult.class);
        tally.add(SendResult.EXPIRED);
        tally.add(SendResult.EXPIRED);
        tally.add(SendResult.CONGESTED);
        assertEquals(3, tally.total());
        assertEquals("{congested=1, expired=2}", tally.toMap().toString());
    }
}
