package dev.samovar.garlic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Entropy;
import dev.samovar.base.WireException;
import dev.samovar.crypto.Elligator2.HiddenKeyPair;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.garlic.DecryptResult.Opened;
import dev.samovar.garlic.GarlicBlock.NextKey;
import dev.samovar.garlic.SealResult.Sealed;
import dev.samovar.i2np.DataMessage;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.Vectors;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** The known session of {@code ratchet.json}, made and read by the code that is in use. */
class RatchetVectorsTest {

    private static final Vectors VECTORS = Vectors.load("ratchet");
    private static final long NOW_MILLIS = 1_700_000_000_000L;
    private static final long NOW = 1;

    private static X25519KeyPair pair(String name) {
        return X25519KeyPair.of(SecretBytes.takeOver(VECTORS.bytes(name)));
    }

    private static Hash hash(String name) {
        return Hash.fromBytes(VECTORS.bytes(name));
    }

    /** Gives what the known session was made with: keys in order, and bits and lengths in order. */
    private static final class Script implements Entropy {

        private final Queue<byte[]> keys = new ArrayDeque<>();
        private final Queue<Integer> numbers = new ArrayDeque<>();

        Script key(String name) {
            keys.add(VECTORS.bytes(name));
            return this;
        }

        /** What makes of the key the representative that is known. */
        Script choice(String representative) {
            byte[] known = VECTORS.bytes(representative);
            byte[] r = known.clone();
            r[31] &= 0x3f;
            numbers.add(known[31] & 0xc0 | branch(representative));
            return this;
        }

        Script number(int number) {
            numbers.add(number);
            return this;
        }

        @Override
        public void fill(byte[] out) {
            System.arraycopy(keys.remove(), 0, out, 0, out.length);
        }

        @Override
        public int below(int bound) {
            return numbers.remove();
        }

        @Override
        public long nextLong() {
            return 5;
        }
    }

    /** Which branch a known representative came of: the key has two, and only one is it. */
    private static int branch(String representative) {
        String key = representative.replace("pk_elligator", "sk");
        Script low = new Script().key(key).number(0);
        byte[] r = HiddenKeyPair.generate(low).representative();
        byte[] known = VECTORS.bytes(representative);
        return Arrays.equals(Arrays.copyOf(r, 31), Arrays.copyOf(known, 31)) ? 0 : 1;
    }

    private static RatchetSessions sessions(String own, Entropy entropy) {
        return new RatchetSessions(RatchetConfig.defaults(), pair(own), entropy);
    }

    private static RatchetPeer alice() {
        return new RatchetPeer(
                hash("alice_destination_hash"), pair("alice_static_private").publicKey());
    }

    private static RatchetPeer bob() {
        return new RatchetPeer(
                hash("bob_destination_hash"), pair("bob_static_private").publicKey());
    }

    private static Opened open(RatchetSessions sessions, byte[] message) {
        return assertInstanceOf(Opened.class, sessions.open(message, NOW, NOW_MILLIS));
    }

    private static List<GarlicClove> cloves(String payload) {
        try {
            byte[] bytes = VECTORS.bytes(payload);
            return GarlicBlockCodec.decodeInPlace(bytes, 0, bytes.length).stream()
                    .filter(GarlicClove.class::isInstance)
                    .map(GarlicClove.class::cast)
                    .toList();
        } catch (WireException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static byte[] sealed(SealResult result) {
        return assertInstanceOf(Sealed.class, result).garlic();
    }

    @Test
    void theWholeKnownSessionIsMadeAndRead() {
        Script aliceScript = new Script().number(3).key("new_session/aesk").choice("new_session/aepk_elligator");
        Script bobScript =
                new Script().number(0).key("new_session_reply/besk").choice("new_session_reply/bepk_elligator");
        RatchetSessions a = sessions("alice_static_private", aliceScript);
        RatchetSessions b = sessions("bob_static_private", bobScript);

        byte[] first = sealed(a.seal(bob(), cloves("new_session/payload"), SealOptions.NONE, NOW, NOW_MILLIS));
        assertArrayEquals(VECTORS.bytes("new_session/message"), first);
        Opened opened = open(b, first);
        assertEquals(RatchetKind.NEW_SESSION, opened.kind());
        assertArrayEquals(alice().staticKey(), opened.senderKey());
        assertNull(opened.peer());
        assertEquals(2, opened.cloves().size());
        assertEquals(DatabaseStore.TYPE, opened.cloves().get(0).message().typeCode());
        assertEquals(DataMessage.TYPE, opened.cloves().get(1).message().typeCode());
        assertEquals(alice(), b.bind(opened.senderKey(), alice().destination(), NOW));

        byte[] reply = sealed(b.seal(alice(), cloves("new_session_reply/payload"), SealOptions.NONE, NOW, NOW_MILLIS));
        assertArrayEquals(VECTORS.bytes("new_session_reply/message"), reply);
        assertTrue(a.expects(RatchetSessions.tagOf(reply)));
        Opened replied = open(a, reply);
        assertEquals(RatchetKind.REPLY, replied.kind());
        assertEquals(bob(), replied.peer());
        assertEquals(1, replied.cloves().size());
        assertEquals(new RatchetEvent.Acknowledged(bob(), 0), acknowledged(a, aliceScript, b));

        Opened existing = open(b, VECTORS.bytes("existing_ab_n0_n1/0"));
        assertEquals(RatchetKind.EXISTING, existing.kind());
        assertEquals(alice(), existing.peer());
        assertEquals(1, existing.cloves().size());
        assertEquals(0, open(b, VECTORS.bytes("existing_ab_n0_n1/1")).cloves().size());
        // the first of both asked for an acknowledgement
        bobScript.number(0);
        assertArrayEquals(
                VECTORS.bytes("existing_ba_n0_ack"),
                sealed(b.seal(alice(), List.of(), SealOptions.NONE, NOW, NOW_MILLIS)));
    }

    /** Alice seals the first message of the session, asking for an acknowledgement, and reads the known one. */
    private static RatchetEvent acknowledged(RatchetSessions a, Script script, RatchetSessions b) {
        assertEquals(new RatchetEvent.Established(bob()), a.pollEvent());
        script.number(0);
        Sealed sealed = assertInstanceOf(Sealed.class, a.seal(bob(), List.of(), SealOptions.WITH_ACK, NOW, NOW_MILLIS));
        assertArrayEquals(VECTORS.bytes("tagset_ab/0/tag"), Arrays.copyOf(sealed.garlic(), 8));
        assertNull(a.pollEvent());
        open(a, VECTORS.bytes("existing_ba_n0_ack"));
        return a.pollEvent();
    }

    @Test
    void theKnownUnboundMessageIsRead() {
        Opened opened = open(sessions("bob_static_private", new SeededEntropy(1)), VECTORS.bytes("unbound/message"));
        assertNull(opened.senderKey());
        assertEquals(1, opened.cloves().size());
    }

    @Test
    void theKnownUnboundMessageIsMade() {
        byte[] known = VECTORS.bytes("unbound/message");
        boolean made = false;
        for (int branch = 0; branch < 2; branch++) {
            HiddenKeyPair hidden =
                    HiddenKeyPair.generate(new Script().key("unbound/esk").number(known[31] & 0xc0 | branch));
            made |= Arrays.equals(
                    known, InitiatorHandshake.sealUnbound(bob().staticKey(), hidden, VECTORS.bytes("unbound/payload")));
        }
        assertTrue(made);
    }

    @Test
    void tagsOfRepliesAreTheKnownOnes() {
        TagChain chain = TagChain.ofReplies(VECTORS.bytes("new_session/ck_after"));
        for (int i = 0; i < 3; i++) {
            assertEquals(RatchetSessions.tagOf(VECTORS.bytes("nsr_tags/" + i)), chain.nextTag());
        }
    }

    @Test
    void tagsAndKeysOfBothDirectionsAreTheKnownOnes() {
        byte[] root = VECTORS.bytes("new_session_reply/ck");
        assertSet("tagset_ab", new TagChain(root, VECTORS.bytes("new_session_reply/k_ab")), 5);
        assertSet("tagset_ba", new TagChain(root, VECTORS.bytes("new_session_reply/k_ba")), 5);
    }

    private static void assertSet(String name, TagChain chain, int count) {
        byte[] key = new byte[32];
        for (int i = 0; i < count; i++) {
            assertEquals(RatchetSessions.tagOf(VECTORS.bytes(name + "/" + i + "/tag")), chain.nextTag());
            chain.nextKey(key);
            assertArrayEquals(VECTORS.bytes(name + "/" + i + "/key"), key);
        }
    }

    @Test
    void theKnownStepToTheNextSetIsTaken() throws WireException {
        byte[] root = VECTORS.bytes("new_session_reply/ck");
        byte[] key = VECTORS.bytes("new_session_reply/k_ab");
        TagTable table = new TagTable(1);
        TagWindows windows = new TagWindows(table, 10_000);
        ReceiveTags receive = new ReceiveTags(null, new TagChain(root, key), table, windows);
        byte[] tag = VECTORS.bytes("tagset_ab/0/tag");
        ReceiveTagSet set = table.set(table.find(RatchetSessions.tagOf(tag)));
        SendTags send = new SendTags(new TagChain(root, key));
        for (int i = 0; i < SendTags.NEXT_KEY_AT; i++) {
            assertNull(send.question(new SeededEntropy(1)));
            send.next(new byte[32]);
        }
        NextKey question = send.question(new Script().key("dh_ratchet_ab/rask"));
        assertArrayEquals(VECTORS.bytes("dh_ratchet_ab/forward_block"), GarlicBlockCodec.encode(List.of(question)));
        assertTrue(receive.question(question, set, new Script().key("dh_ratchet_ab/rbsk"), NOW));
        NextKey answer = receive.answer();
        assertArrayEquals(VECTORS.bytes("dh_ratchet_ab/reverse_block"), GarlicBlockCodec.encode(List.of(answer)));
        byte[] read = VECTORS.bytes("dh_ratchet_ab/reverse_block");
        assertTrue(send.answer(
                (NextKey) GarlicBlockCodec.decodeInPlace(read, 0, read.length).get(0)));
        byte[] sendKey = new byte[32];
        for (int i = 0; i < 3; i++) {
            long next = RatchetSessions.tagOf(VECTORS.bytes("dh_ratchet_ab/tagset1/" + i + "/tag"));
            assertEquals(next, send.next(sendKey));
            assertArrayEquals(VECTORS.bytes("dh_ratchet_ab/tagset1/" + i + "/key"), sendKey);
            int place = table.find(next);
            assertEquals(i, table.number(place));
            assertArrayEquals(sendKey, table.set(place).key(i));
        }
        assertNotNull(receive.answer());
    }
}
