package dev.samovar.i2cp.server;

import dev.samovar.data.Destination;
import dev.samovar.data.Hash;
import dev.samovar.data.Lease;
import dev.samovar.data.LeaseSet;
import dev.samovar.data.Mapping;
import dev.samovar.i2cp.message.BandwidthLimits;
import dev.samovar.i2cp.message.CreateLeaseSet2.PrivateKey;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.Consumer;

/** What I2CP needs of the router behind it. All methods and callbacks run on the router's lane. */
public interface RouterPort {

    /** Makes a destination present on this router; null when it is already. */
    Attachment attach(Destination destination, Mapping options, Inbox inbox);

    /**
     * Looks up by hash, for a client without a session; {@code answer} gets the destination or null, exactly once, perhaps from
     * within.
     */
    void lookup(Hash hash, long timeoutMillis, Consumer<Destination> answer);

    /** The same by name. */
    void lookup(String name, long timeoutMillis, Consumer<Destination> answer);

    BandwidthLimits bandwidthLimits();

    /** What became of a message. */
    enum Verdict {
        /** The destination has it. */
        DELIVERED,
        /** The destination has it but hardly keeps up: {@link Inbox#onWritable} says when it is better to go on. */
        CONGESTED,
        /** The destination does not keep up, the message is lost. */
        OVERFLOW,
        /** No such destination, or nobody can say how to reach it. */
        NO_LEASE_SET,
        /** On its way: {@link Inbox#onSent} tells how it went. */
        ACCEPTED,
        /** The same, but it is better not to send more before {@link Inbox#onWritable}. */
        ACCEPTED_CONGESTED
    }

    /** What became of a message that had been {@linkplain Verdict#ACCEPTED accepted}. */
    enum Outcome {
        /** It went out into the network, which gives no receipts of its own. */
        SENT,
        /** The router of the destination has it. */
        ACKNOWLEDGED,
        /** The destination's lease set was not found. */
        NO_LEASE_SET,
        /** The destination cannot read what we can write. */
        UNSUPPORTED_ENCRYPTION,
        /** In its time there was no tunnel that took it. */
        NO_TUNNEL,
        /** Its time was over. */
        EXPIRED,
        /** No message may be so large. */
        TOO_LARGE
    }

    /** A destination's presence on the router. */
    interface Attachment {

        /** The client knows its session: the router may ask for lease sets from now on. */
        void open();

        /**
         * Sends a framed payload, taking it over. Never calls back to the sender from within, but may to others.
         *
         * @param expirationMillis the date from which it is not worth sending; 0 for the router's own idea of that
         * @param ticket what {@link Inbox#onSent} is to name; 0 when nobody wants to know
         */
        Verdict send(Destination to, ByteBuf payload, long expirationMillis, long ticket);

        /**
         * The client answered with a lease set whose signature holds.
         *
         * @param privateKeys its encryption keys, in the order of the public ones; borrowed
         */
        void leaseSet(LeaseSet leaseSet, List<PrivateKey> privateKeys);

        /** Looks up by hash, with what this client knows and by its own ways; {@code answer} as in {@link RouterPort#lookup}. */
        void lookup(Hash hash, long timeoutMillis, Consumer<Destination> answer);

        /** The same by name. */
        void lookup(String name, long timeoutMillis, Consumer<Destination> answer);

        void reconfigure(Mapping options);

        /** After {@link Inbox#isCongested} was true: it is so no more. */
        void inboxDrained();

        /** Ends the presence; nothing is called back afterwards. */
        void detach();
    }

    /** Where the router puts what it has for a client. */
    interface Inbox {

        /** Takes over a message that came; false when there is no room and it was dropped. */
        boolean deliver(ByteBuf payload);

        /** Whether senders had better wait. */
        boolean isCongested();

        void requestLeaseSet(List<Lease> leases);

        /**
         * Whoever may look for the lease set that the client gave last finds it from now on; perhaps from within {@link
         * Attachment#leaseSet}.
         */
        void onLeaseSetFound();

        /** A destination that was congested has caught up. */
        void onWritable();

        /** What became of the message with this ticket. */
        void onSent(long ticket, Outcome outcome);

        /** The router is closing. */
        void onShutdown(String reason);
    }
}
