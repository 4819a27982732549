package dev.samovar.transport.ntcp2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.testkit.Vectors;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Every byte of a handshake and of the first frames, in both roles, against answers that i2pd's functions agree with. */
class Ntcp2VectorTest {

    private static final Vectors VECTORS = Vectors.load("ntcp2");
    private static final long TIME = 0x6553f100L * 1000;
    private static final int NETWORK = 2;

    private static X25519KeyPair pair(String name) {
        return X25519KeyPair.of(SecretBytes.takeOver(VECTORS.bytes(name)));
    }

    private static Ntcp2Initiator alice() {
        byte[] message1 = VECTORS.bytes("message1");
        ScriptedEntropy chance = new ScriptedEntropy()
                .number(16)
                .bytes(Arrays.copyOfRange(message1, 64, 80))
                .number(5);
        Ntcp2Address bob = new Ntcp2Address(
                new byte[] {44, 1, 2, 3}, 1, VECTORS.bytes("bob/static_public"), VECTORS.bytes("bob/iv"), true, false);
        return new Ntcp2Initiator(
                bob,
                Hash.fromBytes(VECTORS.bytes("bob/identity_hash")),
                new Ntcp2Keys(pair("alice/static_private"), new byte[16]),
                VECTORS.bytes("alice/router_info"),
                NETWORK,
                () -> pair("x_private"),
                chance);
    }

    private static Ntcp2Responder bob() {
        byte[] message2 = VECTORS.bytes("message2");
        ScriptedEntropy chance = new ScriptedEntropy().number(8).bytes(Arrays.copyOfRange(message2, 64, 72));
        return new Ntcp2Responder(
                new Ntcp2Responder.Router(
                        new Ntcp2Keys(pair("bob/static_private"), VECTORS.bytes("bob/iv")),
                        Hash.fromBytes(VECTORS.bytes("bob/identity_hash")),
                        NETWORK),
                new byte[] {11, 22, 33, 44},
                () -> pair("y_private"),
                key -> true,
                chance);
    }

    @Test
    void theInitiatorWritesMessages1And3() {
        Ntcp2Initiator alice = alice();
        alice.start(TIME);
        assertArrayEquals(VECTORS.bytes("message1"), alice.pollTransmit());
        byte[] message2 = VECTORS.bytes("message2");
        assertEquals(message2.length, alice.handle(message2, message2.length, TIME));
        assertArrayEquals(VECTORS.bytes("message3"), alice.pollTransmit());
        assertEquals(Ntcp2Handshake.State.ESTABLISHED, alice.state());
        assertNull(alice.failure());
        assertEquals(0, alice.skewMillis());
        checkFirstFrames(alice.dataKeys().sender());
    }

    @Test
    void theResponderWritesMessage2AndReadsTheRouterInfo() {
        Ntcp2Responder bob = bob();
        byte[] message1 = VECTORS.bytes("message1");
        assertEquals(message1.length, bob.handle(message1, message1.length, TIME));
        assertArrayEquals(VECTORS.bytes("message2"), bob.pollTransmit());
        byte[] message3 = VECTORS.bytes("message3");
        assertEquals(message3.length, bob.handle(message3, message3.length, TIME));
        assertNull(bob.failure());
        assertEquals(Ntcp2Handshake.State.ESTABLISHED, bob.state());
        assertArrayEquals(VECTORS.bytes("alice/router_info"), bob.peer().bytes());
        openFirstFrames(bob.dataKeys().receiver());
    }

    @Test
    void theKeysOfTheDataPhaseComeOfTheHandshake() {
        Ntcp2DataKeys keys = new Ntcp2DataKeys(VECTORS.bytes("final_ck"), VECTORS.bytes("final_h"), true);
        checkFirstFrames(keys.sender());
        Ntcp2FrameCipher responder =
                new Ntcp2FrameCipher(VECTORS.bytes("k_ba"), Arrays.copyOf(VECTORS.bytes("sip_ba"), 32));
        Ntcp2FrameCipher derived = keys.receiver();
        for (int i = 0; i < 3; i++) {
            int mask = HexFormat.fromHexDigits(VECTORS.text("masks_ba_first3/" + i));
            assertEquals(mask, responder.unmaskLength(0), "mask " + i);
            assertEquals(mask, derived.unmaskLength(0), "mask " + i);
        }
        assertEquals("[redacted]", keys.toString());
    }

    private static void checkFirstFrames(Ntcp2FrameCipher sender) {
        for (int i = 0; i < 2; i++) {
            byte[] plain = VECTORS.bytes("frames_ab/" + i + "/plain");
            byte[] frame = new byte[plain.length + 18];
            System.arraycopy(plain, 0, frame, 2, plain.length);
            assertEquals(frame.length, sender.seal(frame, 0, plain.length));
            assertArrayEquals(VECTORS.bytes("frames_ab/" + i + "/wire"), frame, "frame " + i);
        }
    }

    private static void openFirstFrames(Ntcp2FrameCipher receiver) {
        for (int i = 0; i < 2; i++) {
            byte[] wire = VECTORS.bytes("frames_ab/" + i + "/wire");
            assertEquals(wire.length - 2, receiver.unmaskLength((wire[0] & 0xff) << 8 | wire[1] & 0xff));
            int plain = receiver.open(wire, 2, wire.length - 2);
            assertArrayEquals(
                    VECTORS.bytes("frames_ab/" + i + "/plain"), Arrays.copyOfRange(wire, 2, 2 + plain), "frame " + i);
        }
        assertEquals(2, receiver.frames());
    }
}
