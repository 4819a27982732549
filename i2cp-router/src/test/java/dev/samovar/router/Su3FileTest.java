package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.RawRsa;
import dev.samovar.testkit.Fuzz;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class Su3FileTest {

    private static final byte[] CONTENT = {1, 2, 3, 4, 5};

    private static TestSigner signer;
    private static RSAPublicKey key;
    private static byte[] good;

    @BeforeAll
    static void makeASigner() {
        signer = TestSigner.make("someone@mail.i2p", 4096);
        key = (RSAPublicKey) signer.certificate().getPublicKey();
        good = new TestSu3(signer.name(), CONTENT).signedBy(signer);
    }

    private static byte[] changed(Consumer<TestSu3> change) {
        TestSu3 su3 = new TestSu3(signer.name(), CONTENT);
        change.accept(su3);
        return su3.signedBy(signer);
    }

    private static Fault fault(byte[] bytes) {
        return assertThrows(WireException.class, () -> Su3File.parse(bytes)).fault();
    }

    @Test
    void aFileIsReadAndItsSignatureHolds() throws Exception {
        Su3File file = Su3File.parse(good);
        assertEquals("someone@mail.i2p", file.signer());
        assertEquals("1767225600", file.version());
        assertEquals(Su3File.FILE_TYPE_ZIP, file.fileType());
        assertEquals(Su3File.CONTENT_TYPE_RESEED, file.contentType());
        assertEquals(Su3File.RSA_SHA512_4096, file.signatureType());
        assertArrayEquals(CONTENT, file.content().readAllBytes());
        assertTrue(file.verify(key));
        assertTrue(Su3File.looksLike(good));
        assertFalse(Su3File.looksLike(new byte[5]));
    }

    @Test
    void aChangedByteAnywhereBreaksIt() {
        for (int at = 0; at < good.length; at += at < 80 ? 1 : 37) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            boolean verified;
            try {
                verified = Su3File.parse(bad).verify(key);
            } catch (WireException refused) {
                verified = false;
            }
            assertFalse(verified, "byte " + at);
        }
    }

    @Test
    void anotherSignersSignatureDoesNotHold() throws WireException {
        TestSigner other = TestSigner.make("other", 4096);
        assertFalse(
                Su3File.parse(good).verify((RSAPublicKey) other.certificate().getPublicKey()));
    }

    @Test
    void onlyTheSignatureTypeOfReseedBundlesIsVerified() throws WireException {
        assertFalse(Su3File.parse(changed(su3 -> su3.signatureType = 8)).verify(key));
        assertFalse(Su3File.parse(changed(su3 -> su3.signatureType = 5)).verify(key));
    }

    @Test
    void wrongHeadersAreRefused() {
        assertEquals(Fault.BAD_VALUE, fault(changed(su3 -> su3.magic = "I2Psu2")));
        assertEquals(Fault.UNKNOWN_TYPE, fault(changed(su3 -> su3.formatVersion = 1)));
        assertEquals(Fault.BAD_VALUE, fault(changed(su3 -> su3.versionLength = 15)));
        assertEquals(Fault.BAD_VALUE, fault(changed(su3 -> su3.signer = "")));
        assertEquals(Fault.TRUNCATED, fault(changed(su3 -> su3.contentLength = 1L << 40)));
        assertEquals(Fault.BAD_VALUE, fault(changed(su3 -> su3.contentLength = -1)));
        assertEquals(Fault.TRUNCATED, fault(changed(su3 -> su3.signatureLength = 513)));
        assertEquals(Fault.TRAILING, fault(changed(su3 -> su3.signatureLength = 511)));
        assertEquals(Fault.TRAILING, fault(changed(su3 -> su3.contentLength = 4)));
        assertEquals(Fault.TOO_LARGE, fault(new byte[Su3File.MAX_LENGTH + 1]));
    }

    @Test
    void everyTruncationIsRefused() {
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThrows(WireException.class, () -> Su3File.parse(cut));
        }
    }

    @Test
    void whateverComesOnlyWireExceptionsLeave() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = Fuzz.mutate(good, random);
            try {
                Su3File file = Su3File.parse(bytes);
                if (i % 100 == 0) {
                    assertFalse(file.verify(key) && !Arrays.equals(bytes, good), "seed " + seed);
                }
            } catch (WireException expected) {
                // the only way to refuse
            } catch (RuntimeException escaped) {
                throw new AssertionError("seed " + seed, escaped);
            }
        }
    }

    @Test
    void rawRsaTakesNoSignatureOfAnotherShape() throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-512").digest(CONTENT);
        byte[] signature = signer.signRaw(CONTENT, CONTENT.length);
        assertTrue(RawRsa.verify(key, hash, signature));
        assertFalse(RawRsa.verify(key, hash, Arrays.copyOf(signature, 511)));
        assertFalse(RawRsa.verify(key, hash, new byte[512]));
        byte[] all = new byte[512];
        Arrays.fill(all, (byte) 0xff);
        assertFalse(RawRsa.verify(key, hash, all));
        assertFalse(RawRsa.verify(key, new byte[502], signature));
        // with the hash's name in the padding, as everybody else signs
        Signature named = Signature.getInstance("SHA512withRSA");
        named.initSign((PrivateKey) signer.store().getKey("key", TestSigner.PASSWORD));
        named.update(CONTENT);
        assertFalse(RawRsa.verify(key, hash, named.sign()));
    }
}
