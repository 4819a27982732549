package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.data.LeaseSet;
import dev.samovar.data.LeaseSet2;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The answer to a lease request: session id (2 bytes), store type (1), the signed lease set, key count (1), and for each
 * key type (2), length (2), private key (I2CP specification, "CreateLeaseSet2Message"). The router needs the keys, since
 * it decrypts for the client.
 */
public record CreateLeaseSet2(int sessionId, LeaseSet leaseSet, List<PrivateKey> privateKeys) implements I2cpMessage {

    /** A private encryption key, in the order of the lease set's public ones. */
    public record PrivateKey(int typeCode, SecretBytes key) {}

    public CreateLeaseSet2 {
        privateKeys = List.copyOf(privateKeys);
    }

    public static CreateLeaseSet2 decode(ByteBuf in) throws WireException {
        int sessionId = Wire.u16(in, "session id");
        LeaseSet leaseSet = LeaseSet.decode(Wire.u8(in, "lease set type"), in);
        // a meta lease set comes without keys, and some clients leave the count out with it
        int count = in.isReadable() ? Wire.u8(in, "key count") : 0;
        if (count > LeaseSet2.MAX_KEYS) {
            throw new WireException(Fault.TOO_LARGE, "key count");
        }
        List<PrivateKey> keys = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int type = Wire.u16(in, "key type");
            keys.add(new PrivateKey(
                    type, SecretBytes.takeOver(Wire.bytes(in, Wire.u16(in, "key length"), "private key"))));
        }
        return new CreateLeaseSet2(sessionId, leaseSet, keys);
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.CREATE_LEASE_SET_2;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        out.writeShort(sessionId);
        out.writeByte(leaseSet.storeType());
        leaseSet.encode(out);
        out.writeByte(privateKeys.size());
        for (PrivateKey privateKey : privateKeys) {
            byte[] key = privateKey.key().copy();
            out.writeShort(privateKey.typeCode());
            out.writeShort(key.length);
            out.writeBytes(key);
            Arrays.fill(key, (byte) 0);
        }
    }

    @Override
    public void release() {
        for (PrivateKey privateKey : privateKeys) {
            privateKey.key().destroy();
        }
    }
}
