package dev.samovar.transport.ntcp2;

import dev.samovar.base.Clock;
import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.data.Hash;
import dev.samovar.transport.BandwidthLimiter;
import dev.samovar.transport.ReplayFilter;
import java.util.concurrent.atomic.LongAdder;

/** What all connections of a transport use together; everything in it may be used from any thread. */
final class Ntcp2Shared {

    final Ntcp2Config config;
    final Ntcp2Keys keys;
    final Ntcp2Responder.Router router;
    final Lane routerLane;
    final Clock clock;
    final Entropy entropy;
    final Offload offload;
    final ReplayFilter replays;
    final EphemeralKeys ephemerals;
    final BandwidthLimiter in;
    final BandwidthLimiter out;
    final LongAdder bytesIn = new LongAdder();
    final LongAdder bytesOut = new LongAdder();
    final LongAdder messagesIn = new LongAdder();
    final LongAdder messagesOut = new LongAdder();
    /** Messages that were dropped in a session's queue. */
    final LongAdder messagesDropped = new LongAdder();

    Ntcp2Shared(Ntcp2Config config, Ntcp2Keys keys, Hash self, Lane routerLane, Entropy entropy, Offload offload) {
        this.config = config;
        this.keys = keys;
        this.router = new Ntcp2Responder.Router(keys, self, config.networkId());
        this.routerLane = routerLane;
        this.clock = routerLane.clock();
        this.entropy = entropy;
        this.offload = offload;
        this.replays = new ReplayFilter(config.limits().replays());
        this.ephemerals = new EphemeralKeys(entropy, offload, routerLane);
        this.in = new BandwidthLimiter(config.bytesPerSecondIn());
        this.out = new BandwidthLimiter(config.bytesPerSecondOut());
    }
}
