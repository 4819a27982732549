package dev.samovar.tunnel;

import dev.samovar.crypto.SecretBytes;

/**
 * The two AES-256 keys under which a hop ciphers the cells of a tunnel (tunnel message specification).
 *
 * @param layerKey for the data, 32 bytes
 * @param ivKey for the IV, 32 bytes
 */
public record HopKeys(SecretBytes layerKey, SecretBytes ivKey) {

    /** The same keys for another owner. */
    HopKeys copy() {
        return new HopKeys(SecretBytes.takeOver(layerKey.copy()), SecretBytes.takeOver(ivKey.copy()));
    }

    /** Wipes both. */
    public void destroy() {
        layerKey.destroy();
        ivKey.destroy();
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
