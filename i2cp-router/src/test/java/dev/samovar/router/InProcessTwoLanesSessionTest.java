package dev.samovar.router;

import dev.samovar.base.Lane;
import dev.samovar.testkit.SimWorld;

/** The contract within the process, client and router on a lane each. */
class InProcessTwoLanesSessionTest extends InProcessSessionTest {

    @Override
    Lane routerLane(SimWorld in, Lane ofClient) {
        return in.newLane();
    }
}
