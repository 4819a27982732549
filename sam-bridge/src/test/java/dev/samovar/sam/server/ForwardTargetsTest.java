package dev.samovar.sam.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import dev.samovar.base.Cancellable;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.testkit.SimWorld;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** With a resolver that answers when the test says so. */
class ForwardTargetsTest {

    private static final InetSocketAddress CLIENT = new InetSocketAddress("127.0.0.9", 40_000);

    private final SimWorld world = new SimWorld(1);
    private final Lane lane = world.newLane();
    private final Channel client = mock(Channel.class);
    private final Deque<Runnable> asked = new ArrayDeque<>();
    private final ForwardTargets targets = new ForwardTargets(lane, new Offload() {
        @Override
        public <T> void submit(Lane on, Supplier<T> work, Consumer<T> then) {
            asked.add(() -> on.execute(() -> then.accept(work.get())));
        }
    });
    private final List<String> answers = new ArrayList<>();

    private Cancellable find(String host) {
        Cancellable[] question = new Cancellable[1];
        world.on(
                lane,
                () -> question[0] = targets.find(client, host, 80, found -> {
                    String text = found == null ? "none" : found.getAddress().getHostAddress() + ":" + found.getPort();
                    answers.add(host + " " + text);
                }));
        return question[0];
    }

    /** The resolver answers those that it was asked. */
    private void answer() {
        List<Runnable> now = new ArrayList<>(asked);
        asked.clear();
        now.forEach(Runnable::run);
        world.runReady();
    }

    @Test
    void anAddressWaitsForNobody() {
        for (int i = 0; i < 10; i++) {
            find("localhost");
        }
        for (String host : new String[] {"127.0.0.1", "::1", "[::1]", "192.0.2.7"}) {
            find(host);
        }
        assertEquals(
                List.of(
                        "127.0.0.1 127.0.0.1:80",
                        "::1 0:0:0:0:0:0:0:1:80",
                        "[::1] 0:0:0:0:0:0:0:1:80",
                        "192.0.2.7 192.0.2.7:80"),
                answers);
        verifyNoInteractions(client);
    }

    @Test
    void withoutAHostItIsTheClientsOwnAddress() {
        when(client.remoteAddress()).thenReturn(CLIENT, (InetSocketAddress) null);
        find(null);
        find(null);
        assertEquals(List.of("null 127.0.0.9:80", "null none"), answers);
    }

    @Test
    void aNameIsAskedFor() {
        find("localhost");
        find("no such name");
        answer();
        assertTrue(answers.contains("localhost 127.0.0.1:80"), answers.toString());
        assertTrue(answers.contains("no such name none"), answers.toString());
    }

    @Test
    void aNameThatIsNotAnsweredInTimeIsUnknownAndItsAnswerComesToNobody() {
        find("localhost");
        world.runFor(ForwardTargets.LOOKUP_NANOS - 1, TimeUnit.NANOSECONDS);
        assertEquals(List.of(), answers);
        world.runFor(1, TimeUnit.NANOSECONDS);
        assertEquals(List.of("localhost none"), answers);
        answer();
        assertEquals(List.of("localhost none"), answers);
        find("localhost");
        answer();
        assertEquals(List.of("localhost none", "localhost 127.0.0.1:80"), answers);
    }

    @Test
    void soManyAreAskedAtATimeSoManyWaitAndMoreAreRefused() {
        int bound = ForwardTargets.MAX_ASKED + ForwardTargets.MAX_WAITING;
        for (int i = 0; i < bound; i++) {
            find("localhost");
        }
        assertEquals(ForwardTargets.MAX_ASKED, asked.size());
        assertEquals(List.of(), answers);
        find("localhost");
        assertEquals(List.of("localhost none"), answers);
        while (!asked.isEmpty()) {
            answer();
            assertTrue(asked.size() <= ForwardTargets.MAX_ASKED);
        }
        assertEquals(bound + 1, answers.size());
    }

    @Test
    void whoHasGoneIsNeitherAskedForNorTold() {
        List<Cancellable> questions = new ArrayList<>();
        for (int i = 0; i < ForwardTargets.MAX_ASKED + 3; i++) {
            questions.add(find("localhost"));
        }
        world.on(lane, () -> questions.forEach(Cancellable::cancel));
        answer();
        assertEquals(0, asked.size());
        world.runFor(1, TimeUnit.MINUTES);
        assertEquals(List.of(), answers);
        assertNotNull(find("127.0.0.1"));
        assertEquals(1, answers.size());
    }
}
