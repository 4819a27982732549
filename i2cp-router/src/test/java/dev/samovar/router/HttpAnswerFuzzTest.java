package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.router.ReseedFetcher.Fetched;
import dev.samovar.testkit.Fuzz;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Answers of hosts that follow no rule, in pieces of any size: each ends in a body within its bound, or in a fault. */
class HttpAnswerFuzzTest {

    private static final long SEED = 20261127;
    private static final int ROUNDS = 6000;
    private static final int MAX_BYTES = 200;
    private static final String BODY = "x".repeat(150);

    private static final List<String> GOOD = List.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 150\r\n\r\n" + BODY,
            "HTTP/1.0 200 OK\r\nServer: any\r\n\r\n" + BODY,
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 150\r\n\r\n" + BODY,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64;a=b\r\n" + BODY.substring(50) + "\r\n32\r\n"
                    + BODY.substring(100) + "\r\n0\r\nTrailer: x\r\n\r\n");

    private static final List<String> BAD = List.of(
            "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone",
            "HTTP/1.1 200 OK\r\nContent-Length: 201\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n" + BODY,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n" + BODY,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n" + BODY,
            "HTTP/1.1 200 OK\r\n\r\n" + "y".repeat(201),
            "HTTP/1.1 101 Switching Protocols\r\n\r\n" + BODY,
            "\r\n\r\n\r\n",
            "");

    /** What is told first of these bytes when the host hangs up after them. */
    private static Fetched answer(byte[] bytes, Random pieces) {
        List<Fetched> told = new ArrayList<>();
        HttpAnswer answer = new HttpAnswer(MAX_BYTES, (by, fetched) -> told.add(fetched));
        EmbeddedChannel channel = new EmbeddedChannel(HttpAnswer.codec(), answer);
        answer.onSecured();
        for (int at = 0; at < bytes.length && channel.isActive(); ) {
            int length = Math.min(bytes.length - at, 1 + pieces.nextInt(pieces.nextBoolean() ? 4 : 400));
            channel.writeInbound(Unpooled.copiedBuffer(bytes, at, length));
            at += length;
        }
        channel.finishAndReleaseAll();
        assertFalse(told.isEmpty(), "nothing was told");
        return told.get(0);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void whatIsGoodIsTakenInPiecesOfAnySize() {
        Random random = new Random(SEED);
        for (String good : GOOD) {
            for (int round = 0; round < 50; round++) {
                assertArrayEquals(ascii(BODY), answer(ascii(good), random).body(), good);
            }
        }
    }

    @Test
    void whatIsBadIsAFault() {
        Random random = new Random(SEED);
        for (String bad : BAD) {
            for (int round = 0; round < 50; round++) {
                Fetched fetched = answer(ascii(bad), random);
                assertTrue(fetched.body() == null && fetched.fault() != null, bad);
            }
        }
    }

    @Test
    void whateverComesEndsInABodyWithinBoundsOrAFault() {
        Random random = new Random(SEED);
        List<String> samples = new ArrayList<>(GOOD);
        samples.addAll(BAD);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = Fuzz.mutate(ascii(samples.get(random.nextInt(samples.size()))), random);
            try {
                Fetched fetched = answer(bytes, random);
                assertTrue(fetched.fault() == null ? fetched.body().length <= MAX_BYTES : fetched.body() == null);
            } catch (RuntimeException | AssertionError failed) {
                throw new AssertionError("seed " + SEED + " round " + round, failed);
            }
        }
    }
}
