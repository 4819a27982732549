package dev.samovar.garlic;

import dev.samovar.i2np.I2npMessage;

/**
 * A message inside garlic, and for whom it is (ECIES-X25519-AEAD-Ratchet specification, "Garlic Clove"; block type 11):
 * delivery instructions, message with the short header.
 *
 * @param message owned by whoever has the clove
 */
public record GarlicClove(CloveDelivery delivery, I2npMessage message) implements GarlicBlock {

    /** A clove for the opener itself. */
    public static GarlicClove local(I2npMessage message) {
        return new GarlicClove(CloveDelivery.LOCAL, message);
    }
}
