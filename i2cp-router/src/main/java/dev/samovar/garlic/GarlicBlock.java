package dev.samovar.garlic;

/** A part of an opened garlic message (ECIES-X25519-AEAD-Ratchet specification, "Payload Section Decrypted data"). */
public sealed interface GarlicBlock
        permits GarlicBlock.DateTime,
                GarlicBlock.Termination,
                GarlicBlock.NextKey,
                GarlicBlock.Ack,
                GarlicBlock.AckRequest,
                GarlicClove,
                GarlicBlock.Padding,
                GarlicBlock.Unknown {

    /**
     * When the message was made, so that it cannot be used again later: block type 0.
     *
     * @param seconds since 1970, unsigned on the wire
     */
    record DateTime(long seconds) implements GarlicBlock {}

    /**
     * The sender ends the session and forgets it: block type 4. What may follow the reason is dropped.
     *
     * @param reason 0 for no particular one
     */
    record Termination(int reason) implements GarlicBlock {}

    /**
     * A step of the key agreement that replaces a set of tags: block type 7. Flags (1 byte: 1 key, 2 reverse, 4 request), key
     * id (2), key (32, if any).
     *
     * @param reverse false from the sender of the tags, true from their receiver
     * @param requestReverse the sender of the tags asks for a new key of their receiver
     * @param keyId of the key that is meant, 0 to 32767, whether it is in here or was sent before
     * @param key 32 bytes, not to be changed; null when the other side has it
     */
    record NextKey(boolean reverse, boolean requestReverse, int keyId, byte[] key) implements GarlicBlock {

        /** The largest key id. */
        static final int MAX_ID = 32_767;

        @Override
        public String toString() {
            return "[next key]";
        }
    }

    /**
     * Messages that arrived: block type 8. Set of tags (2 bytes) and number in it (2) of each.
     *
     * @param messages set in the upper 16 bits, number in the lower; not to be changed
     */
    record Ack(int[] messages) implements GarlicBlock {

        @Override
        public String toString() {
            return "[" + messages.length + " acks]";
        }
    }

    /** Asks for an {@link Ack} of the message it is in: block type 9. One byte of flags, none in use. */
    record AckRequest() implements GarlicBlock {

        static final AckRequest INSTANCE = new AckRequest();
    }

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
