package dev.samovar.netdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Hash;
import dev.samovar.data.RouterKeys;
import dev.samovar.peer.Peer;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.TestRouters;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosestIndexTest {

    private final SeededEntropy entropy = new SeededEntropy(1);
    private final ClosestIndex index = new ClosestIndex();
    private final List<Peer> all = new ArrayList<>();

    private void fill(int count) {
        for (int i = 0; i < count; i++) {
            Peer peer = Peer.of(TestRouters.info(RouterKeys.generate(entropy), 1000 + i, "XfR", TestRouters.host(i)));
            all.add(peer);
            index.put(peer);
        }
    }

    private RoutingKey target() {
        return RoutingKey.ofDay(Hash.fromBytes(entropy.bytes(Hash.LENGTH)), 20_000);
    }

    @Test
    void theClosestAreThoseThatSortingFinds() {
        fill(150);
        for (int run = 0; run < 50; run++) {
            RoutingKey target = target();
            List<Peer> sorted = new ArrayList<>(all);
            sorted.sort((a, b) -> target.compareDistance(RoutingKey.plain(a.hash()), RoutingKey.plain(b.hash())));
            assertEquals(sorted.subList(0, 8), index.closest(target, 8, peer -> true));
            List<Peer> odd = sorted.stream()
                    .filter(peer -> peer.info().publishedMillis() % 2 == 1)
                    .toList();
            assertEquals(
                    odd.subList(0, 5),
                    index.closest(target, 5, peer -> peer.info().publishedMillis() % 2 == 1));
        }
        assertEquals(150, index.closest(target(), 1000, peer -> true).size());
        assertEquals(List.of(), index.closest(target(), 0, peer -> true));
    }

    @Test
    void onlyRoutersThatWouldBeAmongTheAnswerAreAskedWhetherTheyFit() {
        fill(1000);
        int[] asked = new int[1];
        for (int run = 0; run < 100; run++) {
            index.closest(target(), 8, peer -> ++asked[0] > 0);
        }
        // 8 and then 8 / n of the n-th: about 47 of 1000
        assertTrue(asked[0] / 100 < 120, "asked " + asked[0] / 100);
    }

    @Test
    void whoIsRemovedOrRenewedIsFoundAsHeIs() {
        fill(60);
        for (int i = 0; i < 60; i += 2) {
            index.remove(all.get(i).hash());
        }
        index.remove(all.get(0).hash());
        assertEquals(30, index.size());
        List<Peer> left = index.closest(target(), 60, peer -> true);
        assertEquals(30, left.size());
        assertTrue(left.stream().allMatch(peer -> all.indexOf(peer) % 2 == 1));
        index.put(all.get(1));
        assertEquals(30, index.size());
    }
}
