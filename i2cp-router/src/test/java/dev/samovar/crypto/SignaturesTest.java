package dev.samovar.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.testkit.SeededEntropy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Known answers from the RFCs, and input that is no key and no signature. */
class SignaturesTest {

    private static final HexFormat HEX = HexFormat.of();

    private static SigningKeys keys(SigType type, String privateKey) {
        return SigningKeys.of(type, SecretBytes.takeOver(HEX.parseHex(privateKey)));
    }

    @ParameterizedTest
    @CsvSource({
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60,"
                + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a,'',"
                + "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                + "d25bf5f0595bbe24655141438e7a100b",
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb,"
                + "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c,72,"
                + "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                + "387b2eaeb4302aeeb00d291612bb0c00"
    })
    void ed25519IsThatOfRfc8032(String seed, String publicKey, String message, String signature) {
        SigningKeys keys = keys(SigType.EdDSA_SHA512_Ed25519, seed);
        assertArrayEquals(HEX.parseHex(publicKey), keys.publicKey());
        assertEquals(signature, HEX.formatHex(keys.sign(HEX.parseHex(message))));
    }

    @ParameterizedTest
    @CsvSource({
        "ECDSA_SHA256_P256,c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721,"
                + "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                + "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
        "ECDSA_SHA384_P384,6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8"
                + "96d5724e4c70a825f872c9ea60d2edf5,"
                + "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46"
                + "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8",
        "ECDSA_SHA512_P521,00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75"
                + "caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b83538,"
                + "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b53"
                + "4931d7d4e8455cc91f9b15bf05ec36e377fa"
                + "00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff077"
                + "7b1a20f8ccb1dccc43997f1ee0e44da4a67a"
    })
    void ecdsaIsTheDeterministicOneOfRfc6979(SigType type, String privateKey, String signature) {
        SigningKeys keys = keys(type, privateKey);
        byte[] message = "sample".getBytes(StandardCharsets.US_ASCII);
        assertEquals(signature, HEX.formatHex(keys.sign(message)));
        assertTrue(Signatures.verify(type, keys.publicKey(), message, HEX.parseHex(signature)));
    }

    @Test
    void x25519IsThatOfRfc7748() {
        assertEquals(
                "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
                HEX.formatHex(X25519.publicKey(SecretBytes.takeOver(
                        HEX.parseHex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")))));
    }

    @ParameterizedTest
    @EnumSource(SigType.class)
    void whatIsNoKeyOrNoSignatureDoesNotVerifyAndDoesNotThrow(SigType type) {
        long seed = 5;
        SeededEntropy entropy = new SeededEntropy(seed);
        byte[] message = entropy.bytes(50);
        byte[] goodKey = new byte[type.publicKeyLength()];
        byte[] goodSignature = new byte[type.signatureLength()];
        if (type.usable()) {
            SigningKeys keys = SigningKeys.generate(type, entropy);
            goodKey = keys.publicKey();
            goodSignature = keys.sign(message);
            assertTrue(Signatures.verify(type, goodKey, message, goodSignature));
        }
        for (int round = 0; round < 40; round++) {
            byte[] badKey = bad(round, goodKey.length, entropy);
            byte[] badSignature = bad(round / 4, goodSignature.length, entropy);
            assertFalse(Signatures.verify(type, badKey, message, goodSignature), "seed " + seed + " round " + round);
            assertFalse(Signatures.verify(type, goodKey, message, badSignature), "seed " + seed + " round " + round);
        }
        assertFalse(Signatures.verify(type, new byte[0], message, goodSignature));
        assertFalse(Signatures.verify(type, goodKey, message, new byte[0]));
        assertFalse(Signatures.verify(type, goodKey, message, Arrays.copyOf(goodSignature, goodSignature.length + 1)));
        assertFalse(Signatures.verify(null, goodKey, message, goodSignature));
    }

    /** All zero, all ones, the number one, half zero, or random. */
    private static byte[] bad(int kind, int length, SeededEntropy entropy) {
        byte[] bytes = new byte[length];
        switch (kind % 5) {
            case 0 -> Arrays.fill(bytes, (byte) 0);
            case 1 -> Arrays.fill(bytes, (byte) 0xff);
            case 2 -> bytes[length - 1] = 1;
            case 3 -> Arrays.fill(bytes, length / 2, length, (byte) 0x55);
            default -> entropy.fill(bytes);
        }
        return bytes;
    }

    @Test
    void anEcdsaOrDsaKeyOutsideItsGroupIsRefused() {
        for (SigType type : SigType.values()) {
            if (type.usable() && type != SigType.EdDSA_SHA512_Ed25519) {
                byte[] tooLarge = new byte[type.privateKeyLength()];
                Arrays.fill(tooLarge, (byte) 0xff);
                byte[] zero = new byte[type.privateKeyLength()];
                for (byte[] wrong : new byte[][] {tooLarge, zero, new byte[3]}) {
                    SecretBytes secret = SecretBytes.takeOver(wrong);
                    assertThrows(IllegalArgumentException.class, () -> SigningKeys.of(type, secret), type.name());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SigType.class,
            names = {"DSA_SHA1", "ECDSA_SHA256_P256", "ECDSA_SHA384_P384", "ECDSA_SHA512_P521", "EdDSA_SHA512_Ed25519"})
    void signingAPartOfAnArrayIsSigningThatPart(SigType type) {
        SeededEntropy entropy = new SeededEntropy(6);
        SigningKeys keys = SigningKeys.generate(type, entropy);
        byte[] array = entropy.bytes(100);
        byte[] part = Arrays.copyOfRange(array, 10, 60);
        assertArrayEquals(keys.sign(part), keys.sign(array, 10, 50));
        assertTrue(Signatures.verify(type, keys.publicKey(), array, 10, 50, keys.sign(part)));
        assertFalse(Signatures.verify(type, keys.publicKey(), array, 11, 50, keys.sign(part)));
    }

    @Test
    void keysAreEqualByWhatTheyAre() {
        SigningKeys keys = SigningKeys.generate(SigType.EdDSA_SHA512_Ed25519, new SeededEntropy(1));
        SigningKeys same = SigningKeys.generate(SigType.EdDSA_SHA512_Ed25519, new SeededEntropy(1));
        assertEquals(keys, same);
        assertEquals(keys.hashCode(), same.hashCode());
        assertNotEquals(keys, SigningKeys.generate(SigType.EdDSA_SHA512_Ed25519, new SeededEntropy(2)));
        assertEquals(X25519KeyPair.generate(new SeededEntropy(3)), X25519KeyPair.generate(new SeededEntropy(3)));
    }
}
