package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.data.Capabilities.Congestion;
import dev.samovar.data.Mapping;
import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import dev.samovar.testkit.SeededEntropy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OwnRouterInfoTest {

    private final RouterKeys keys = RouterKeys.generate(new SeededEntropy(1));

    private static RouterAddress address(String key, String value) throws WireException {
        return new RouterAddress(3, "NTCP2", Mapping.of(Map.of("v", "2", key, value)));
    }

    @Test
    void itSaysWhatTheNetworkRequires() throws WireException {
        OwnRouterInfo own = new OwnRouterInfo(keys, 77, true, 128);
        assertNull(own.current());
        RouterInfo info = own.sign(List.of(address("host", "44.1.2.3")), Congestion.REFUSES_ALL, 1_700_000_000_000L);
        assertSame(info, own.current());
        assertTrue(info.verify());
        assertEquals(77, info.netId());
        assertEquals("0.9.66", info.version().toString());
        assertEquals("OfRG", info.capabilities().text());
        assertEquals(1_700_000_000_000L, info.publishedMillis());
    }

    @Test
    void withoutAHostItIsUnreachable() throws WireException {
        RouterInfo info =
                new OwnRouterInfo(keys, 3, false, 12).sign(List.of(address("caps", "4")), Congestion.REFUSES_ALL, 1);
        assertEquals("LUG", info.capabilities().text());
    }

    @Test
    void itsClassIsThatOfWhatIsShared() throws WireException {
        Map<Integer, Character> classes =
                Map.of(11, 'K', 12, 'L', 47, 'L', 48, 'M', 64, 'N', 128, 'O', 256, 'P', 1999, 'P', 2000, 'X');
        for (Map.Entry<Integer, Character> each : classes.entrySet()) {
            OwnRouterInfo own = new OwnRouterInfo(keys, 3, false, each.getKey());
            RouterInfo info = own.sign(List.of(address("caps", "4")), Congestion.REFUSES_ALL, 1);
            assertEquals(each.getValue(), info.capabilities().bandwidth(), each.getKey() + " kB/s");
        }
    }
}
