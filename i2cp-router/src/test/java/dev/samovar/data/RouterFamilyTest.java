package dev.samovar.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.SigningKeys;
import dev.samovar.testkit.Fuzz;
import dev.samovar.testkit.SeededEntropy;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RouterFamilyTest {

    private static final long SEED = 19;

    private final SeededEntropy entropy = new SeededEntropy(SEED);
    private final Hash router = Hash.of(entropy.bytes(40));

    private Map<String, String> options(SigType type, String name) throws WireException {
        return new HashMap<>(RouterFamily.sign(name, SigningKeys.generate(type, entropy), router));
    }

    @ParameterizedTest
    @EnumSource(
            value = SigType.class,
            names = {"ECDSA_SHA256_P256", "ECDSA_SHA512_P521", "EdDSA_SHA512_Ed25519"})
    void aFamilySignsForARouterAndForNoOther(SigType type) throws WireException {
        Map<String, String> options = options(type, "s\u00e4movars");
        RouterFamily family = RouterFamily.read(Mapping.of(options));
        assertEquals("s\u00e4movars", family.name());
        assertEquals(type, family.keyType());
        assertTrue(options.get("family.key").startsWith(type.code() + ":"));
        assertTrue(family.verify(router));
        assertFalse(family.verify(Hash.of(new byte[1])));
        options.put("family", "others");
        assertFalse(RouterFamily.read(Mapping.of(options)).verify(router));
        assertEquals("[router family]", family.toString());
        assertEquals(family, RouterFamily.read(Mapping.of(options(family, options))));
        assertEquals(type.publicKeyLength(), family.publicKey().length);
    }

    private static Map<String, String> options(RouterFamily family, Map<String, String> options) {
        options.put("family", family.name());
        return options;
    }

    @Test
    void theSignedBytesAreTheNameAndTheHash() throws WireException {
        SigningKeys keys = SigningKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
        byte[] signed = new byte[5 + 32];
        System.arraycopy("abcde".getBytes(StandardCharsets.UTF_8), 0, signed, 0, 5);
        System.arraycopy(router.toBytes(), 0, signed, 5, 32);
        String signature = RouterFamily.sign("abcde", keys, router).get("family.sig");
        assertArrayEquals(keys.sign(signed), dev.samovar.base.Encodings.fromBase64(signature));
    }

    @Test
    void aRouterWithoutAFamilyHasNone() throws WireException {
        assertNull(RouterFamily.read(Mapping.EMPTY));
        assertNull(RouterFamily.read(Mapping.of(Map.of("family.key", "7:AAAA"))));
    }

    @Test
    void anIncompleteOrMalformedClaimIsRefused() throws WireException {
        Map<String, String> good = options(SigType.EdDSA_SHA512_Ed25519, "x");
        for (String option : new String[] {"family.key", "family.sig"}) {
            for (String bad :
                    new String[] {"", ":", "7:", "x:AAAA", "99999999999:AAAA", "AAAA", "7:!!!!", "1:AAAA", "-7:AA"}) {
                Map<String, String> options = new HashMap<>(good);
                options.put(option, bad);
                assertThrows(WireException.class, () -> RouterFamily.read(Mapping.of(options)), option + " " + bad);
            }
            Map<String, String> options = new HashMap<>(good);
            options.remove(option);
            assertThrows(WireException.class, () -> RouterFamily.read(Mapping.of(options)), option);
        }
        Map<String, String> nameless = new HashMap<>(good);
        nameless.put("family", "");
        assertThrows(WireException.class, () -> RouterFamily.read(Mapping.of(nameless)));
        SigningKeys keys = SigningKeys.generate(SigType.EdDSA_SHA512_Ed25519, entropy);
        assertThrows(WireException.class, () -> RouterFamily.sign("", keys, router));
        assertThrows(WireException.class, () -> RouterFamily.sign("\u00e4".repeat(128), keys, router));
    }

    @Test
    void damagedClaimsThrowNothingElse() throws WireException {
        Map<String, String> good = options(SigType.EdDSA_SHA512_Ed25519, "family of many");
        RouterFamily original = RouterFamily.read(Mapping.of(good));
        Random random = new Random(SEED);
        for (int round = 0; round < 3000; round++) {
            Map<String, String> options = new HashMap<>(good);
            String key = options.keySet().stream()
                    .sorted()
                    .skip(random.nextInt(options.size()))
                    .findFirst()
                    .orElseThrow();
            byte[] damaged = Fuzz.mutate(options.get(key).getBytes(StandardCharsets.ISO_8859_1), random);
            options.put(key, new String(damaged, StandardCharsets.ISO_8859_1));
            try {
                RouterFamily family = RouterFamily.read(Mapping.of(options));
                // base64 may come without its padding
                assertTrue(family.equals(original) || !family.verify(router), "seed " + SEED + " round " + round);
            } catch (WireException expected) {
                // the only thing that may come out
            } catch (RuntimeException other) {
                throw new AssertionError("seed " + SEED + " round " + round, other);
            }
        }
    }
}
