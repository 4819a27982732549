package dev.samovar.data;

import static org.junit.jupiter.api.Assertions.fail;

import dev.samovar.base.Encodings;
import dev.samovar.base.WireException;
import dev.samovar.crypto.SigType;
import dev.samovar.testkit.Fuzz;
import dev.samovar.testkit.OfflineKeys;
import dev.samovar.testkit.SeededEntropy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every decoder of the structures against damaged input: nothing but {@link WireException} may come out. */
class DecoderFuzzTest {

    private static final long SEED = 20261124;
    private static final int ROUNDS = 3000;
    /** Reading private keys derives public ones, which is slow. */
    private static final int KEY_ROUNDS = 600;

    /** Where the type and the lengths of a destination's certificate stand. */
    private static final int CERTIFICATE_AT = 384;

    @FunctionalInterface
    private interface Decoder {
        void decode(byte[] bytes) throws WireException;
    }

    private record Target(int rounds, List<byte[]> samples, Decoder decoder) {}

    private static byte[] encoded(Mapping mapping) {
        ByteBuf out = Unpooled.buffer();
        mapping.encode(out);
        return ByteBufUtil.getBytes(out);
    }

    private static Map<String, Target> targets() throws WireException {
        SeededEntropy entropy = new SeededEntropy(SEED);
        List<byte[]> keys = new ArrayList<>();
        List<byte[]> destinations = new ArrayList<>();
        for (SigType type : SigType.values()) {
            if (type.usable()) {
                DestinationKeys made = DestinationKeys.generate(type, entropy);
                keys.add(made.toBytes());
                destinations.add(made.destination().toBytes());
            }
        }
        DestinationKeys offlineKeys =
                OfflineKeys.generate(SigType.EdDSA_SHA512_Ed25519, SigType.DSA_SHA1, 2_000_000_000, entropy);
        keys.add(offlineKeys.toBytes());
        ByteBuf offline = Unpooled.buffer();
        offlineKeys.offline().orElseThrow().encode(offline);
        Map<String, String> options =
                IntStream.range(0, 9).boxed().collect(Collectors.toMap(i -> "key" + i, i -> "v\u00e4lue".repeat(i)));
        byte[] base64 = Encodings.base64(entropy.bytes(60)).getBytes(StandardCharsets.ISO_8859_1);
        byte[] base32 = Encodings.base32(entropy.bytes(32)).getBytes(StandardCharsets.ISO_8859_1);
        List<byte[]> certificates = List.of(new byte[] {0, 0, 0}, new byte[] {5, 0, 6, 0, 3, 0, 0, 1, 2});

        Map<String, Target> targets = new LinkedHashMap<>();
        targets.put("Certificate", new Target(ROUNDS, certificates, bytes -> {
            Certificate certificate = Certificate.decode(Unpooled.wrappedBuffer(bytes));
            certificate.signingTypeCode();
            certificate.encryptionTypeCode();
            certificate.excess();
        }));
        targets.put("Destination", new Target(ROUNDS, destinations, bytes -> {
            Destination destination = Destination.decode(Unpooled.wrappedBuffer(bytes));
            Destination.fromBase64(destination.toBase64());
        }));
        targets.put("DestinationKeys", new Target(KEY_ROUNDS, keys, DestinationKeys::fromBytes));
        targets.put(
                "OfflineSignature",
                new Target(
                        ROUNDS,
                        List.of(ByteBufUtil.getBytes(offline)),
                        bytes -> OfflineSignature.decode(Unpooled.wrappedBuffer(bytes), SigType.EdDSA_SHA512_Ed25519)));
        targets.put(
                "Mapping", new Target(ROUNDS, List.of(encoded(Mapping.of(options)), encoded(Mapping.EMPTY)), bytes -> {
                    Mapping mapping = Mapping.decode(Unpooled.wrappedBuffer(bytes));
                    if (!mapping.equals(Mapping.decode(Unpooled.wrappedBuffer(encoded(mapping))))) {
                        throw new IllegalStateException("a mapping that was read is not written as itself");
                    }
                }));
        RouterKeys routerKeys = RouterKeys.generate(entropy);
        Mapping routerOptions = Mapping.of(Map.of("caps", "XfR", "netId", "2", "router.version", "0.9.66"));
        Mapping addressOptions = Mapping.of(Map.of("host", "44.1.2.3", "port", "1", "v", "2"));
        RouterAddress address = new RouterAddress(3, "NTCP2", addressOptions);
        RouterInfo info = RouterInfo.sign(routerKeys, 1_700_000_000_000L, List.of(address, address), routerOptions);
        ByteBuf addressBytes = Unpooled.buffer();
        address.encode(addressBytes);
        List<byte[]> addresses = List.of(ByteBufUtil.getBytes(addressBytes));
        targets.put("RouterKeys", new Target(KEY_ROUNDS, List.of(routerKeys.toBytes()), RouterKeys::fromBytes));
        targets.put(
                "RouterIdentity",
                new Target(ROUNDS, List.of(routerKeys.identity().toBytes()), bytes -> {
                    RouterIdentity identity = RouterIdentity.decode(Unpooled.wrappedBuffer(bytes));
                    identity.encryptionKey();
                    if (!RouterIdentity.fromBytes(identity.toBytes()).equals(identity)) {
                        throw new IllegalStateException("an identity that was read is not written as itself");
                    }
                }));
        targets.put("RouterAddress", new Target(ROUNDS, addresses, bytes -> {
            RouterAddress read = RouterAddress.decode(Unpooled.wrappedBuffer(bytes));
            ByteBuf out = Unpooled.buffer();
            read.encode(out);
            if (!RouterAddress.decode(out).equals(read)) {
                throw new IllegalStateException("an address that was read is not written as itself");
            }
        }));
        targets.put("RouterInfo", new Target(ROUNDS, List.of(info.bytes()), bytes -> {
            RouterInfo read = RouterInfo.decode(Unpooled.wrappedBuffer(bytes));
            read.verify();
            read.capabilities();
            read.version();
            RouterIdentity.fromBytes(read.identity().toBytes());
            if (!RouterInfo.fromBytes(read.bytes()).equals(read)) {
                throw new IllegalStateException("a router info that was read is not written as itself");
            }
        }));
        targets.put(
                "base64",
                new Target(
                        ROUNDS,
                        List.of(base64),
                        bytes -> Encodings.fromBase64(new String(bytes, StandardCharsets.ISO_8859_1))));
        targets.put(
                "base32",
                new Target(
                        ROUNDS,
                        List.of(base32),
                        bytes -> Encodings.fromBase32(new String(bytes, StandardCharsets.ISO_8859_1))));
        return targets;
    }

    @TestFactory
    List<DynamicTest> damagedInputThrowsNothingButWireException() throws WireException {
        List<DynamicTest> tests = new ArrayList<>();
        targets().forEach((name, target) -> tests.add(DynamicTest.dynamicTest(name, () -> fuzz(target))));
        return tests;
    }

    private static void fuzz(Target target) {
        Random random = new Random(SEED);
        for (int round = 0; round < target.rounds; round++) {
            byte[] bytes = target.samples.get(random.nextInt(target.samples.size()));
            bytes = Fuzz.mutate(bytes, random);
            if (bytes.length > CERTIFICATE_AT + 12 && random.nextBoolean()) {
                bytes[CERTIFICATE_AT + random.nextInt(12)] = (byte) random.nextInt(12);
            }
            try {
                target.decoder.decode(bytes);
            } catch (WireException expected) {
                // the only thing that may come out
            } catch (RuntimeException other) {
                fail("seed " + SEED + " round " + round, other);
            }
        }
    }
}
