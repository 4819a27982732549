package dev.samovar.transport.ntcp2;

import dev.samovar.crypto.HmacSha256;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The keys of the data phase (NTCP2 specification, "Key Derivation Function (KDF) (for data phase)"), one AEAD key and one
 * length key a direction. Made at the end of a handshake and wiped by {@link #destroy} once the ciphers hold them.
 */
final class Ntcp2DataKeys {

    private static final byte[] ONE = {1};
    private static final byte[] TWO = {2};
    private static final byte[] ASK = "ask\u0001".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SIPHASH = "siphash".getBytes(StandardCharsets.US_ASCII);

    private final byte[] initiatorKey;
    private final byte[] responderKey;
    private final byte[] initiatorLength;
    private final byte[] responderLength;
    private final boolean initiator;

    /**
     * @param chainingKey after message 3
     * @param hash after message 3
     * @param initiator whether our side dialled
     */
    Ntcp2DataKeys(byte[] chainingKey, byte[] hash, boolean initiator) {
        this.initiator = initiator;
        // 1. Split, as Noise has it
        byte[] temp = HmacSha256.mac(chainingKey);
        initiatorKey = HmacSha256.mac(temp, ONE);
        responderKey = HmacSha256.mac(temp, initiatorKey, TWO);
        // 2. an additional symmetric key from the same temporary key, bound to the hash of the handshake
        byte[] askMaster = HmacSha256.mac(temp, ASK);
        byte[] sipTemp = HmacSha256.mac(askMaster, hash, SIPHASH);
        byte[] sipMaster = HmacSha256.mac(sipTemp, ONE);
        // 3. split that one too
        byte[] sipSplit = HmacSha256.mac(sipMaster);
        initiatorLength = HmacSha256.mac(sipSplit, ONE);
        responderLength = HmacSha256.mac(sipSplit, initiatorLength, TWO);
        for (byte[] secret : new byte[][] {temp, askMaster, sipTemp, sipMaster, sipSplit}) {
            Arrays.fill(secret, (byte) 0);
        }
    }

    Ntcp2FrameCipher sender() {
        return initiator
                ? new Ntcp2FrameCipher(initiatorKey, initiatorLength)
                : new Ntcp2FrameCipher(responderKey, responderLength);
    }

    Ntcp2FrameCipher receiver() {
        return initiator
                ? new Ntcp2FrameCipher(responderKey, responderLength)
                : new Ntcp2FrameCipher(initiatorKey, initiatorLength);
    }

    void destroy() {
        for (byte[] secret : new byte[][] {initiatorKey, responderKey, initiatorLength, responderLength}) {
            Arrays.fill(secret, (byte) 0);
        }
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
