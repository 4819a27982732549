package dev.samovar.transport.ntcp2;

import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.crypto.X25519KeyPair;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Key pairs made ahead, so that an answer need not wait for one. From any thread; each pair is given once. An empty store
 * makes a pair on the spot.
 */
final class EphemeralKeys implements Supplier<X25519KeyPair> {

    static final int STOCK = 32;

    private final ConcurrentLinkedQueue<X25519KeyPair> stock = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicBoolean refilling = new AtomicBoolean();
    private final Entropy entropy;
    private final Offload offload;
    private final Lane lane;

    /** @param lane where the end of a refill is told */
    EphemeralKeys(Entropy entropy, Offload offload, Lane lane) {
        this.entropy = entropy;
        this.offload = offload;
        this.lane = lane;
    }

    @Override
    public X25519KeyPair get() {
        X25519KeyPair pair = stock.poll();
        if (pair == null) {
            return X25519KeyPair.generate(entropy);
        }
        if (size.decrementAndGet() < STOCK / 2) {
            refill();
        }
        return pair;
    }

    /** Makes pairs up to the full stock, elsewhere. */
    void refill() {
        if (refilling.compareAndSet(false, true)) {
            offload.submit(
                    lane,
                    () -> {
                        while (size.get() < STOCK) {
                            stock.add(X25519KeyPair.generate(entropy));
                            size.incrementAndGet();
                        }
                        return Boolean.TRUE;
                    },
                    done -> refilling.set(false));
        }
    }
}
