package dev.samovar.dest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.dest.Questions.Overdue;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class QuestionsTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long PUBLISHED = 1_767_225_600L;

    private final Questions questions = new Questions();

    @Test
    void aLeaseSetIsToldOnceWhileItMayBeUnderWay() {
        assertTrue(questions.wantsTelling(PUBLISHED));
        questions.handleAsked(1, PUBLISHED, 0, 1, 0);
        assertFalse(questions.wantsTelling(PUBLISHED));
        assertTrue(questions.wantsTelling(PUBLISHED + 1), "a newer one");
        questions.handleAnswer(1, SECOND);
        assertFalse(questions.wantsTelling(PUBLISHED));
        assertTrue(questions.wantsTelling(PUBLISHED + 1));
    }

    /** Else each second message would carry the lease set, and no answer would ever count. */
    @Test
    void questionsAboutMessagesDoNotSupersedeTheOneAboutALeaseSet() {
        questions.handleAsked(1, PUBLISHED, 11, 1, 0);
        for (int i = 2; i < 20; i++) {
            assertFalse(questions.wantsTelling(PUBLISHED));
            assertEquals(0, questions.handleAsked(i, 0, 10 + i, 1, i));
        }
        assertEquals(11, questions.handleAnswer(1, SECOND));
        assertEquals(15, questions.handleAnswer(5, SECOND));
        assertEquals(0, questions.handleAnswer(5, SECOND), "once only");
        assertFalse(questions.wantsTelling(PUBLISHED));
    }

    @Test
    void aLeaseSetThatMayBeLostIsToldAgain() {
        questions.handleAsked(1, PUBLISHED, 0, 1, 0);
        assertNull(questions.pollOverdue(1, 5 * SECOND));
        assertEquals(new Overdue(0, true), questions.pollOverdue(1, 6 * SECOND));
        assertNull(questions.pollOverdue(1, 6 * SECOND));
        assertTrue(questions.wantsTelling(PUBLISHED));
    }

    @Test
    void itIsAskedNowAndThenAndNotWhileAQuestionIsOpen() {
        assertTrue(questions.wantsAsking(0));
        questions.handleAsked(1, 0, 0, 1, 0);
        assertFalse(questions.wantsAsking(SECOND));
        questions.handleAnswer(1, 2 * SECOND);
        assertFalse(questions.wantsAsking(11 * SECOND));
        assertTrue(questions.wantsAsking(12 * SECOND));
    }

    @Test
    void silenceSpeaksAgainstTheWayThatTheQuestionWent() {
        questions.handleAsked(1, 0, 7, 1, 0);
        questions.handleAsked(2, 0, 8, 2, SECOND);
        assertEquals(new Overdue(7, false), questions.pollOverdue(2, 7 * SECOND));
        assertEquals(new Overdue(8, true), questions.pollOverdue(2, 7 * SECOND));
        assertEquals(1, questions.silences());
    }

    @Test
    void aMessageThatWasLostAloneSpeaksAgainstNothing() {
        questions.handleAsked(1, 0, 7, 1, 0);
        questions.handleAsked(2, 0, 8, 1, SECOND);
        questions.handleAnswer(2, 2 * SECOND);
        assertEquals(new Overdue(7, false), questions.pollOverdue(1, 7 * SECOND));
        assertEquals(0, questions.silences());
    }

    @Test
    void whateverIsHeardEndsTheSilences() {
        questions.handleAsked(1, 0, 0, 1, 0);
        questions.pollOverdue(1, 6 * SECOND);
        assertEquals(1, questions.silences());
        questions.handleHeard();
        assertEquals(0, questions.silences());
    }

    /** However many messages a client asks about, the oldest come to their end. */
    @Test
    void aStreamOfQuestionsDoesNotPutOffTheirEnd() {
        int overdue = 0;
        for (int i = 0; i < 100; i++) {
            long now = i * SECOND;
            questions.handleAsked(i, 0, i + 1, 1, now);
            while (questions.pollOverdue(1, now) != null) {
                overdue++;
            }
        }
        assertEquals(94, overdue);
    }

    @Test
    void ofTooManyTheOldestIsGivenUp() {
        for (int i = 0; i < Questions.MAX_OPEN; i++) {
            assertEquals(0, questions.handleAsked(i, 0, 100 + i, 1, i));
        }
        assertEquals(100, questions.handleAsked(1000, 0, 1, 1, 100));
        assertEquals(101, questions.handleAsked(1001, 0, 2, 1, 100));
    }

    @Test
    void withTheSessionAllThatWasToldIsLost() {
        questions.handleAsked(1, PUBLISHED, 5, 1, 0);
        questions.handleAnswer(1, SECOND);
        questions.handleAsked(2, 0, 6, 1, SECOND);
        assertEquals(List.of(6L), questions.handleSessionLost());
        assertTrue(questions.wantsTelling(PUBLISHED));
        assertTrue(questions.wantsAsking(SECOND));
        assertFalse(questions.isOpen());
        assertEquals(0, questions.handleAnswer(2, 2 * SECOND), "numbers of another session begin anew");
    }
}
