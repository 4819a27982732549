package dev.samovar.i2cp.message;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.data.Lease;
import dev.samovar.data.LeaseSet;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks the client for a signed lease set with these leases: session id (2 bytes), count (1), {@link Lease}s (44 each;
 * I2CP specification, "RequestVariableLeaseSetMessage").
 */
public record RequestVariableLeaseSet(int sessionId, List<Lease> leases) implements I2cpMessage {

    public RequestVariableLeaseSet {
        leases = List.copyOf(leases);
    }

    public static RequestVariableLeaseSet decode(ByteBuf in) throws WireException {
        int sessionId = Wire.u16(in, "session id");
        int count = Wire.u8(in, "lease count");
        if (count > LeaseSet.MAX_LEASES) {
            throw new WireException(WireException.Fault.TOO_LARGE, "lease count");
        }
        List<Lease> leases = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            leases.add(Lease.decode(in));
        }
        return new RequestVariableLeaseSet(sessionId, leases);
    }

    @Override
    public I2cpMessageType type() {
        return I2cpMessageType.REQUEST_VARIABLE_LEASE_SET;
    }

    @Override
    public void encodeBody(ByteBuf out) {
        out.writeShort(sessionId);
        out.writeByte(leases.size());
        for (Lease lease : leases) {
            lease.encode(out);
        }
    }
}
