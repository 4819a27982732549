package dev.samovar.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Encodings;
import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.Mapping;
import dev.samovar.testkit.SeededEntropy;
import dev.samovar.tunnel.PoolConfig.Side;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PoolConfigTest {

    private final SeededEntropy entropy = new SeededEntropy(5);

    private static PoolConfig of(String... keysAndValues) throws WireException {
        Map<String, String> options = new TreeMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            options.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return PoolConfig.of(Mapping.of(options));
    }

    private TreeSet<Integer> lengths(Side side) {
        TreeSet<Integer> lengths = new TreeSet<>();
        for (int i = 0; i < 500; i++) {
            lengths.add(side.draw(entropy));
        }
        return lengths;
    }

    @Test
    void aClientThatSaysNothingGetsTwoTunnelsOfThreeHopsEachWay() throws WireException {
        PoolConfig config = of();
        assertEquals(Side.of(3, 2), config.inbound());
        assertEquals(Side.of(3, 2), config.outbound());
        assertTrue(config.explicitPeers().isEmpty());
    }

    @Test
    void theWishesOfAClientAreHeard() throws WireException {
        PoolConfig config = of(
                "inbound.length", "1",
                "inbound.quantity", " 4 ",
                "inbound.backupQuantity", "2",
                "inbound.lengthVariance", "-1",
                "inbound.allowZeroHop", "True",
                "outbound.length", "0");
        assertEquals(new Side(1, -1, 4, 2, true), config.inbound());
        assertEquals(6, config.inbound().wanted());
        assertEquals(Side.of(0, 2), config.outbound());
        assertTrue(config.outbound().isZeroHop());
        assertFalse(config.inbound().isZeroHop());
    }

    @Test
    void whatIsOutOfBoundsIsBroughtWithin() throws WireException {
        PoolConfig config = of(
                "inbound.length", "99",
                "inbound.quantity", "1000000",
                "inbound.backupQuantity", "7",
                "inbound.lengthVariance", "2147483647",
                "outbound.length", "-3",
                "outbound.quantity", "0",
                "outbound.lengthVariance", "nine",
                "outbound.backupQuantity", "99999999999999");
        assertEquals(new Side(7, 7, 16, 0, false), config.inbound());
        assertEquals(new Side(0, 0, 1, 0, false), config.outbound());
    }

    @Test
    void varianceDrawsEveryLengthAndNoHopOnlyWhereAllowed() {
        assertEquals(new TreeSet<>(List.of(3)), lengths(new Side(3, 0, 2, 0, true)));
        assertEquals(new TreeSet<>(List.of(2, 3, 4)), lengths(new Side(2, 2, 2, 0, false)));
        assertEquals(new TreeSet<>(List.of(1, 2, 3)), lengths(new Side(2, -1, 2, 0, false)));
        assertEquals(new TreeSet<>(List.of(1, 2)), lengths(new Side(1, -1, 2, 0, false)));
        assertEquals(new TreeSet<>(List.of(0, 1, 2)), lengths(new Side(1, -1, 2, 0, true)));
        assertEquals(new TreeSet<>(List.of(6, 7)), lengths(new Side(6, 5, 2, 0, false)));
        assertEquals(new TreeSet<>(List.of(0, 1)), lengths(new Side(0, 1, 2, 0, false)));
    }

    @Test
    void explicitPeersAreReadAndBoundTheLength() throws WireException {
        byte[] one = entropy.bytes(32);
        byte[] two = entropy.bytes(32);
        String list = Encodings.base64(one) + ", " + Encodings.base64(two) + ",rubbish,," + Encodings.base64(one);
        PoolConfig config = of("explicitPeers", list, "outbound.length", "1");
        assertEquals(List.of(Hash.fromBytes(one), Hash.fromBytes(two)), config.explicitPeers());
        assertEquals(2, config.inbound().length());
        assertEquals(1, config.outbound().length());
    }

    @Test
    void noTextMakesAPoolThatIsOutOfBounds() throws WireException {
        long seed = 20260701;
        Random random = new Random(seed);
        List<String> keys = List.of("length", "lengthVariance", "quantity", "backupQuantity", "allowZeroHop");
        List<String> values =
                List.of("", "-", "7", "-7", "16", "17", "2147483648", "-2147483648", "1e3", "0x1", " 3", "true", "ü");
        for (int i = 0; i < 2_000; i++) {
            Map<String, String> options = new TreeMap<>();
            for (String key : keys) {
                options.put("inbound." + key, values.get(random.nextInt(values.size())));
            }
            Side side = PoolConfig.of(Mapping.of(options)).inbound();
            String told = side + ", seed " + seed;
            assertTrue(side.wanted() >= 1 && side.wanted() <= 16, told);
            assertTrue(side.minLength() >= 0 && side.minLength() <= side.maxLength(), told);
            assertTrue(side.maxLength() <= 7, told);
            assertTrue(side.allowZeroHop() || side.length() == 0 || side.minLength() > 0, told);
        }
    }

    @Test
    void aPoolNamesNoPeers() throws WireException {
        byte[] peer = entropy.bytes(32);
        PoolConfig config = of("explicitPeers", Encodings.base64(peer));
        assertFalse(config.toString().contains(Encodings.base64(peer).substring(0, 8)));
    }
}
