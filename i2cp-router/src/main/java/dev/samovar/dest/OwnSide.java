package dev.samovar.dest;

import dev.samovar.base.Entropy;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Destination;
import dev.samovar.data.LeaseSet2;
import dev.samovar.garlic.GarlicClove;
import dev.samovar.garlic.RatchetConfig;
import dev.samovar.garlic.RatchetSessions;
import dev.samovar.i2np.DatabaseStore;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/** What a destination is for others: its lease set, the keys in that, and the garlic sessions, which live as long as the keys. */
final class OwnSide {

    private final Destination destination;
    private final Entropy entropy;
    private LeaseSet2 leaseSet;
    private byte[] leaseSetBytes;
    private X25519KeyPair keys;
    private RatchetSessions sessions;

    OwnSide(Destination destination, Entropy entropy) {
        this.destination = destination;
        this.entropy = entropy;
    }

    Destination destination() {
        return destination;
    }

    /**
     * Uses a lease set from now on.
     *
     * @param itsKeys its key pair of type 4; taken over
     * @return whether the keys are others than before, so that all sessions ended
     */
    boolean use(LeaseSet2 signed, X25519KeyPair itsKeys) {
        leaseSet = signed;
        ByteBuf out = Unpooled.buffer(1024);
        signed.encode(out);
        leaseSetBytes = new byte[out.readableBytes()];
        out.readBytes(leaseSetBytes);
        if (keys != null && Arrays.equals(keys.publicKey(), itsKeys.publicKey())) {
            itsKeys.destroy();
            return false;
        }
        end();
        keys = itsKeys;
        sessions = new RatchetSessions(RatchetConfig.defaults(), keys, entropy);
        return true;
    }

    /** Null before there is a lease set. */
    LeaseSet2 leaseSet() {
        return leaseSet;
    }

    /** Null before there is a lease set. */
    RatchetSessions sessions() {
        return sessions;
    }

    /** The lease set for somebody who is written to. */
    GarlicClove clove(long expirationMillis) {
        DatabaseStore store = new DatabaseStore(destination.hash(), leaseSet.storeType(), 0, 0, null, leaseSetBytes);
        return GarlicClove.local(store.toMessage(entropy.nonZeroInt(), expirationMillis));
    }

    /** Ends all sessions and wipes their keys. */
    void end() {
        if (sessions != null) {
            sessions.destroy();
            keys.destroy();
        }
    }

    @Override
    public String toString() {
        return "[own side]";
    }
}
