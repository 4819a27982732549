package dev.samovar.garlic;

import dev.samovar.base.Entropy;
import dev.samovar.base.SansIo;
import dev.samovar.i2np.ReplyKey;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The keys under which replies are awaited, by their tags. A tag serves once; one whose reply does not come is forgotten with
 * time, or when more are awaited than the bound, the oldest first. Whoever opens garlic asks here before anything else, as a
 * tag is all that tells such a reply from other garlic.
 */
@SansIo
public final class OneTimeKeys {

    private record Awaited(byte[] key, long untilMillis) {}

    private final Map<Long, Awaited> awaited = new LinkedHashMap<>();
    private final long patienceMillis;
    private final int most;

    public OneTimeKeys(long patienceMillis, int most) {
        this.patienceMillis = patienceMillis;
        this.most = most;
    }

    /** Makes a key and a tag, and awaits a reply under them. */
    public ReplyKey newReplyKey(Entropy entropy, long nowMillis) {
        ReplyKey made = new ReplyKey(entropy.bytes(ReplyKey.KEY_LENGTH), entropy.bytes(ReplyKey.TAG_LENGTH));
        await(made.key(), made.tag(), nowMillis);
        return made;
    }

    /** Awaits a reply under a key and tag that came about elsewhere, as those of a tunnel build do. */
    public void await(byte[] key, byte[] tag, long nowMillis) {
        dropOld(nowMillis);
        awaited.put(number(tag), new Awaited(key.clone(), nowMillis + patienceMillis));
    }

    /**
     * The key for garlic that begins with an awaited tag, which from now on is awaited no more.
     *
     * @param garlic what a {@code Garlic} message carries
     * @return null when it does not
     */
    public byte[] take(byte[] garlic, long nowMillis) {
        if (awaited.isEmpty() || garlic.length < OneTimeGarlic.TAG_LENGTH) {
            return null;
        }
        Awaited found = awaited.remove(number(garlic));
        return found == null || found.untilMillis < nowMillis ? null : found.key;
    }

    /** How many replies are awaited. */
    public int size() {
        return awaited.size();
    }

    private void dropOld(long nowMillis) {
        Iterator<Awaited> oldest = awaited.values().iterator();
        while (oldest.hasNext()) {
            boolean over = oldest.next().untilMillis < nowMillis;
            if (!over && awaited.size() < most) {
                return;
            }
            oldest.remove();
        }
    }

    private static long number(byte[] tag) {
        return ByteBuffer.wrap(tag).getLong();
    }
}
