package dev.samovar.netdb;

import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.base.WireException;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.garlic.GarlicBlock;
import dev.samovar.garlic.GarlicClove;
import dev.samovar.garlic.OneTimeGarlic;
import dev.samovar.garlic.RouterGarlic;
import dev.samovar.i2np.DatabaseLookup;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Lookups that only the floodfill can read, and answers that only we can (ECIES-X25519 routers specification): each lookup
 * goes in router garlic, the key agreement off the lane, and names a key and a tag by which the answer, wherever it arrives,
 * is known and opened. On the router lane.
 */
final class SealedLookups {

    static final int KEY_LENGTH = 32;

    private static final int MAX_PADDING = 15;
    private static final int MAX_EXPECTED = 2048;

    /** An answer that may come. */
    record Expected(Lookups<?> lookups, Hash target, Hash floodfill, byte[] key) {}

    private final NetDb netDb;
    private final Lane lane;
    private final Entropy entropy;
    private final Offload offload;
    private final Map<Long, Expected> expected = new HashMap<>();

    SealedLookups(NetDb netDb, Lane lane, Entropy entropy, Offload offload) {
        this.netDb = netDb;
        this.lane = lane;
        this.entropy = entropy;
        this.offload = offload;
    }

    /** Seals a lookup that names a key for its answer, and sends it; {@code failed} when it could not go out. */
    void send(Lookups<?> lookups, RouterInfo floodfill, DatabaseLookup body, LookupRoute route, Runnable failed) {
        if (expected.size() < MAX_EXPECTED) {
            Expected reply = new Expected(
                    lookups, body.key(), floodfill.hash(), body.replyKey().key());
            expected.put(number(body.replyKey().tag()), reply);
        }
        send(floodfill, netDb.message(body), route, failed);
    }

    /** Seals a message, which is taken over, and sends it; {@code failed} when it could not go out. */
    void send(RouterInfo floodfill, I2npMessage message, LookupRoute route, Runnable failed) {
        byte[] ephemeral = entropy.bytes(KEY_LENGTH);
        long seconds = TimeUnit.MILLISECONDS.toSeconds(lane.clock().epochMillis());
        List<GarlicBlock> blocks = List.of(
                new GarlicBlock.DateTime(seconds),
                GarlicClove.local(message),
                new GarlicBlock.Padding(entropy.below(MAX_PADDING + 1)));
        offload.submit(lane, () -> seal(floodfill, blocks, ephemeral), garlic -> {
            message.release();
            if (garlic == null || !route.send(floodfill, netDb.message(new Garlic(garlic)))) {
                failed.run();
            }
        });
    }

    private static byte[] seal(RouterInfo floodfill, List<GarlicBlock> blocks, byte[] ephemeral) {
        X25519KeyPair pair = X25519KeyPair.of(SecretBytes.takeOver(ephemeral));
        byte[] garlic = RouterGarlic.seal(floodfill.identity().encryptionKey(), blocks, pair);
        pair.destroy();
        return garlic;
    }

    /** What waits for this garlic, once; null when nothing does, or not of those that may have it. */
    Expected take(byte[] garlic, Predicate<Lookups<?>> may) {
        if (garlic.length < Long.BYTES) {
            return null;
        }
        long tag = number(garlic);
        Expected reply = expected.get(tag);
        if (reply == null || !may.test(reply.lookups)) {
            return null;
        }
        return expected.remove(tag);
    }

    /** The blocks of an answer. */
    static List<GarlicBlock> open(Expected reply, byte[] garlic) throws WireException {
        return OneTimeGarlic.open(reply.key, garlic);
    }

    /** This lookup is over: answers to it are no longer expected. */
    void forget(Lookups<?> lookups, Hash target) {
        expected.values().removeIf(reply -> reply.lookups == lookups && reply.target.equals(target));
    }

    private static long number(byte[] tag) {
        long number = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            number = number << Byte.SIZE | tag[i] & 0xff;
        }
        return number;
    }
}
