package dev.samovar.interop;

import dev.samovar.dest.NetworkSimulation;
import dev.samovar.dest.NetworkSimulation.Scenario;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A day of 100 simulated routers with 200 destinations, more than an hour of this machine's time. Only {@code mvn -P soak verify}
 * runs it; {@code -Dsamovar.soak.hours} and {@code -Dsamovar.soak.seed} change how long it lasts and what happens.
 */
@Tag("soak")
final class NetworkSoakIT {

    @Test
    void aDayOfALargeNetwork() {
        Scenario scenario =
                Scenario.large(Long.getLong("samovar.soak.seed", 1), Integer.getInteger("samovar.soak.hours", 24));
        System.out.println(new NetworkSimulation(scenario).run());
    }
}
