package dev.samovar.sam.naming;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.samovar.base.Lane;
import dev.samovar.crypto.SigType;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.i2cp.client.CreateResult;
import dev.samovar.i2cp.client.I2cpClient;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.LookupResult;
import dev.samovar.i2cp.client.LookupTarget;
import dev.samovar.i2cp.client.SessionOptions;
import dev.samovar.sam.naming.NameResolver.Answer;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.SimWorld;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameResolverTest {

    private static final Destination SOMEBODY = destination(1);
    private static final Destination OTHER = destination(2);

    @TempDir
    Path directory;

    private final SimWorld world = new SimWorld(1);
    private final Lane lane = world.newLane();
    private final List<LookupTarget> asked = new ArrayList<>();
    private LookupResult routerSays = new LookupResult.NotFound();
    private Path file;
    private NameResolver names;

    private static Destination destination(int seed) {
        return DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, new SeededEntropy(seed))
                .destination();
    }

    @BeforeEach
    void make() {
        file = directory.resolve("hosts.txt");
        names = new NameResolver(lane, new Router(), new HostsFile(file));
    }

    private final class Router implements I2cpClient {
        @Override
        public Future<CreateResult> createSession(
                Lane on, DestinationKeys keys, SessionOptions options, I2cpClientSession.Listener listener) {
            throw new IllegalStateException();
        }

        @Override
        public Future<LookupResult> lookup(Lane on, LookupTarget target) {
            asked.add(target);
            Promise<LookupResult> answer = on.newPromise();
            answer.setSuccess(routerSays);
            return answer;
        }

        @Override
        public void close() {}
    }

    private Answer resolve(String text) {
        Answer[] answer = new Answer[1];
        world.on(lane, () -> names.resolve(text, null, found -> answer[0] = found));
        world.runReady();
        assertNotNull(answer[0]);
        return answer[0];
    }

    @Test
    void aDestinationIsItself() {
        assertEquals(new Answer.Found(SOMEBODY), resolve(SOMEBODY.toBase64()));
        assertEquals(List.of(), asked);
    }

    @Test
    void anAddressIsAskedByItsHash() {
        routerSays = new LookupResult.Found(SOMEBODY);
        assertEquals(new Answer.Found(SOMEBODY), resolve(SOMEBODY.toBase32().toUpperCase(Locale.ROOT) + ".B32.I2P"));
        assertEquals(List.of(new LookupTarget.ByHash(SOMEBODY.hash())), asked);
    }

    @Test
    void aNameOfTheRoutersIsAskedInLowerCase() {
        routerSays = new LookupResult.Found(SOMEBODY);
        assertEquals(new Answer.Found(SOMEBODY), resolve("Stats.i2p"));
        assertEquals(List.of(new LookupTarget.ByName("stats.i2p")), asked);
    }

    @Test
    void noAnswerIsNotTheSameAsNo() {
        assertInstanceOf(Answer.NotFound.class, resolve("nobody.i2p"));
        routerSays = new LookupResult.TimedOut();
        assertInstanceOf(Answer.Unanswered.class, resolve("nobody.i2p"));
        routerSays = new LookupResult.Unavailable();
        assertInstanceOf(Answer.Unanswered.class, resolve("nobody.i2p"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                ".i2p",
                "name",
                "name.com",
                "a b.i2p",
                "a=b.i2p",
                "..i2p",
                ".a.i2p",
                "a..i2p",
                "a/b.i2p",
                "short.b32.i2p",
                "1111111111111111111111111111111111111111111111111111.b32.i2p"
            })
    void whatCanNeverBeANameIsMalformedAndNotAsked(String text) {
        assertInstanceOf(Answer.Malformed.class, resolve(text));
        assertEquals(List.of(), asked);
    }

    @Test
    void longTextThatIsNoDestinationIsMalformed() {
        assertInstanceOf(Answer.Malformed.class, resolve("A".repeat(600)));
        assertInstanceOf(Answer.Malformed.class, resolve(SOMEBODY.toBase64() + "AAAA"));
        assertInstanceOf(Answer.Malformed.class, resolve("x".repeat(300) + ".i2p"));
    }

    @Test
    void theHostsFileComesFirstAndIsReadAgainWhenItChanges() throws Exception {
        assertInstanceOf(Answer.NotFound.class, resolve("friend.i2p"));
        write("# friends\nfriend.i2p=" + SOMEBODY.toBase64() + "#!a=b\nbroken\n=x\nbad.i2p=zzz\n", 1);
        assertEquals(new Answer.Found(SOMEBODY), resolve("Friend.i2p"));
        assertInstanceOf(Answer.NotFound.class, resolve("bad.i2p"));
        write("friend.i2p = " + OTHER.toBase64() + "\r\n", 2);
        assertEquals(new Answer.Found(OTHER), resolve("friend.i2p"));
        Files.delete(file);
        assertInstanceOf(Answer.NotFound.class, resolve("friend.i2p"));
    }

    @Test
    void aHostsFileBeyondItsBoundCountsAsEmpty() throws Exception {
        write("friend.i2p=" + SOMEBODY.toBase64() + "\n" + "#".repeat(HostsFile.MAX_BYTES), 1);
        assertNull(new HostsFile(file).find("friend.i2p"));
    }

    private void write(String text, int time) throws Exception {
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000L * time));
    }
}
