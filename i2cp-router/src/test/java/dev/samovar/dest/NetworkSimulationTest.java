package dev.samovar.dest;

import dev.samovar.dest.NetworkSimulation.Scenario;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** An hour of a network of whole routers, in virtual time. */
class NetworkSimulationTest {

    @Test
    void anHourOfANetworkWithChurnLossAndAPartition(TestReporter reporter) {
        reporter.publishEntry("network", new NetworkSimulation(Scenario.hour(1)).run());
    }
}
