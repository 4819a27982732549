package dev.samovar.transport.ntcp2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Hash;
import dev.samovar.transport.ntcp2.LinkTable.Outcome;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LinkTableTest {

    private record Link(boolean inbound, long establishedAt) implements LinkTable.Link {}

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final Hash SMALL = hash(1);
    private static final Hash LARGE = hash(0xf0);

    private final LinkTable<Link> table = new LinkTable<>(SMALL);

    private static Hash hash(int first) {
        byte[] bytes = new byte[Hash.LENGTH];
        bytes[0] = (byte) first;
        return Hash.fromBytes(bytes);
    }

    private Outcome add(Link link) {
        return table.add(LARGE, link, link.establishedAt()).outcome();
    }

    @Test
    void aNewInboundSessionReplacesAnOldOne() {
        Link old = new Link(true, 0);
        Link next = new Link(true, SECOND);
        assertEquals(Outcome.FIRST, add(old));
        LinkTable.Added<Link> added = table.add(LARGE, next, SECOND);
        assertEquals(Outcome.REPLACED, added.outcome());
        assertSame(old, added.displaced());
        assertSame(next, table.get(LARGE));
        assertFalse(table.remove(LARGE, old), "it is out already");
        assertSame(next, table.get(LARGE));
        assertEquals(1, table.inbound());
    }

    @Test
    void anInboundSessionReplacesAnOutboundOneOfLongAgo() {
        add(new Link(false, 0));
        assertEquals(Outcome.REPLACED, add(new Link(true, 11 * SECOND)));
        assertEquals(0, table.outbound());
    }

    @Test
    void aSecondOutboundSessionIsRefused() {
        Link first = new Link(false, 0);
        add(first);
        assertEquals(Outcome.REFUSED, add(new Link(false, 1)));
        assertSame(first, table.get(LARGE));
    }

    @Test
    void sessionsDialledByBothAtOnceBothStayAndOursIsUsed() {
        Link out = new Link(false, 0);
        Link in = new Link(true, SECOND);
        add(out);
        assertEquals(Outcome.BOTH, add(in));
        assertSame(out, table.get(LARGE));
        assertEquals(2, table.links().size());
        assertTrue(table.remove(LARGE, out), "the peer closes it");
        assertSame(in, table.get(LARGE));
    }

    @Test
    void bothSidesSettleOnTheSameSession() {
        LinkTable<Link> other = new LinkTable<>(LARGE);
        // the one dialled by SMALL is out here and in there
        Link hereWinner = new Link(false, 0);
        Link hereLoser = new Link(true, 1);
        Link thereWinner = new Link(true, 0);
        Link thereLoser = new Link(false, 1);
        table.add(LARGE, hereLoser, 0);
        table.add(LARGE, hereWinner, 1);
        other.add(SMALL, thereLoser, 0);
        other.add(SMALL, thereWinner, 1);
        assertNull(table.settle(LARGE, false), "the one who sends on it closes it");
        assertSame(thereLoser, other.settle(SMALL, false));
        assertSame(thereWinner, other.get(SMALL));
        assertSame(hereLoser, table.settle(LARGE, true), "unless it does not");
        assertSame(hereWinner, table.get(LARGE));
        assertNull(table.settle(LARGE, true));
        assertEquals(1, table.outbound());
        assertEquals(0, table.inbound());
    }

    @Test
    void aThirdSessionIsRefused() {
        add(new Link(false, 0));
        add(new Link(true, 1));
        assertEquals(Outcome.REFUSED, add(new Link(true, 2)));
        assertEquals(1, table.peers().size());
    }
}
