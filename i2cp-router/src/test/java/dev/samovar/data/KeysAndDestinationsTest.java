package dev.samovar.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.samovar.base.WireException;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.SigningKeys;
import dev.samovar.crypto.X25519;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.testkit.SeededEntropy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.InputStream;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.KeyAgreement;
import org.junit.jupiter.api.Test;

class KeysAndDestinationsTest {

    private static final HexFormat HEX = HexFormat.of();

    private static JsonNode common() throws Exception {
        try (InputStream in = KeysAndDestinationsTest.class.getResourceAsStream("/vectors/common.json")) {
            return new ObjectMapper().readTree(in);
        }
    }

    private static byte[] hex(JsonNode node, String name) {
        return HEX.parseHex(node.get(name).asText());
    }

    @Test
    void theKnownDestinationDecodesToItsKeysHashAndText() throws Exception {
        JsonNode vector = common().get("destination");
        Destination destination = Destination.fromBytes(hex(vector, "dest"));
        SigningKeys keys =
                SigningKeys.of(SigType.EdDSA_SHA512_Ed25519, SecretBytes.copyOf(hex(vector, "ed25519_seed")));
        assertArrayEquals(keys.publicKey(), destination.signingPublicKey());
        assertArrayEquals(hex(vector, "hash"), destination.hash().toBytes());
        assertEquals(vector.get("b32").asText(), destination.toBase32() + ".b32.i2p");
        assertEquals(vector.get("dest_b64").asText(), destination.toBase64());
        assertEquals(destination, Destination.fromBase64(vector.get("dest_b64").asText()));
        byte[] message = {1, 2, 3};
        assertTrue(destination.verify(message, keys.sign(message)));
    }

    @Test
    void theKnownKeyFilesAreReadAndWritten() throws Exception {
        JsonNode vector = common().get("destination");
        for (String name : new String[] {"private_key_file", "private_key_file_offline"}) {
            DestinationKeys keys = DestinationKeys.fromBytes(hex(vector, name));
            assertArrayEquals(hex(vector, "dest"), keys.destination().toBytes());
            assertEquals(name.endsWith("offline"), keys.offline().isPresent());
            assertArrayEquals(hex(vector, name), keys.toBytes());
        }
    }

    @Test
    void theKnownMappingIsSortedByKey() throws Exception {
        byte[] known = HEX.parseHex(common().get("mapping_sorted").asText());
        Mapping mapping = Mapping.decode(Unpooled.wrappedBuffer(known));
        ByteBuf out = Unpooled.buffer();
        Mapping.of(mapping.entries()).encode(out);
        assertArrayEquals(known, ByteBufUtil.getBytes(out));
    }

    @Test
    void theKnownOfflineSignatureVerifiesUntilItsDate() throws Exception {
        JsonNode all = common();
        Destination destination = Destination.fromBytes(hex(all.get("destination"), "dest"));
        OfflineSignature offline = OfflineSignature.decode(
                Unpooled.wrappedBuffer(hex(all.get("offline_signature"), "bytes")), destination.signingType());
        long expiry = offline.expiresSeconds() * 1000;
        assertTrue(offline.verify(destination, expiry - 1));
        assertFalse(offline.verify(destination, expiry));
        OfflineSignature stretched = new OfflineSignature(
                offline.expiresSeconds() + 1,
                offline.transientType(),
                offline.transientPublicKey(),
                offline.signature());
        assertFalse(stretched.verify(destination, 0));
    }

    @Test
    void everyUsableTypeMakesKeysThatSurviveTheirText() throws WireException {
        int[] lengths = {884, 908, 928, 956, 908};
        int at = 0;
        for (SigType type : SigType.values()) {
            if (!type.usable()) {
                continue;
            }
            DestinationKeys keys = DestinationKeys.generate(type, new SeededEntropy(type.code()));
            String text = keys.toBase64();
            assertEquals(lengths[at++], text.length(), type.name());
            DestinationKeys again = DestinationKeys.fromBase64(text);
            assertEquals(keys.destination(), again.destination());
            byte[] message = {9};
            assertTrue(keys.destination().verify(message, again.signingKeys().sign(message)));
        }
    }

    @Test
    void keysWithAByteTooFewOrTooManyOrOfAnotherDestinationAreRefused() {
        DestinationKeys keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, new SeededEntropy(1));
        byte[] bytes = keys.toBytes();
        assertThrows(WireException.class, () -> DestinationKeys.fromBytes(Arrays.copyOf(bytes, bytes.length - 1)));
        assertThrows(WireException.class, () -> DestinationKeys.fromBytes(Arrays.copyOf(bytes, bytes.length + 1)));
        byte[] other = bytes.clone();
        other[bytes.length - 1] ^= 1;
        assertThrows(WireException.class, () -> DestinationKeys.fromBytes(other));
        byte[] unknownType = bytes.clone();
        unknownType[388] = (byte) 231;
        assertThrows(WireException.class, () -> DestinationKeys.fromBytes(unknownType));
    }

    @Test
    void aShortPrivateFieldIsTakenWhereTheCertificateNamesX25519() throws WireException {
        SigningKeys signing = SigningKeys.generate(SigType.EdDSA_SHA512_Ed25519, new SeededEntropy(4));
        ByteBuf file = Unpooled.buffer();
        file.writeZero(352);
        file.writeBytes(signing.publicKey());
        file.writeBytes(HEX.parseHex("05000400070004"));
        file.writeZero(32);
        file.writeBytes(signing.privateKey().copy());
        byte[] bytes = new byte[file.readableBytes()];
        file.readBytes(bytes);
        assertArrayEquals(bytes, DestinationKeys.fromBytes(bytes).toBytes());
    }

    @Test
    void anOfflineSignedDestinationSignsWithItsTransientKey() throws WireException {
        SeededEntropy entropy = new SeededEntropy(11);
        SigningKeys master = SigningKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
        SigningKeys transientKeys = SigningKeys.generate(SigType.ECDSA_SHA256_P256, entropy);
        Destination destination = Destination.create(master.type(), master.publicKey(), entropy);
        ByteBuf signed = Unpooled.buffer();
        signed.writeInt(2_000_000_000);
        signed.writeShort(transientKeys.type().code());
        signed.writeBytes(transientKeys.publicKey());
        byte[] toSign = new byte[signed.readableBytes()];
        signed.getBytes(0, toSign);
        ByteBuf file = Unpooled.buffer();
        destination.encode(file);
        file.writeZero(256);
        file.writeZero(32);
        file.writeBytes(toSign);
        file.writeBytes(master.sign(toSign));
        file.writeBytes(transientKeys.privateKey().copy());
        byte[] bytes = new byte[file.readableBytes()];
        file.readBytes(bytes);

        DestinationKeys keys = DestinationKeys.fromBytes(bytes);

        assertTrue(keys.offline().isPresent());
        assertEquals(SigType.ECDSA_SHA256_P256, keys.signingKeys().type());
        assertArrayEquals(bytes, keys.toBytes());
        bytes[700] ^= 1;
        assertThrows(WireException.class, () -> DestinationKeys.fromBytes(bytes));
    }

    @Test
    void destinationsAreEqualByTheirBytesAndNothingOfThemIsPrinted() throws WireException {
        DestinationKeys keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, new SeededEntropy(5));
        Destination again = Destination.fromBase64(keys.destination().toBase64());
        assertEquals(keys.destination(), again);
        assertEquals(keys.destination().hashCode(), again.hashCode());
        assertNotEquals(
                keys.destination(),
                DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, new SeededEntropy(6))
                        .destination());
        X25519KeyPair x25519 = X25519KeyPair.generate(new SeededEntropy(1));
        for (Object secret : new Object[] {
            keys,
            keys.destination(),
            keys.destination().hash(),
            keys.signingKeys().privateKey(),
            x25519
        }) {
            String shown = secret.toString();
            assertTrue(shown.startsWith("[") && shown.length() < 20, shown);
        }
        assertTrue(keys.signingKeys().toString().endsWith("[redacted]"));
    }

    @Test
    void aDestroyedSecretIsGone() {
        SecretBytes secret = SecretBytes.copyOf(new byte[] {1, 2});
        assertEquals(SecretBytes.copyOf(new byte[] {1, 2}), secret);
        secret.destroy();
        assertTrue(secret.isZero());
    }

    @Test
    void x25519AgreesWithTheJdk() throws Exception {
        SeededEntropy entropy = new SeededEntropy(8);
        byte[] privateKey = entropy.bytes(32);
        byte[] ours = X25519.publicKey(SecretBytes.copyOf(privateKey));
        KeyFactory factory = KeyFactory.getInstance("X25519");
        PrivateKey theirs = factory.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, privateKey));
        byte[] base = new byte[32];
        base[0] = 9;
        PublicKey basePoint =
                factory.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, BigInteger.valueOf(9)));
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(theirs);
        agreement.doPhase(basePoint, true);
        assertArrayEquals(agreement.generateSecret(), ours);
    }

    @Test
    void signatureTypesAreFoundByNumberAndByNameInAnyCase() {
        assertEquals(SigType.EdDSA_SHA512_Ed25519, SigType.byText("7"));
        assertEquals(SigType.EdDSA_SHA512_Ed25519, SigType.byText("eddsa_sha512_ed25519"));
        assertEquals(SigType.DSA_SHA1, SigType.byText("DSA_SHA1"));
        for (String unknown : new String[] {"", "-1", "9", "999", "99999999999", "Ed25519", "7 "}) {
            assertNull(SigType.byText(unknown), unknown);
        }
    }
}
