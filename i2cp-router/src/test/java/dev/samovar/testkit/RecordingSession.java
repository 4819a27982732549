package dev.samovar.testkit;

import dev.samovar.i2cp.client.CloseReason;
import dev.samovar.i2cp.client.DeliveryStatus;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.InboundMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A session's owner that writes down all it is told, and releases payloads. On the session's lane. */
public class RecordingSession implements I2cpClientSession.Listener {

    public final List<String> messages = new ArrayList<>();
    public final List<String> headers = new ArrayList<>();
    public final Map<Integer, DeliveryStatus> deliveries = new TreeMap<>();
    public final List<CloseReason> closed = new ArrayList<>();
    public int writable;
    public int deliveryCalls;

    @Override
    public void onMessage(InboundMessage message) {
        messages.add(message.payload().toString(StandardCharsets.UTF_8));
        headers.add(message.protocol() + " " + message.fromPort() + ">" + message.toPort());
        message.payload().release();
    }

    @Override
    public void onWritable() {
        writable++;
    }

    @Override
    public void onDelivery(int tracking, DeliveryStatus status) {
        deliveryCalls++;
        deliveries.put(tracking, status);
    }

    @Override
    public void onClosed(CloseReason reason) {
        closed.add(reason);
    }
}
