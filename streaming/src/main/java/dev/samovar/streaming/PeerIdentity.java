package dev.samovar.streaming;

import dev.samovar.crypto.SigType;
import dev.samovar.crypto.Signatures;
import dev.samovar.data.Destination;
import dev.samovar.data.OfflineSignature;

/**
 * Whose signatures a stream takes: a destination, and the key that signs for it, its own or a transient one.
 *
 * @param signingKey not to be changed
 */
record PeerIdentity(Destination destination, SigType type, byte[] signingKey) {

    /** The identity that a packet with FROM claims. Its offline signature is still to be verified. */
    static PeerIdentity claimed(Destination from, OfflineSignature offline) {
        return offline == null
                ? new PeerIdentity(from, from.signingType(), from.signingPublicKey())
                : new PeerIdentity(from, offline.transientType(), offline.transientPublicKey());
    }

    /** Whether this peer signed the packet, in which the signature's own bytes count as zeros. Costs a verification. */
    boolean signed(byte[] packetWithZeros, byte[] signature) {
        return Signatures.verify(type, signingKey, packetWithZeros, signature);
    }

    @Override
    public String toString() {
        return "[peer]";
    }
}
