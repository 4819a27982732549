package dev.samovar.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.garlic.DecryptResult.Opened;
import dev.samovar.garlic.RatchetConfig;
import dev.samovar.garlic.RatchetEvent;
import dev.samovar.garlic.RatchetKind;
import dev.samovar.garlic.RatchetPeer;
import dev.samovar.garlic.RatchetSessions;
import dev.samovar.garlic.SealOptions;
import dev.samovar.garlic.SealResult.Sealed;
import dev.samovar.i2np.DataMessage;
import dev.samovar.testkit.SeededEntropy;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import net.i2p.crypto.EncType;
import net.i2p.crypto.KeyPair;
import net.i2p.data.Certificate;
import net.i2p.data.Destination;
import net.i2p.data.PublicKey;
import net.i2p.data.SigningPublicKey;
import net.i2p.data.i2np.DeliveryInstructions;
import net.i2p.data.i2np.GarlicClove;
import net.i2p.router.CommSystemFacade;
import net.i2p.router.RouterContext;
import net.i2p.router.crypto.ratchet.ECIESAEADEngine;
import net.i2p.router.crypto.ratchet.RatchetSKM;
import net.i2p.router.crypto.ratchet.ReplyCallback;
import net.i2p.router.dummy.VMCommSystem;
import net.i2p.router.message.CloveSet;
import net.i2p.router.transport.crypto.X25519KeyFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our ratchet sessions with those of Java I2P, in one process and without a network: handshakes from both sides, thousands of
 * messages of which some get lost, new keys in both directions, acknowledgements.
 */
class JavaI2pRatchetTest {

    private static final long SEED = 20261126;
    /** Enough for three sets of tags of each side, so that both kinds of steps to the next one are taken. */
    private static final int MESSAGES = 14_000;

    private static final int LIFE_MILLIS = 20_000;
    private static final int LOSS = 50;

    @TempDir
    static Path directory;

    private static Context java;

    /** As much of Java I2P's router as its ratchet needs. */
    private static final class Context extends RouterContext {

        final X25519KeyFactory keys;
        final CommSystemFacade transports;
        ECIESAEADEngine engine;

        Context(Properties properties) {
            super(null, properties);
            keys = new X25519KeyFactory(this);
            transports = new VMCommSystem(this) {
                @Override
                public X25519KeyFactory getXDHFactory() {
                    return keys;
                }
            };
        }

        void start() {
            keys.start();
            engine = new ECIESAEADEngine(this);
            engine.startup();
        }

        @Override
        public CommSystemFacade commSystem() {
            return transports;
        }

        @Override
        public ECIESAEADEngine eciesEngine() {
            return engine;
        }
    }

    @BeforeAll
    static void startJavaI2p() {
        Properties properties = new Properties();
        for (String name : List.of("base", "config", "router", "log", "app", "pid", "temp")) {
            properties.setProperty("i2p.dir." + name, directory.toString());
        }
        java = new Context(properties);
        java.start();
    }

    @AfterAll
    static void stopJavaI2p() {
        java.engine.shutdown();
        java.keys.shutdown();
    }

    /** A destination on each side. */
    private static final class Meeting {

        final KeyPair theirKeys = java.keyGenerator().generatePKIKeys(EncType.ECIES_X25519);
        final Destination theirName = destination();
        final RatchetSKM theirs = new RatchetSKM(java, theirName);
        final SeededEntropy entropy = new SeededEntropy(SEED);
        final X25519KeyPair ourKeys = X25519KeyPair.generate(entropy);
        final PublicKey ourPublicKey = new PublicKey(EncType.ECIES_X25519, ourKeys.publicKey());
        final RatchetSessions ours = new RatchetSessions(RatchetConfig.defaults(), ourKeys, entropy);
        final RatchetPeer them = new RatchetPeer(
                Hash.of(theirKeys.getPublic().getData()), theirKeys.getPublic().getData());
        final Random random = new Random(SEED);
        int acknowledgedToUs;
        int acknowledgedToThem;

        private static Destination destination() {
            Destination destination = new Destination();
            destination.setPublicKey(new PublicKey(new byte[256]));
            destination.setSigningPublicKey(new SigningPublicKey(new byte[128]));
            destination.setCertificate(Certificate.NULL_CERT);
            return destination;
        }

        byte[] sealByThem(long number, boolean ask) {
            net.i2p.data.i2np.DataMessage message = new net.i2p.data.i2np.DataMessage(java);
            message.setData(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
            message.setUniqueId(1);
            long end = java.clock().now() + LIFE_MILLIS;
            message.setMessageExpiration(end);
            GarlicClove clove = new GarlicClove(java);
            clove.setData(message);
            clove.setCertificate(Certificate.NULL_CERT);
            clove.setExpiration(end);
            clove.setInstructions(DeliveryInstructions.LOCAL);
            CloveSet cloves = new CloveSet(new GarlicClove[] {clove}, Certificate.NULL_CERT, 1, end);
            ReplyCallback callback = !ask
                    ? null
                    : new ReplyCallback() {
                        @Override
                        public long getExpiration() {
                            return end;
                        }

                        @Override
                        public void onReply() {
                            acknowledgedToThem++;
                        }
                    };
            return java.engine.encrypt(cloves, ourPublicKey, theirName, theirKeys.getPrivate(), theirs, callback);
        }

        void openByThem(byte[] garlic, long number) throws Exception {
            CloveSet cloves = java.engine.decrypt(garlic, theirKeys.getPrivate(), theirs);
            assertNotNull(cloves, "Java I2P did not open message " + number);
            assertEquals(1, cloves.getCloveCount());
            byte[] data = ((net.i2p.data.i2np.DataMessage) cloves.getClove(0).getData()).getData();
            assertEquals(number, ByteBuffer.wrap(data).getLong());
        }

        Sealed sealByUs(long number, boolean ask) {
            byte[] payload = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
            var message = new DataMessage(Unpooled.wrappedBuffer(payload))
                    .toMessage(1, System.currentTimeMillis() + LIFE_MILLIS);
            return assertInstanceOf(
                    Sealed.class,
                    ours.seal(
                            them,
                            List.of(dev.samovar.garlic.GarlicClove.local(message)),
                            new SealOptions(ask),
                            System.nanoTime(),
                            System.currentTimeMillis()));
        }

        RatchetKind openByUs(byte[] garlic, long number) throws Exception {
            assertNotNull(garlic, "Java I2P did not seal message " + number);
            Opened opened =
                    assertInstanceOf(Opened.class, ours.open(garlic, System.nanoTime(), System.currentTimeMillis()));
            if (opened.kind() == RatchetKind.NEW_SESSION) {
                assertEquals(them, ours.bind(opened.senderKey(), them.destination(), System.nanoTime()));
            }
            assertEquals(1, opened.cloves().size());
            DataMessage data =
                    DataMessage.decode(opened.cloves().get(0).message().body());
            assertEquals(number, data.payload().readLong());
            opened.release();
            for (RatchetEvent event = ours.pollEvent(); event != null; event = ours.pollEvent()) {
                assertTrue(!(event instanceof RatchetEvent.Failed), "a session failed");
                acknowledgedToUs += event instanceof RatchetEvent.Acknowledged ? 1 : 0;
            }
            return opened.kind();
        }

        /** Messages both ways, a few of which get lost. */
        void converse() throws Exception {
            for (int i = 0; i < MESSAGES; i++) {
                byte[] there = sealByUs(i, i % LOSS == 1).garlic();
                if (random.nextInt(LOSS) > 0) {
                    openByThem(there, i);
                }
                byte[] back = sealByThem(i, i % LOSS == 2);
                if (random.nextInt(LOSS) > 0) {
                    openByUs(back, i);
                }
            }
            int asked = MESSAGES / LOSS;
            assertTrue(acknowledgedToUs > asked * 0.9, acknowledgedToUs + " acknowledged to us");
            assertTrue(acknowledgedToThem > asked * 0.9, acknowledgedToThem + " acknowledged to them");
            assertTrue(ours.counters().ratchets() >= 6, ours.counters().ratchets() + " new sets of tags");
        }
    }

    @Test
    void weBegin() throws Exception {
        Meeting meeting = new Meeting();
        Sealed first = meeting.sealByUs(1, false);
        assertEquals(RatchetKind.NEW_SESSION, first.kind());
        meeting.openByThem(first.garlic(), 1);
        byte[] one = meeting.sealByThem(2, false);
        byte[] other = meeting.sealByThem(3, false);
        assertEquals(RatchetKind.REPLY, meeting.openByUs(other, 3));
        assertEquals(RatchetKind.REPLY, meeting.openByUs(one, 2));
        Sealed existing = meeting.sealByUs(4, false);
        assertEquals(RatchetKind.EXISTING, existing.kind());
        meeting.openByThem(existing.garlic(), 4);
        assertEquals(RatchetKind.EXISTING, meeting.openByUs(meeting.sealByThem(5, false), 5));
        meeting.converse();
    }

    @Test
    void theyBegin() throws Exception {
        Meeting meeting = new Meeting();
        assertEquals(RatchetKind.NEW_SESSION, meeting.openByUs(meeting.sealByThem(1, false), 1));
        Sealed one = meeting.sealByUs(2, false);
        Sealed other = meeting.sealByUs(3, false);
        assertEquals(RatchetKind.REPLY, one.kind());
        assertEquals(RatchetKind.REPLY, other.kind());
        meeting.openByThem(other.garlic(), 3);
        meeting.openByThem(one.garlic(), 2);
        assertEquals(RatchetKind.EXISTING, meeting.openByUs(meeting.sealByThem(4, false), 4));
        assertEquals(RatchetKind.EXISTING, meeting.sealByUs(5, false).kind());
        meeting.converse();
    }

    @Test
    void bothBegin() throws Exception {
        Meeting meeting = new Meeting();
        byte[] ours = meeting.sealByUs(1, false).garlic();
        byte[] theirs = meeting.sealByThem(2, false);
        meeting.openByThem(ours, 1);
        assertEquals(RatchetKind.NEW_SESSION, meeting.openByUs(theirs, 2));
        meeting.converse();
    }
}
