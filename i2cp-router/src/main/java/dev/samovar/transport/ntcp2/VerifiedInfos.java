package dev.samovar.transport.ntcp2;

import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * RouterInfos whose signatures were verified in earlier handshakes, so that a peer that comes back with the same one costs
 * a digest and no signature check. From any thread. Two generations, the older dropped whole when the younger is full; what
 * is kept is the digest of all bytes, signature included.
 */
final class VerifiedInfos {

    static final int MOST_PER_GENERATION = 1024;

    private record Generations(Set<Hash> young, Set<Hash> old) {}

    private final AtomicReference<Generations> generations =
            new AtomicReference<>(new Generations(ConcurrentHashMap.newKeySet(), ConcurrentHashMap.newKeySet()));

    /** Whether its signature holds. */
    boolean verify(RouterInfo info) {
        Hash digest = Hash.of(info.bytes());
        Generations current = generations.get();
        if (current.young.contains(digest)) {
            return true;
        }
        if (!current.old.contains(digest) && !info.verify()) {
            return false;
        }
        if (current.young.size() >= MOST_PER_GENERATION) {
            Generations next = new Generations(ConcurrentHashMap.newKeySet(), current.young);
            current = generations.compareAndSet(current, next) ? next : generations.get();
        }
        current.young.add(digest);
        return true;
    }

    /** RouterInfos that are remembered. */
    int size() {
        Generations current = generations.get();
        return current.young.size() + current.old.size();
    }
}
