package dev.samovar.tunnel;

import dev.samovar.base.SansIo;
import dev.samovar.base.WireException;
import dev.samovar.garlic.GarlicBlock;
import dev.samovar.garlic.GarlicBlockCodec;
import dev.samovar.garlic.OneTimeGarlic;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.ReplyKey;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The garlic messages that are awaited: each under a key of its own, known by the tag that it begins with, once, for a minute,
 * and down the tunnels of one pool alone. Elsewhere it would be somebody who tries out whether two tunnels are of one router.
 * No more than {@value #MAX_TAGS} are kept; when full, the oldest goes.
 */
@SansIo
final class OneTimeTags {

    static final int MAX_TAGS = 8192;

    static final long LIFE = TimeUnit.MINUTES.toNanos(1);

    /** In the body of a garlic message, behind its length. */
    private static final int TAG_AT = 4;

    private record Awaited(Object pool, byte[] key, long endsAt, Consumer<List<GarlicBlock>> then) {}

    private final Map<Long, Awaited> tags = new LinkedHashMap<>();
    private long strayed;
    private long damaged;

    /**
     * Awaits one message.
     *
     * @param key copied
     * @param pool whose tunnels it comes by
     * @param then borrows what was in it
     */
    void await(ReplyKey key, Object pool, long now, Consumer<List<GarlicBlock>> then) {
        if (tags.size() >= MAX_TAGS) {
            forget(tags.keySet().iterator().next());
        }
        tags.put(number(key.tag()), new Awaited(pool, key.key().clone(), now + LIFE, then));
    }

    /** No longer awaits it. */
    void forget(ReplyKey key) {
        forget(number(key.tag()));
    }

    private void forget(long tag) {
        Awaited awaited = tags.remove(tag);
        if (awaited != null) {
            Arrays.fill(awaited.key, (byte) 0);
        }
    }

    /** Whether the body of a {@link Garlic} begins with a tag that is awaited, by whatever tunnel it came. */
    boolean isAwaited(ByteBuf body) {
        return body.readableBytes() >= TAG_AT + Long.BYTES
                && tags.containsKey(body.getLong(body.readerIndex() + TAG_AT));
    }

    /**
     * Opens a message that came down a tunnel of this pool, where it is awaited.
     *
     * @return false when nobody awaits it here, so that it is the owner's
     */
    boolean open(Garlic garlic, Object pool, long now) {
        byte[] data = garlic.data();
        if (data.length < OneTimeGarlic.OVERHEAD) {
            return false;
        }
        Awaited awaited = tags.get(number(data));
        if (awaited == null || now >= awaited.endsAt) {
            return false;
        }
        if (awaited.pool != pool) {
            strayed++;
            return true;
        }
        List<GarlicBlock> blocks;
        try {
            blocks = OneTimeGarlic.open(awaited.key, data);
        } catch (WireException forged) {
            // whoever saw the tag may say anything under it; the true message may still come
            damaged++;
            return true;
        }
        forget(number(data));
        try {
            awaited.then.accept(blocks);
        } finally {
            GarlicBlockCodec.release(blocks);
        }
        return true;
    }

    /** Forgets what did not come. */
    void expire(long now) {
        for (Iterator<Awaited> all = tags.values().iterator(); all.hasNext(); ) {
            Awaited awaited = all.next();
            if (now < awaited.endsAt) {
                // the others came later
                return;
            }
            Arrays.fill(awaited.key, (byte) 0);
            all.remove();
        }
    }

    int size() {
        return tags.size();
    }

    /** Messages that came by the tunnels of another pool. */
    long strayed() {
        return strayed;
    }

    /** Messages under an awaited tag that its key does not open. */
    long damaged() {
        return damaged;
    }

    private static long number(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }
}
