package dev.samovar.data;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Encodings;
import dev.samovar.crypto.ChaChaPoly;
import dev.samovar.crypto.Elligator2.HiddenKeyPair;
import dev.samovar.crypto.NoiseState;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.SigningKeys;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.testkit.OfflineKeys;
import dev.samovar.testkit.SeededEntropy;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nothing secret, and nothing that names a destination, is shown by any type of {@code crypto} and {@code data}. */
class RedactionTest {

    private static final String[] PACKAGES = {"crypto", "data"};

    private static final DestinationKeys KEYS = OfflineKeys.generate(
            SigType.EdDSA_SHA512_Ed25519, SigType.EdDSA_SHA512_Ed25519, 2_000_000_000, new SeededEntropy(1));

    private static final RouterKeys ROUTER = RouterKeys.generate(new SeededEntropy(6));

    /** One of each type that must not show what it holds. */
    private static final Map<Class<?>, Object> SAMPLES = Map.ofEntries(
            Map.entry(SecretBytes.class, KEYS.signingKeys().privateKey()),
            Map.entry(SigningKeys.class, KEYS.signingKeys()),
            Map.entry(X25519KeyPair.class, X25519KeyPair.generate(new SeededEntropy(2))),
            Map.entry(HiddenKeyPair.class, HiddenKeyPair.generate(new SeededEntropy(7))),
            Map.entry(ChaChaPoly.class, new ChaChaPoly(new SeededEntropy(3).bytes(32))),
            Map.entry(NoiseState.class, noise()),
            Map.entry(DestinationKeys.class, KEYS),
            Map.entry(RouterKeys.class, ROUTER),
            Map.entry(RouterIdentity.class, ROUTER.identity()),
            Map.entry(RouterInfo.class, RouterInfo.sign(ROUTER, 1, List.of(), Mapping.EMPTY)),
            Map.entry(Destination.class, KEYS.destination()),
            Map.entry(Hash.class, KEYS.destination().hash()),
            Map.entry(OfflineSignature.class, KEYS.offline().orElseThrow()));

    private static NoiseState noise() {
        NoiseState state = NoiseState.n(new SeededEntropy(4).bytes(32));
        state.mixKey(new SeededEntropy(5).bytes(32));
        return state;
    }

    private static List<Class<?>> allTypes() throws IOException, URISyntaxException, ClassNotFoundException {
        List<Class<?>> types = new ArrayList<>();
        for (String name : PACKAGES) {
            Class<?> anchor = name.equals("crypto") ? SecretBytes.class : Destination.class;
            Path root = Path.of(
                    anchor.getProtectionDomain().getCodeSource().getLocation().toURI());
            try (Stream<Path> files = Files.list(root.resolve("dev/samovar/" + name))) {
                for (Path file : files.toList()) {
                    String simple = file.getFileName().toString();
                    if (simple.endsWith(".class")) {
                        types.add(Class.forName(
                                "dev.samovar." + name + "." + simple.substring(0, simple.length() - 6),
                                false,
                                anchor.getClassLoader()));
                    }
                }
            }
        }
        return types;
    }

    /** Types with a secret in them, directly or in a field's type. */
    private static Set<Class<?>> secretTypes(List<Class<?>> all) {
        Set<Class<?>> secret =
                all.stream().filter(type -> type == SecretBytes.class).collect(Collectors.toSet());
        boolean grew = true;
        while (grew) {
            grew = false;
            for (Class<?> type : all) {
                grew |= fields(type).anyMatch(field -> secret.contains(field.getType())) && secret.add(type);
            }
        }
        return secret;
    }

    private static Stream<Field> fields(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields()).filter(field -> !Modifier.isStatic(field.getModifiers()));
    }

    @Test
    void everyTypeWithASecretHasATextOfItsOwnAndASampleHere() throws Exception {
        List<Class<?>> all = allTypes();
        assertTrue(all.size() > 10, "the types were not found");
        Set<Class<?>> secret = secretTypes(all);
        assertTrue(secret.contains(DestinationKeys.class));
        Set<String> withoutSample = secret.stream()
                .filter(type -> !SAMPLES.containsKey(type))
                .map(Class::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of(), withoutSample);
        for (Class<?> type : SAMPLES.keySet()) {
            assertDoesNotThrow(() -> type.getDeclaredMethod("toString"), type.getName());
        }
    }

    @Test
    void noTextShowsAnyOfTheBytes() throws Exception {
        for (Map.Entry<Class<?>, Object> sample : SAMPLES.entrySet()) {
            String shown = sample.getValue().toString();
            assertTrue(
                    shown.contains("[") && shown.length() < 60, sample.getKey().getName());
            for (byte[] bytes : bytesIn(sample.getValue())) {
                for (String text : List.of(
                        HexFormat.of().formatHex(bytes),
                        Encodings.base64(bytes),
                        Encodings.base32(bytes),
                        Arrays.toString(bytes))) {
                    String begin = text.substring(0, Math.min(6, text.length()));
                    assertFalse(shown.contains(begin), sample.getKey().getName());
                }
            }
        }
    }

    private static List<byte[]> bytesIn(Object holder) throws IllegalAccessException {
        List<byte[]> found = new ArrayList<>();
        for (Field field : fields(holder.getClass()).toList()) {
            field.setAccessible(true);
            Object value = field.get(holder);
            if (value instanceof Optional<?> optional) {
                value = optional.orElse(null);
            }
            if (value instanceof byte[] bytes) {
                found.add(bytes);
            } else if (value != null
                    && value.getClass().getName().startsWith("dev.samovar.")
                    && !(value instanceof Enum)) {
                found.addAll(bytesIn(value));
            }
        }
        return found;
    }

    @Test
    void aMappingShowsItsKeysAndNoValue() throws Exception {
        assertEquals("[password]", Mapping.of(Map.of("password", "hunter2")).toString());
    }
}
