package dev.samovar.router;

import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.i2cp.client.I2cpClient;
import dev.samovar.i2cp.client.I2cpLink;
import dev.samovar.i2cp.client.LinkedI2cpClient;
import dev.samovar.i2cp.server.I2cpServerConnection;
import dev.samovar.i2cp.server.QueueBudget;
import dev.samovar.i2cp.server.RouterPort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;

/**
 * The way of this process's own clients to a router of this process: I2CP as objects. The constructor and {@link #client} are
 * for any thread, all else runs on the router's lane.
 */
final class ClientFront {

    /** Bytes that wait for all clients in this process together. */
    private static final long QUEUE_BYTES = 64L * 1024 * 1024;

    private final Lane lane;
    private final Entropy entropy;
    private final Offload offload;
    private final RouterPort port;
    private final LaneQueue queue;
    private final QueueBudget budget = new QueueBudget(QUEUE_BYTES);
    private final I2cpClient client;
    private final Set<InProcessI2cp.RouterEnd> links = new HashSet<>();
    private boolean closed;

    ClientFront(Lane routerLane, Entropy entropy, Offload offload, RouterPort port) {
        this.lane = routerLane;
        this.entropy = entropy;
        this.offload = offload;
        this.port = port;
        this.queue = new LaneQueue(routerLane);
        this.client = new LinkedI2cpClient(this::connect, entropy, offload, true);
    }

    /** Quickest for sessions on the router's own lane. */
    I2cpClient client() {
        return client;
    }

    /** Ends all sessions of this process; they are told. */
    void close(String reason) {
        closed = true;
        for (InProcessI2cp.RouterEnd link : new ArrayList<>(links)) {
            link.shutdown(reason);
        }
    }

    /** On the client's lane. */
    private I2cpLink connect(Lane clientLane, I2cpLink.Receiver receiver) {
        LaneQueue sameLane = clientLane.equals(lane) ? queue : null;
        InProcessI2cp pipe = new InProcessI2cp(clientLane, lane, sameLane, receiver);
        lane.execute(() -> accept(pipe.routerEnd()));
        return pipe.link();
    }

    private void accept(InProcessI2cp.RouterEnd end) {
        if (closed) {
            end.refuse();
            return;
        }
        links.add(end);
        end.open(outlet -> new I2cpServerConnection(lane, port, offload, entropy, budget, outlet), links::remove);
    }
}
