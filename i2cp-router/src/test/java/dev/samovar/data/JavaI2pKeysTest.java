package dev.samovar.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Encodings;
import dev.samovar.crypto.SigType;
import dev.samovar.testkit.SeededEntropy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import net.i2p.client.I2PClientFactory;
import net.i2p.crypto.DSAEngine;
import net.i2p.data.Base32;
import net.i2p.data.Base64;
import net.i2p.data.DataHelper;
import net.i2p.data.Signature;
import net.i2p.data.SigningPrivateKey;
import net.i2p.data.SigningPublicKey;
import net.i2p.util.OrderedProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Java I2P's own library as the judge of our keys, signatures and structures. */
class JavaI2pKeysTest {

    private static final byte[] MESSAGE =
            "a message of some length, to be signed by one and verified by the other".getBytes();

    private static net.i2p.crypto.SigType theirs(SigType type) {
        return net.i2p.crypto.SigType.getByCode(type.code());
    }

    @ParameterizedTest
    @EnumSource(
            value = SigType.class,
            names = {"DSA_SHA1", "ECDSA_SHA256_P256", "ECDSA_SHA384_P384", "ECDSA_SHA512_P521", "EdDSA_SHA512_Ed25519"})
    void keysThatJavaI2pMadeAreReadAndSignForIt(SigType type) throws Exception {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        net.i2p.data.Destination made = I2PClientFactory.createClient().createDestination(file, theirs(type));

        DestinationKeys keys = DestinationKeys.fromBytes(file.toByteArray());

        assertArrayEquals(made.toByteArray(), keys.destination().toBytes());
        assertEquals(type, keys.destination().signingType());
        assertEquals(made.toBase64(), keys.destination().toBase64());
        assertEquals(made.toBase32(), keys.destination().toBase32() + ".b32.i2p");
        assertArrayEquals(file.toByteArray(), keys.toBytes());
        Signature signature = new Signature(theirs(type), keys.signingKeys().sign(MESSAGE));
        assertTrue(DSAEngine.getInstance().verifySignature(signature, MESSAGE, made.getSigningPublicKey()));
    }

    @ParameterizedTest
    @EnumSource(
            value = SigType.class,
            names = {"DSA_SHA1", "ECDSA_SHA256_P256", "ECDSA_SHA384_P384", "ECDSA_SHA512_P521", "EdDSA_SHA512_Ed25519"})
    void keysThatWeMakeAreReadByJavaI2pAndItsSignaturesVerify(SigType type) throws Exception {
        DestinationKeys keys = DestinationKeys.generate(type, new SeededEntropy(type.code() + 100));
        net.i2p.data.Destination read = new net.i2p.data.Destination();
        read.readBytes(new ByteArrayInputStream(keys.destination().toBytes()));
        assertArrayEquals(
                keys.destination().signingPublicKey(),
                read.getSigningPublicKey().getData());
        byte[] file = keys.toBytes();
        int at = file.length - type.privateKeyLength();
        byte[] privateKey = Arrays.copyOfRange(file, at, file.length);
        Signature signature = DSAEngine.getInstance().sign(MESSAGE, new SigningPrivateKey(theirs(type), privateKey));
        assertTrue(keys.destination().verify(MESSAGE, signature.getData()));
        byte[] changed = MESSAGE.clone();
        changed[3] ^= 1;
        assertFalse(keys.destination().verify(changed, signature.getData()));
        byte[] forged = signature.getData().clone();
        forged[forged.length - 1] ^= 1;
        assertFalse(keys.destination().verify(MESSAGE, forged));
        SigningPublicKey other = read.getSigningPublicKey();
        assertArrayEquals(keys.signingKeys().publicKey(), other.getData());
    }

    @Test
    void mappingsAreWrittenAsJavaI2pWritesThem() throws Exception {
        Properties properties = new Properties();
        properties.setProperty("inbound.length", "0");
        properties.setProperty("i2cp.fastReceive", "true");
        properties.setProperty("a", "");
        properties.setProperty("B", "with = and ;");
        properties.setProperty("\u00e4", "\u20ac");
        ByteArrayOutputStream theirs = new ByteArrayOutputStream();
        OrderedProperties ordered = new OrderedProperties();
        ordered.putAll(properties);
        DataHelper.writeProperties(theirs, ordered, true);
        Map<String, String> entries = new HashMap<>();
        properties.forEach((key, value) -> entries.put((String) key, (String) value));
        ByteBuf ours = Unpooled.buffer();
        Mapping.of(entries).encode(ours);
        byte[] bytes = new byte[ours.readableBytes()];
        ours.readBytes(bytes);
        assertArrayEquals(theirs.toByteArray(), bytes);
        assertEquals(Mapping.of(entries), Mapping.decode(Unpooled.wrappedBuffer(theirs.toByteArray())));
    }

    @Test
    void textEncodingsAreThoseOfJavaI2p() throws Exception {
        SeededEntropy entropy = new SeededEntropy(3);
        for (int length = 1; length < 100; length++) {
            byte[] bytes = entropy.bytes(length);
            assertEquals(Base64.encode(bytes), Encodings.base64(bytes));
            assertEquals(Base32.encode(bytes), Encodings.base32(bytes));
        }
    }
}
