package dev.samovar.transport.ntcp2;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.WireException;
import dev.samovar.data.RouterInfo;
import dev.samovar.testkit.SeededEntropy;
import org.junit.jupiter.api.Test;

class VerifiedInfosTest {

    private final Ntcp2TestRouter router = new Ntcp2TestRouter(new SeededEntropy(5));
    private final VerifiedInfos verified = new VerifiedInfos();

    @Test
    void onlyWhatWasVerifiedWholeIsTakenAgain() throws WireException {
        RouterInfo info = router.info(1000, router.unpublished());
        assertTrue(verified.verify(info));
        assertTrue(verified.verify(RouterInfo.fromBytes(info.bytes().clone())));
        byte[] forged = info.bytes().clone();
        forged[forged.length - 1] ^= 1;
        assertFalse(verified.verify(RouterInfo.fromBytes(forged)));
        assertFalse(verified.verify(RouterInfo.fromBytes(forged)), "a failure is not remembered as a success");
    }

    @Test
    void itsMemoryIsBounded() {
        RouterInfo first = router.info(0, router.unpublished());
        for (int i = 0; i < 2 * VerifiedInfos.MOST_PER_GENERATION + 100; i++) {
            assertTrue(verified.verify(router.info(i, router.unpublished())));
        }
        assertTrue(verified.size() <= 2 * VerifiedInfos.MOST_PER_GENERATION);
        assertTrue(verified.verify(first), "it is checked again");
    }
}
