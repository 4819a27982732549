package dev.samovar.tunnel;

import dev.samovar.base.SansIo;
import dev.samovar.crypto.AesCipher;

/**
 * One hop's layer over a cell (tunnel implementation, "Participant Processing"; tunnel message specification): the IV is
 * ciphered, the data are ciphered as one chain under that, and the IV is ciphered once more. Each hop encrypts; the creator
 * decrypts, ahead for the hops of an outbound tunnel, on arrival for those of an inbound one.
 *
 * <p>A cell is here IV (16 bytes) and data ({@value #DATA_LENGTH}), in place in an array. The ciphers are made when the
 * first cell comes: many tunnels never carry one. Belongs to one thread at a time.
 */
@SansIo
final class LayerCipher {

    static final int IV_LENGTH = AesCipher.BLOCK_LENGTH;

    static final int DATA_LENGTH = 1008;

    private final HopKeys keys;
    private final boolean encrypts;
    private AesCipher ivCipher;
    private AesCipher dataCipher;

    private LayerCipher(HopKeys keys, boolean encrypts) {
        this.keys = keys;
        this.encrypts = encrypts;
    }

    /** As a hop does it. The keys are owned by the cipher from here on. */
    static LayerCipher encrypting(HopKeys keys) {
        return new LayerCipher(keys, true);
    }

    /** As the creator undoes it. The keys are owned by the cipher from here on. */
    static LayerCipher decrypting(HopKeys keys) {
        return new LayerCipher(keys, false);
    }

    /** Ciphers a cell that begins at {@code at}. */
    void apply(byte[] cell, int at) {
        if (ivCipher == null) {
            ivCipher = encrypts ? AesCipher.encrypting(keys.ivKey()) : AesCipher.decrypting(keys.ivKey());
            dataCipher = encrypts ? AesCipher.encrypting(keys.layerKey()) : AesCipher.decrypting(keys.layerKey());
        }
        ivCipher.block(cell, at);
        dataCipher.chain(cell, at, cell, at + IV_LENGTH, DATA_LENGTH);
        ivCipher.block(cell, at);
    }

    /** Wipes the keys. */
    void destroy() {
        keys.destroy();
        if (ivCipher != null) {
            ivCipher.destroy();
            dataCipher.destroy();
        }
    }
}
