package dev.samovar.garlic;

import dev.samovar.base.Entropy;
import dev.samovar.crypto.X25519;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.garlic.GarlicBlock.NextKey;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * The awaited tags of what the other side of a session sends: the newest set and those before it, which live for a while for
 * messages that come late. Answers the questions of {@link SendTags}, and repeats the answer until a message of the new set
 * comes.
 */
final class ReceiveTags {

    /** How long a set outlives the first message of the set behind it, nanoseconds. */
    static final long PREVIOUS_LIFE = TimeUnit.MINUTES.toNanos(3);

    /** A peer that asks for set after set makes us agree on keys: after so few messages not more often than this. */
    private static final long LEAST_INTERVAL = TimeUnit.MILLISECONDS.toNanos(200);

    private static final int FEW_MESSAGES = 1024;

    /** Sets at a time; older ones go when another comes. */
    private static final int MOST_SETS = 3;

    private static final int NO_KEY = -1;
    private static final long NEVER = Long.MAX_VALUE;

    private final RatchetPair owner;
    private final TagTable table;
    private final TagWindows windows;

    /** The newest last. */
    private final Deque<ReceiveTagSet> sets = new ArrayDeque<>();

    private X25519KeyPair own;
    private int ownId = NO_KEY;
    private byte[] theirs;
    private int theirId = NO_KEY;
    /** Null when the last one was understood. */
    private NextKey answer;

    private boolean answerSent;
    private long ratchetedAt;
    private long previousEnd = NEVER;

    /** Takes {@code chain} over, the first set. */
    ReceiveTags(RatchetPair owner, TagChain chain, TagTable table, TagWindows windows) {
        this.owner = owner;
        this.table = table;
        this.windows = windows;
        sets.add(new ReceiveTagSet(owner, 0, chain, windows.first(), table));
    }

    /** A message of this set came. */
    void accept(ReceiveTagSet set, int number, long now) {
        set.accept(number);
        if (set == sets.peekLast() && set.id() > 0) {
            answer = null;
            if (sets.size() > 1 && previousEnd == NEVER) {
                previousEnd = now + PREVIOUS_LIFE;
            }
        }
    }

    /**
     * A question came in a message of {@code set}. One that repeats what was answered before is answered again.
     *
     * @return whether it made a new set
     */
    boolean question(NextKey question, ReceiveTagSet set, Entropy entropy, long now) {
        if (set != sets.peekLast()) {
            answerSent &= answer == null;
            return false;
        }
        int next = set.id() + 1;
        boolean newOwn = next % 2 != 0;
        boolean newTheirs = next == 1 || !newOwn;
        if (question.requestReverse() != newOwn
                || question.keyId() != (newTheirs ? theirId + 1 : theirId)
                || newTheirs != (question.key() != null)
                || set.id() > 0 && set.highest() < FEW_MESSAGES && now - ratchetedAt < LEAST_INTERVAL
                || next > NextKey.MAX_ID * 2 + 1
                || !windows.hasRoom()) {
            return false;
        }
        X25519KeyPair pair = newOwn ? X25519KeyPair.generate(entropy) : own;
        byte[] secret = new byte[X25519.KEY_LENGTH];
        if (!pair.agree(newTheirs ? question.key() : theirs, secret)) {
            return false;
        }
        if (newOwn) {
            if (own != null) {
                own.destroy();
            }
            own = pair;
            ownId++;
        }
        if (newTheirs) {
            theirs = question.key();
            theirId++;
        }
        if (sets.size() >= MOST_SETS) {
            sets.removeFirst().destroy();
        }
        sets.add(new ReceiveTagSet(owner, next, set.next(secret), windows.further(set.highest()), table));
        Arrays.fill(secret, (byte) 0);
        previousEnd = NEVER;
        answer = new NextKey(true, false, ownId, newOwn ? own.publicKey() : null);
        answerSent = false;
        ratchetedAt = now;
        return true;
    }

    /** The answer that the next message has to carry; null for none. */
    NextKey answer() {
        answerSent = true;
        return answer;
    }

    /** Whether an answer was never sent since it was asked for. */
    boolean owesAnswer() {
        return answer != null && !answerSent;
    }

    /** Forgets sets whose time has passed. */
    void expire(long now) {
        if (now >= previousEnd) {
            while (sets.size() > 1) {
                sets.removeFirst().destroy();
            }
            previousEnd = NEVER;
        }
    }

    void destroy() {
        sets.forEach(ReceiveTagSet::destroy);
        sets.clear();
        if (own != null) {
            own.destroy();
        }
        answer = null;
    }

    @Override
    public String toString() {
        return "[" + sets.size() + " tag sets]";
    }
}
