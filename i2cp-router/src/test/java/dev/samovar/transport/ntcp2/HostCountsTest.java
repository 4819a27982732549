package dev.samovar.transport.ntcp2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.samovar.peer.Subnet;
import org.junit.jupiter.api.Test;

class HostCountsTest {

    @Test
    void anIpv4AddressIsAHostAndSoIsAnIpv6Network() {
        HostCounts counts = new HostCounts();
        counts.add(Subnet.parse("44.1.2.3"));
        counts.add(Subnet.parse("44.1.2.3"));
        counts.add(Subnet.parse("2a01:1:2:3::1"));
        counts.add(Subnet.parse("2a01:1:2:3:ffff::9"));
        assertEquals(2, counts.of(Subnet.parse("44.1.2.3")));
        assertEquals(0, counts.of(Subnet.parse("44.1.2.4")));
        assertEquals(2, counts.of(Subnet.parse("2a01:1:2:3::7")));
        assertEquals(0, counts.of(Subnet.parse("2a01:1:2:4::1")));
        counts.remove(Subnet.parse("44.1.2.3"));
        assertEquals(1, counts.of(Subnet.parse("44.1.2.3")));
        counts.remove(Subnet.parse("44.1.2.3"));
        counts.remove(Subnet.parse("44.1.2.3"));
        assertEquals(0, counts.of(Subnet.parse("44.1.2.3")));
    }
}
