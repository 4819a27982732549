package dev.samovar.i2np;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.testkit.Fuzz;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.testkit.Vectors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every decoder against damaged input: nothing but {@link WireException} comes out, and no buffer is lost. */
class I2npFuzzTest {

    private static final long SEED = 20261125;
    private static final int ROUNDS = 4000;

    @FunctionalInterface
    private interface Decoder {
        I2npBody decode(ByteBuf in) throws WireException;
    }

    private static Map<Decoder, List<byte[]>> bodies() {
        SeededEntropy entropy = new SeededEntropy(SEED);
        Vectors i2np = Vectors.load("i2np");
        Vectors garlic = Vectors.load("router_garlic");
        Vectors build = Vectors.load("tunnel_build");
        Hash hash = Hash.fromBytes(entropy.bytes(32));
        ByteBuf lookup = Unpooled.buffer();
        ReplyKey aes = new ReplyKey(new byte[32], new byte[32]);
        new DatabaseLookup(hash, hash, DatabaseLookup.Kind.LEASE_SET, 7, List.of(hash, hash), aes).encode(lookup);
        byte[] data = entropy.bytes(100);
        data[0] = data[1] = data[2] = 0;
        data[3] = 96;
        Map<Decoder, List<byte[]>> bodies = new LinkedHashMap<>();
        bodies.put(
                DatabaseStore::decode,
                List.of(garlic.bytes("database_store_body"), i2np.bytes("database_store_leaseset2_with_token")));
        bodies.put(
                DatabaseLookup::decode,
                List.of(garlic.bytes("database_lookup_body"), io.netty.buffer.ByteBufUtil.getBytes(lookup)));
        bodies.put(DatabaseSearchReply::decode, List.of(i2np.bytes("search_reply_body")));
        bodies.put(DeliveryStatus::decode, List.of(i2np.bytes("delivery_status_body")));
        bodies.put(Garlic::decode, List.of(garlic.bytes("garlic_body")));
        bodies.put(DataMessage::decode, List.of(data));
        bodies.put(TunnelData::decode, List.of(entropy.bytes(1028)));
        bodies.put(TunnelGateway::decode, List.of(i2np.bytes("tunnel_gateway_body")));
        bodies.put(TunnelBuild::decode, List.of(entropy.bytes(8 * 528)));
        bodies.put(VariableTunnelBuild::decode, List.of(build.bytes("outbound/message_as_sent"), new byte[529]));
        bodies.put(ShortTunnelBuild::decode, List.of(build.bytes("outbound/message_as_sent")));
        bodies.put(OutboundTunnelBuildReply::decode, List.of(build.bytes("inbound/message_as_sent")));
        return bodies;
    }

    private static void release(I2npBody body) {
        if (body instanceof DataMessage data) {
            data.release();
        } else if (body instanceof TunnelData cell) {
            cell.release();
        } else if (body instanceof TunnelGateway gateway) {
            gateway.release();
        }
    }

    @TestFactory
    List<DynamicTest> damagedBodiesThrowNothingButWireException() {
        List<DynamicTest> tests = new ArrayList<>();
        bodies().forEach((decoder, samples) -> tests.add(DynamicTest.dynamicTest(
                "body " + tests.size(), () -> fuzz(samples, in -> release(decoder.decode(in))))));
        return tests;
    }

    @TestFactory
    List<DynamicTest> damagedMessagesThrowNothingButWireException() {
        Vectors i2np = Vectors.load("i2np");
        return List.of(
                DynamicTest.dynamicTest(
                        "long",
                        () -> fuzz(
                                List.of(i2np.bytes("long")),
                                in -> I2npMessage.decodeLong(in).release())),
                DynamicTest.dynamicTest(
                        "short",
                        () -> fuzz(
                                List.of(i2np.bytes("short")),
                                in -> I2npMessage.decodeShort(in).release())));
    }

    @FunctionalInterface
    private interface Target {
        void run(ByteBuf in) throws WireException;
    }

    private static void fuzz(List<byte[]> samples, Target target) {
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = Fuzz.mutate(samples.get(random.nextInt(samples.size())), random);
            ByteBuf in = PooledByteBufAllocator.DEFAULT.heapBuffer().writeBytes(bytes);
            try {
                target.run(in);
            } catch (WireException expected) {
                // the only thing that may come out
            } catch (RuntimeException other) {
                fail("seed " + SEED + " round " + round, other);
            } finally {
                assertEquals(1, in.refCnt(), "seed " + SEED + " round " + round);
                in.release();
            }
        }
    }
}
