package dev.samovar.dest;

import dev.samovar.base.Lane;
import dev.samovar.base.WireException;
import dev.samovar.crypto.EncType;
import dev.samovar.data.Hash;
import dev.samovar.data.LeaseSet2;
import dev.samovar.garlic.CloveDelivery;
import dev.samovar.garlic.DecryptResult;
import dev.samovar.garlic.GarlicClove;
import dev.samovar.garlic.RatchetPeer;
import dev.samovar.i2np.DataMessage;
import dev.samovar.i2np.DatabaseSearchReply;
import dev.samovar.i2np.DatabaseStore;
import dev.samovar.i2np.DeliveryStatus;
import dev.samovar.i2np.Garlic;
import dev.samovar.i2np.I2npMessage;
import dev.samovar.netdb.ClientView;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * What comes down the tunnels of a destination. Anybody can send that: garlic is opened and its cloves are for the client, or a
 * lease set of whoever sends; answers of floodfills are the view's; all else is dropped. On the router lane.
 */
final class Incoming {

    /** Why what came was dropped. */
    enum Drop {
        /** Garlic that nobody here can read, or has read before. */
        NOT_FOR_US,
        MALFORMED,
        /** A clove for somebody else: this router forwards nothing for whoever knows a destination. */
        CLOVE_NOT_FOR_US,
        UNEXPECTED_TYPE,
        /** The client had no room. */
        CLIENT_FULL,
        /** Before the client has signed a lease set. */
        NO_KEYS
    }

    private final Lane lane;
    private final OwnSide own;
    private final ClientView view;
    private final DestinationClient client;
    private final Listener listener;
    private final Map<Drop, Long> drops = new EnumMap<>(Drop.class);
    private boolean closed;

    /** Whom it concerns. */
    interface Listener {

        /** This destination sent something. */
        void onHeard(Hash from);

        /**
         * A lease set that says it is this destination's came with a message and is being looked at, or no longer is.
         */
        void onLearning(Hash from, boolean begins);
    }

    Incoming(Lane lane, OwnSide own, ClientView view, DestinationClient client, Listener listener) {
        this.lane = lane;
        this.own = own;
        this.view = view;
        this.client = client;
        this.listener = listener;
    }

    /** A message; taken over. */
    void receive(I2npMessage message) {
        try {
            switch (message.typeCode()) {
                case Garlic.TYPE -> onGarlic(Garlic.decode(message.body()));
                case DatabaseStore.TYPE -> view.onStore(DatabaseStore.decode(message.body()));
                case DatabaseSearchReply.TYPE -> view.onSearchReply(DatabaseSearchReply.decode(message.body()));
                case DeliveryStatus.TYPE -> view.onDeliveryStatus(DeliveryStatus.decode(message.body()));
                default -> drop(Drop.UNEXPECTED_TYPE);
            }
        } catch (WireException malformed) {
            drop(Drop.MALFORMED);
        } finally {
            message.release();
        }
    }

    private void onGarlic(Garlic garlic) {
        if (view.onGarlic(garlic)) {
            return;
        }
        if (own.sessions() == null) {
            drop(Drop.NO_KEYS);
            return;
        }
        DecryptResult result =
                own.sessions().open(garlic.data(), now(), lane.clock().epochMillis());
        if (!(result instanceof DecryptResult.Opened opened)) {
            drop(Drop.NOT_FOR_US);
            return;
        }
        try {
            for (GarlicClove clove : opened.cloves()) {
                onClove(clove, opened.senderKey());
            }
        } finally {
            opened.release();
        }
        RatchetPeer sender = opened.peer();
        if (sender != null && !closed) {
            listener.onHeard(sender.destination());
        }
    }

    private void onClove(GarlicClove clove, byte[] senderKey) {
        I2npMessage message = clove.message();
        try {
            if (closed) {
                return;
            }
            if (clove.delivery() instanceof CloveDelivery.ToDestination to) {
                if (!to.destination().equals(own.destination().hash())) {
                    drop(Drop.CLOVE_NOT_FOR_US);
                } else if (message.typeCode() == DataMessage.TYPE) {
                    deliver(DataMessage.decode(message.body()));
                } else {
                    drop(Drop.UNEXPECTED_TYPE);
                }
            } else if (!(clove.delivery() instanceof CloveDelivery.Local)) {
                drop(Drop.CLOVE_NOT_FOR_US);
            } else if (message.typeCode() == DatabaseStore.TYPE) {
                onBundled(DatabaseStore.decode(message.body()), senderKey);
            } else if (message.typeCode() == DeliveryStatus.TYPE) {
                view.onDeliveryStatus(DeliveryStatus.decode(message.body()));
            } else {
                drop(Drop.UNEXPECTED_TYPE);
            }
        } catch (WireException malformed) {
            drop(Drop.MALFORMED);
        }
    }

    private void deliver(DataMessage data) {
        // what is delivered outlives the message that it came in
        if (!client.deliver(data.payload())) {
            drop(Drop.CLIENT_FULL);
        }
    }

    /** A lease set that came with a message: whoever sends has the key in it, or it is not theirs to tell. */
    private void onBundled(DatabaseStore store, byte[] senderKey) {
        if (senderKey == null || store.key().equals(own.destination().hash())) {
            return;
        }
        Hash sender = store.key();
        listener.onLearning(sender, true);
        view.learn(store, found -> {
            if (closed) {
                return;
            }
            boolean theirs = found instanceof LeaseSet2 second
                    && second.keys().stream()
                            .anyMatch(key -> key.typeCode() == EncType.ECIES_X25519.code()
                                    && Arrays.equals(key.publicKey(), senderKey));
            if (theirs) {
                own.sessions().bind(senderKey, sender, now());
                listener.onHeard(sender);
            }
            listener.onLearning(sender, false);
        });
    }

    private void drop(Drop reason) {
        drops.merge(reason, 1L, Long::sum);
    }

    Map<Drop, Long> drops() {
        return Map.copyOf(drops);
    }

    void close() {
        closed = true;
    }

    private long now() {
        return lane.clock().nanos();
    }
}
