package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.crypto.EncType;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.data.LegacyLeaseSet;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * The old answer to a lease request: session id (2 bytes), an unused DSA private key (20), ElGamal private key (256),
 * {@link LegacyLeaseSet} (I2CP specification, "CreateLeaseSetMessage").
 */
public record CreateLeaseSet(int sessionId, SecretBytes privateKey, LegacyLeaseSet leaseSet) implements I2cpMessage {

    private static final int SIGNING_KEY_LENGTH = 20;

    public static CreateLeaseSet decode(ByteBuf in) throws WireException {
        int sessionId = Wire.u16(in, "session id");
        Wire.need(in, SIGNING_KEY_LENGTH, "signing key");
        in.skipBytes(SIGNING_KEY_LENGTH);
        SecretBytes privateKey =
                SecretBytes.takeOver(Wire.bytes(in, EncType.ELGAMAL_2048.privateKeyLength(), "private key"));
        return new CreateLeaseSet(sessionId, privateKey, LegacyLeaseSet.decode(in));
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.CREATE_LEASE_SET;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        out.writeShort(sessionId);
        out.writeZero(SIGNING_KEY_LENGTH);
        byte[] key = privateKey.copy();
        out.writeBytes(key);
        Arrays.fill(key, (byte) 0);
        leaseSet.encode(out);
    }

    @Override
    public void release() {
        privateKey.destroy();
    }
}
