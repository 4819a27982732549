package dev.samovar.garlic;

/** A part of an opened garlic message (ECIES-X25519-AEAD-Ratchet specification, "Payload Section Decrypted data"). */
public sealed interface GarlicBlock
        permits GarlicBlock.DateTime, GarlicClove, GarlicBlock.Padding, GarlicBlock.Unknown {

    /**
     * When the message was made, so that it cannot be used again later: block type 0.
     *
     * @param seconds since 1970, unsigned on the wire
     */
    record DateTime(long seconds) implements GarlicBlock {}

    /** Bytes that say nothing, at the end: block type 254. Zeros are written; what is read is not looked at. */
    record Padding(int length) implements GarlicBlock {}

    /**
     * A block that has no layout here.
     *
     * @param data not to be changed
     */
    record Unknown(int type, byte[] data) implements GarlicBlock {

        @Override
        public String toString() {
            return "[block of type " + type + "]";
        }
    }
}
