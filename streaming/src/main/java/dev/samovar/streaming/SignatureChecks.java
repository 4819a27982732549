package dev.samovar.streaming;

import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.data.OfflineSignature;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Peers' signatures that are being checked elsewhere. At most {@value #MAX} packets of at most {@value
 * StreamDriver#MAX_SMALL_PACKET} bytes at a time; others are dropped: peers send again. Owner: the session's lane.
 */
final class SignatureChecks {

    static final int MAX = 256;

    private final Lane lane;
    private final Offload offload;
    private int underWay;

    SignatureChecks(Lane lane, Offload offload) {
        this.lane = lane;
        this.offload = offload;
    }

    /**
     * Has the signature of a packet checked. SPEC streaming#signature: made over the whole packet with zeros in the
     * signature's place.
     *
     * @param bytes from which the packet was decoded, read to the end; borrowed
     * @param whenHolds told in a later turn, if it holds, with the packet's bytes but for the signature
     */
    void check(ByteBuf bytes, int start, StreamPacket packet, PeerIdentity signer, Consumer<byte[]> whenHolds) {
        int length = bytes.writerIndex() - start;
        byte[] signature = packet.signature;
        if (signature == null || signer.type() == null || underWay >= MAX || length > StreamDriver.MAX_SMALL_PACKET) {
            return;
        }
        byte[] unsigned = new byte[length];
        bytes.getBytes(start, unsigned);
        Arrays.fill(unsigned, packet.signatureOffset, packet.signatureOffset + signature.length, (byte) 0);
        OfflineSignature offline = packet.offline;
        long today = lane.clock().epochMillis();
        underWay++;
        offload.submit(
                lane,
                () -> signer.signed(unsigned, signature)
                        && (offline == null || offline.verify(signer.destination(), today)),
                holds -> {
                    underWay--;
                    if (holds) {
                        whenHolds.accept(unsigned);
                    }
                });
    }
}
