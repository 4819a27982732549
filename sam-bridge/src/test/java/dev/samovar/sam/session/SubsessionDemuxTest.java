package dev.samovar.sam.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.i2cp.client.Protocol;
import org.junit.jupiter.api.Test;

class SubsessionDemuxTest {

    private final SubsessionDemux<String> demux = new SubsessionDemux<>();

    @Test
    void theMostExactTakerWins() {
        demux.add(Protocol.RAW, 7, "raw 7");
        demux.add(Protocol.RAW, 0, "raw");
        demux.add(Protocol.ANY, 8, "any 8");
        demux.add(Protocol.ANY, 0, "any");
        assertEquals("raw 7", demux.find(Protocol.RAW, 7));
        assertEquals("raw", demux.find(Protocol.RAW, 8));
        assertEquals("any 8", demux.find(99, 8));
        assertEquals("any", demux.find(99, 9));
    }

    @Test
    void streamingNeverGoesToATakerOfAnyProtocol() {
        demux.add(Protocol.ANY, 0, "any");
        assertNull(demux.find(Protocol.STREAMING, 0));
        demux.add(Protocol.STREAMING, 0, "streams");
        assertEquals("streams", demux.find(Protocol.STREAMING, 65_535));
    }

    @Test
    void twoTakersMayNotShareAPairAndARemovedOnesTrafficFallsToTheWildcard() {
        assertTrue(demux.add(Protocol.DATAGRAM, 5, "one"));
        assertFalse(demux.add(Protocol.DATAGRAM, 5, "two"));
        assertTrue(demux.add(Protocol.DATAGRAM, 0, "wildcard"));
        demux.remove(Protocol.DATAGRAM, 5);
        assertEquals("wildcard", demux.find(Protocol.DATAGRAM, 5));
        demux.remove(Protocol.DATAGRAM, 0);
        assertNull(demux.find(Protocol.DATAGRAM, 5));
    }
}
