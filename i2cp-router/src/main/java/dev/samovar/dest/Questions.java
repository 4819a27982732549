package dev.samovar.dest;

import dev.samovar.base.SansIo;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What one other side was asked to say that it has, and what follows from its answers and its silence:
 *
 * <ol>
 *   <li>Word of arrival is asked for now and then, with each lease set of ours, and with each message whose client wants to
 *       know. At most {@value #MAX_OPEN} questions are open.
 *   <li>An answer says that the other side has what went with the question: the message, and the lease set.
 *   <li>A question without an answer for {@value #PATIENCE_SECONDS} s speaks against the way that it went, unless a later one
 *       was answered, or another way was taken since.
 * </ol>
 */
@SansIo
final class Questions {

    static final int MAX_OPEN = 64;

    /** Through our tunnels, theirs and back by others, after they had time to say something themselves. */
    static final int PATIENCE_SECONDS = 6;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);

    /** While messages go, so often the way is known to work. */
    private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long NEVER = Long.MIN_VALUE;

    /**
     * One that is open.
     *
     * @param published the date of our lease set that went with it, seconds; 0 for none
     * @param ticket of the message that went with it, or 0
     * @param way the number of the way that it went
     */
    private record Question(long askedAt, long published, long ticket, int way) {}

    /**
     * One without an answer.
     *
     * @param ticket of the message that went with it, or 0
     * @param blamesWay whether it speaks against the way that is taken now
     */
    record Overdue(long ticket, boolean blamesWay) {}

    /** By the number that the answer names, the oldest first. */
    private final Map<Long, Question> open = new LinkedHashMap<>();

    /** The date of our lease set that it has for certain, seconds; 0 for none. */
    private long told;

    private long answeredAt = NEVER;
    /** When the latest of those that were answered was asked. */
    private long answersSince = NEVER;

    private int silences;

    /** Whether it must be told the lease set of this date: it may not have it, and no question about it is open. */
    boolean wantsTelling(long published) {
        return told < published && open.values().stream().noneMatch(question -> question.published >= published);
    }

    /** Whether to ask with the next message, though nobody wants to know. */
    boolean wantsAsking(long now) {
        return open.isEmpty() && (answeredAt == NEVER || now - answeredAt >= ASK_NANOS);
    }

    /** Whether a client that wants to know of its message can be told: of a burst the first few, which speak for the rest. */
    boolean hasRoom() {
        return open.size() < MAX_OPEN / 2;
    }

    /**
     * A message went out that asks.
     *
     * @param published the date of the lease set in it, or 0
     * @param ticket of the message, or 0
     * @param way the number of the way that it went
     * @return the ticket of the question that is given up for it, as too many are open; or 0
     */
    long handleAsked(long ackId, long published, long ticket, int way, long now) {
        long givenUp = 0;
        if (open.size() >= MAX_OPEN) {
            Iterator<Question> oldest = open.values().iterator();
            givenUp = oldest.next().ticket;
            oldest.remove();
        }
        open.put(ackId, new Question(now, published, ticket, way));
        return givenUp;
    }

    /** An answer. Returns the ticket of the message that it is about, or 0. */
    long handleAnswer(long ackId, long now) {
        Question question = open.remove(ackId);
        if (question == null) {
            return 0;
        }
        told = Math.max(told, question.published);
        answeredAt = now;
        answersSince = Math.max(answersSince, question.askedAt);
        silences = 0;
        return question.ticket;
    }

    /** It says something, if only something else. */
    void handleHeard() {
        silences = 0;
    }

    /** The next question that was open for too long, and now no longer is; null when there is none. */
    Overdue pollOverdue(int way, long now) {
        Iterator<Question> all = open.values().iterator();
        if (!all.hasNext()) {
            return null;
        }
        Question oldest = all.next();
        if (now - oldest.askedAt < PATIENCE_NANOS) {
            return null;
        }
        all.remove();
        boolean lostAlone = answersSince != NEVER && answersSince >= oldest.askedAt;
        boolean blamesWay = !lostAlone && oldest.way == way;
        if (blamesWay) {
            silences++;
        }
        return new Overdue(oldest.ticket, blamesWay);
    }

    /** Ways in a row that brought no answer, while nothing else was heard. */
    int silences() {
        return silences;
    }

    boolean isOpen() {
        return !open.isEmpty();
    }

    /** The session ended, and all that it was told may be lost. Returns the tickets of open questions. */
    List<Long> handleSessionLost() {
        List<Long> tickets = new ArrayList<>();
        open.values().forEach(question -> tickets.add(question.ticket));
        open.clear();
        told = 0;
        answeredAt = NEVER;
        silences = 0;
        return tickets;
    }
}
