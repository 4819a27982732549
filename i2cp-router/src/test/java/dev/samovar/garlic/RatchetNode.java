package dev.samovar.garlic;

import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.garlic.DecryptResult.Opened;
import dev.samovar.garlic.SealResult.Sealed;
import dev.samovar.i2np.DataMessage;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.testkit.SeededEntropy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/** A destination in ratchet tests: its sessions, and its name and key as its peers know them. */
final class RatchetNode {

    static final long EPOCH = 1_700_000_000_000L;

    final SeededEntropy entropy;
    final X25519KeyPair keys;
    final RatchetPeer self;
    RatchetSessions sessions;

    RatchetNode(long seed) {
        this(seed, RatchetConfig.defaults());
    }

    RatchetNode(long seed, RatchetConfig config) {
        entropy = new SeededEntropy(seed);
        keys = X25519KeyPair.generate(entropy);
        self = new RatchetPeer(Hash.of(keys.publicKey()), keys.publicKey());
        sessions = new RatchetSessions(config, keys, entropy);
    }

    /** As after a restart: the same name and key, and no memory. */
    void restart() {
        sessions.destroy();
        sessions = new RatchetSessions(RatchetConfig.defaults(), keys, entropy);
    }

    static long millis(long now) {
        return EPOCH + now / 1_000_000;
    }

    /** A message whose body is a number, in a buffer that is counted. */
    static GarlicClove clove(long number, int length) {
        ByteBuf body = PooledByteBufAllocator.DEFAULT.heapBuffer(length);
        body.writeLong(number).writeZero(length - Long.BYTES);
        return GarlicClove.local(new I2npMessage(DataMessage.TYPE, 1, EPOCH, body));
    }

    static GarlicClove clove(long number) {
        return clove(number, Long.BYTES);
    }

    SealResult seal(RatchetNode to, long now, long... numbers) {
        return seal(to, SealOptions.NONE, now, numbers);
    }

    SealResult seal(RatchetNode to, SealOptions options, long now, long... numbers) {
        List<GarlicClove> cloves = new ArrayList<>();
        for (long number : numbers) {
            cloves.add(clove(number));
        }
        return sessions.seal(to.self, cloves, options, now, millis(now));
    }

    /** Seals, and insists on it. */
    Sealed sealed(RatchetNode to, long now, long... numbers) {
        SealResult result = seal(to, now, numbers);
        if (result instanceof Sealed sealed) {
            return sealed;
        }
        throw new AssertionError(result);
    }

    DecryptResult open(byte[] garlic, long now) {
        return sessions.open(garlic, now, millis(now));
    }

    /** Opens, binds a first message to its sender, and gives the numbers in the cloves; insists on it. */
    List<Long> receive(RatchetNode from, byte[] garlic, long now) {
        DecryptResult result = open(garlic, now);
        if (!(result instanceof Opened opened)) {
            throw new AssertionError(result);
        }
        if (opened.kind() == RatchetKind.NEW_SESSION) {
            sessions.bind(opened.senderKey(), from.self.destination(), now);
        }
        return numbers(opened);
    }

    /** The numbers in the cloves, which are released. */
    static List<Long> numbers(Opened opened) {
        List<Long> numbers = new ArrayList<>();
        for (GarlicClove clove : opened.cloves()) {
            numbers.add(clove.message().body().getLong(clove.message().body().readerIndex()));
        }
        opened.release();
        return numbers;
    }

    List<RatchetEvent> events() {
        List<RatchetEvent> events = new ArrayList<>();
        for (RatchetEvent event = sessions.pollEvent(); event != null; event = sessions.pollEvent()) {
            events.add(event);
        }
        return events;
    }

    /** Brings up a session by all three messages. */
    static void establish(RatchetNode alice, RatchetNode bob, long now) {
        bob.receive(alice, alice.sealed(bob, now, 1).garlic(), now);
        alice.receive(bob, bob.sealed(alice, now, 2).garlic(), now);
        bob.receive(alice, alice.sealed(bob, now, 3).garlic(), now);
        alice.events();
        bob.events();
    }
}
