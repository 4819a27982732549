package dev.samovar.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.Vectors;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The key schedule, with the known NTCP2 handshake as its example. */
class NoiseStateTest {

    private static final byte[] NOTHING = new byte[0];

    private final Vectors vectors = Vectors.load("ntcp2");

    private static SecretBytes secret(byte[] bytes) {
        return SecretBytes.takeOver(bytes);
    }

    private static byte[] agree(SecretBytes privateKey, byte[] publicKey) {
        byte[] out = new byte[32];
        assertTrue(X25519.agree(privateKey, publicKey, out));
        return out;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Noise_N_25519_ChaChaPoly_SHA256",
                "Noise_XKaesobfse+hs2+hs3_25519_ChaChaPoly_SHA256",
                "Noise_XKchaobfse+hs1+hs2+hs3_25519_ChaChaPoly_SHA256",
                "Noise_IKelg2+hs2_25519_ChaChaPoly_SHA256",
                "Noise_IKhfselg2_25519+MLKEM512_ChaChaPoly_SHA256",
                "Noise_IKhfselg2_25519+MLKEM768_ChaChaPoly_SHA256",
                "Noise_IKhfselg2_25519+MLKEM1024_ChaChaPoly_SHA256"
            })
    void aProtocolNameComesToItsKnownChainingKeyAndHash(String name) {
        Vectors crypto = Vectors.load("crypto");
        NoiseState.Start start = new NoiseState.Start(name);
        assertArrayEquals(crypto.bytes("noise_init/" + name + "/ck"), start.chainingKey);
        assertArrayEquals(crypto.bytes("noise_init/" + name + "/h"), start.hash);
    }

    @Test
    void theNamedStatesBeginWithTheResponderMixedIn() {
        byte[] responder = vectors.bytes("bob/static_public");
        Vectors crypto = Vectors.load("crypto");
        assertBegin(crypto, "Noise_IKelg2+hs2_25519_ChaChaPoly_SHA256", NoiseState.ratchet(responder), responder);
        assertBegin(crypto, "Noise_N_25519_ChaChaPoly_SHA256", NoiseState.n(responder), responder);
        assertBegin(crypto, "Noise_XKaesobfse+hs2+hs3_25519_ChaChaPoly_SHA256", NoiseState.ntcp2(responder), responder);
        assertBegin(
                crypto, "Noise_XKchaobfse+hs1+hs2+hs3_25519_ChaChaPoly_SHA256", NoiseState.ssu2(responder), responder);
    }

    @Test
    void forksGoOnFromTheSamePointAndDoNotKnowOfEachOther() {
        byte[] responder = vectors.bytes("bob/static_public");
        NoiseState state = NoiseState.ratchet(responder);
        state.mixKey(responder);
        byte[] chainingKey = state.chainingKey();
        byte[] hash = state.hash();
        NoiseState one = state.fork();
        NoiseState other = state.fork();
        one.mixHash(responder);
        one.mixKey(responder);
        one.seal(responder);
        one.destroy();
        assertArrayEquals(chainingKey, state.chainingKey());
        assertArrayEquals(hash, state.hash());
        assertArrayEquals(chainingKey, other.chainingKey());
        assertArrayEquals(hash, other.hash());
    }

    private static void assertBegin(Vectors crypto, String name, NoiseState state, byte[] responder) {
        assertArrayEquals(crypto.bytes("noise_init/" + name + "/ck"), state.chainingKey());
        assertArrayEquals(Sha.sha256(crypto.bytes("noise_init/" + name + "/h"), responder), state.hash());
    }

    @Test
    void theKnownNtcp2HandshakeComesOutAsInitiatorByteByByte() {
        byte[] bobStatic = vectors.bytes("bob/static_public");
        byte[] y = vectors.bytes("Y");
        SecretBytes x = secret(vectors.bytes("x_private"));
        SecretBytes alice = secret(vectors.bytes("alice/static_private"));
        assertArrayEquals(vectors.bytes("X"), X25519.publicKey(x));
        assertArrayEquals(y, X25519.publicKey(secret(vectors.bytes("y_private"))));
        assertArrayEquals(bobStatic, X25519.publicKey(secret(vectors.bytes("bob/static_private"))));
        byte[] message1 = vectors.bytes("message1");
        byte[] message2 = vectors.bytes("message2");
        NoiseState state = NoiseState.ntcp2(bobStatic);

        byte[] hidden = vectors.bytes("X");
        AesCbc.encrypt(vectors.bytes("bob/identity_hash"), vectors.bytes("bob/iv"), hidden, 0, 32);
        assertArrayEquals(Arrays.copyOf(message1, 32), hidden);
        state.mixHash(vectors.bytes("X"));
        state.mixKey(agree(x, bobStatic));
        assertArrayEquals(Arrays.copyOfRange(message1, 32, 64), state.seal(vectors.bytes("options1")));
        state.mixHash(Arrays.copyOfRange(message1, 64, message1.length));
        state.mixHash(y);
        state.mixKey(agree(x, y));
        assertArrayEquals(vectors.bytes("options2"), state.open(Arrays.copyOfRange(message2, 32, 64)));
        state.mixHash(Arrays.copyOfRange(message2, 64, message2.length));
        byte[] part1 = state.seal(X25519.publicKey(alice));
        state.mixKey(agree(alice, y));
        byte[] part2 = state.seal(vectors.bytes("m3p2_plain"));

        byte[] message3 = vectors.bytes("message3");
        assertArrayEquals(Arrays.copyOf(message3, 48), part1);
        assertArrayEquals(Arrays.copyOfRange(message3, 48, message3.length), part2);
        assertArrayEquals(vectors.bytes("final_ck"), state.chainingKey());
        assertArrayEquals(vectors.bytes("final_h"), state.hash());
        assertArrayEquals(vectors.bytes("k_ab"), state.split()[0]);
        assertArrayEquals(vectors.bytes("k_ba"), state.split()[1]);
    }

    @Test
    void theKnownNtcp2HandshakeOpensAsResponder() {
        SecretBytes bob = secret(vectors.bytes("bob/static_private"));
        SecretBytes y = secret(vectors.bytes("y_private"));
        byte[] message1 = vectors.bytes("message1");
        byte[] message2 = vectors.bytes("message2");
        byte[] message3 = vectors.bytes("message3");
        NoiseState state = NoiseState.ntcp2(X25519.publicKey(bob));

        byte[] x = Arrays.copyOf(message1, 32);
        AesCbc.decrypt(vectors.bytes("bob/identity_hash"), vectors.bytes("bob/iv"), x, 0, 32);
        assertArrayEquals(vectors.bytes("X"), x);
        state.mixHash(x);
        state.mixKey(agree(bob, x));
        assertArrayEquals(vectors.bytes("options1"), state.open(Arrays.copyOfRange(message1, 32, 64)));
        state.mixHash(Arrays.copyOfRange(message1, 64, message1.length));
        state.mixHash(X25519.publicKey(y));
        state.mixKey(agree(y, x));
        assertArrayEquals(Arrays.copyOfRange(message2, 32, 64), state.seal(vectors.bytes("options2")));
        state.mixHash(Arrays.copyOfRange(message2, 64, message2.length));
        byte[] aliceStatic = state.open(Arrays.copyOf(message3, 48));
        assertNotNull(aliceStatic);
        state.mixKey(agree(y, aliceStatic));
        assertArrayEquals(vectors.bytes("m3p2_plain"), state.open(Arrays.copyOfRange(message3, 48, message3.length)));
        assertArrayEquals(vectors.bytes("final_h"), state.hash());
    }

    @Test
    void theKnownFrameKeysMasksAndFramesFollow() {
        byte[] chainingKey = vectors.bytes("final_ck");
        byte[] ask = Hkdf.derive(chainingKey, NOTHING, "ask", 32);
        byte[] salt = Hkdf.derive(
                ask, concat(vectors.bytes("final_h"), "siphash".getBytes(StandardCharsets.US_ASCII)), "", 32);
        byte[] both = Hkdf.derive(salt, NOTHING, "", 64);
        assertArrayEquals(vectors.bytes("sip_ab"), Arrays.copyOf(both, 24));
        assertArrayEquals(vectors.bytes("sip_ba"), Arrays.copyOfRange(both, 32, 56));
        ChaChaPoly cipher = new ChaChaPoly(vectors.bytes("k_ab"));
        for (int i = 0; i < 2; i++) {
            byte[] plain = vectors.bytes("frames_ab/" + i + "/plain");
            byte[] wire = vectors.bytes("frames_ab/" + i + "/wire");
            byte[] sealed = new byte[plain.length + 16];
            cipher.seal(i, null, plain, 0, plain.length, sealed, 0);
            assertArrayEquals(Arrays.copyOfRange(wire, 2, wire.length), sealed);
        }
        long iv = word(both, 16);
        for (int i = 0; i < 3; i++) {
            iv = SipHash24.hash(word(both, 0), word(both, 8), iv);
            assertEquals(vectors.text("masks_ab_first3/" + i), String.format("%04x", iv & 0xffff));
        }
    }

    @Test
    void aForgedMessageChangesNothing() {
        SeededEntropy entropy = new SeededEntropy(4);
        X25519KeyPair responder = X25519KeyPair.generate(entropy);
        byte[] shared = entropy.bytes(32);
        NoiseState ours = NoiseState.n(responder.publicKey());
        NoiseState theirs = NoiseState.n(responder.publicKey());
        ours.mixKey(shared);
        theirs.mixKey(shared);
        for (int message = 0; message < 3; message++) {
            byte[] plain = entropy.bytes(message * 20);
            byte[] sealed = ours.seal(plain);
            byte[] forged = sealed.clone();
            forged[3] ^= 1;
            assertNull(theirs.open(forged));
            assertNull(theirs.open(NOTHING));
            assertNull(theirs.open(Arrays.copyOf(sealed, 15)));
            assertArrayEquals(plain, theirs.open(sealed));
            assertArrayEquals(ours.hash(), theirs.hash());
        }
    }

    @Test
    void aDestroyedStateHoldsNoKey() {
        NoiseState state = NoiseState.n(new byte[32]);
        state.mixKey(new byte[] {1, 2, 3});
        state.destroy();
        assertArrayEquals(new byte[32], state.chainingKey());
        assertArrayEquals(new byte[32], state.hash());
        assertEquals("[redacted]", state.toString());
        // and the constant it began with is whole
        assertFalse(Arrays.equals(new byte[32], NoiseState.n(new byte[32]).chainingKey()));
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static long word(byte[] bytes, int at) {
        long word = 0;
        for (int i = 7; i >= 0; i--) {
            word = word << 8 | bytes[at + i] & 0xff;
        }
        return word;
    }
}
