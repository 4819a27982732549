package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.i2cp.client.I2cpClient;
import dev.samovar.i2cp.client.I2cpSessionContract;
import dev.samovar.testkit.SimWorld;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The contract within the process, client and router on one lane. */
class InProcessSessionTest extends I2cpSessionContract {

    private final SimWorld world = new SimWorld(7);
    private final Lane clientLane = world.newLane();
    private final LocalRouter router = new LocalRouter(routerLane(world, clientLane), entropy, Offload.inline());

    /** The lane of the router. */
    Lane routerLane(SimWorld in, Lane ofClient) {
        return ofClient;
    }

    @Override
    protected I2cpClient client() {
        return router.client();
    }

    @Override
    protected Lane lane() {
        return clientLane;
    }

    @Override
    protected void await(BooleanSupplier condition) {
        assertTrue(world.runUntil(condition, 10, TimeUnit.SECONDS), "did not happen");
    }

    @Override
    protected void onLane(Runnable work) {
        world.on(clientLane, work);
    }

    @Override
    protected void closeRouter() {
        router.close();
    }
}
