package dev.samovar.tunnel;

import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.data.Hash;
import io.netty.buffer.ByteBuf;

/**
 * What stands before each message or fragment in a cell (tunnel message specification, "Tunnel Message Delivery
 * Instructions").
 *
 * <ul>
 *   <li>Before a whole message or its first fragment: flags (1 byte; bits 6 and 5 the kind of delivery, bit 3 fragmented),
 *       tunnel id (4, for a tunnel), hash (32, for a tunnel or router), message id (4, when fragmented), size (2).
 *   <li>Before a later fragment: flags (1; bit 7 set, bits 6 to 1 the number, bit 0 last), message id (4), size (2).
 * </ul>
 *
 * @param delivery of a whole message or first fragment; null for a later one
 * @param number of the fragment: 0 for a whole message or first fragment, 1 to {@value #MAX_NUMBER} for a later one
 * @param last whether no fragment follows: always so for a whole message, never for a first fragment
 * @param messageId which message it is a fragment of; 0 for a whole message
 * @param size of what follows, bytes; not 0
 */
record DeliveryInstructions(TunnelDelivery delivery, int number, boolean last, int messageId, int size) {

    static final int MAX_NUMBER = 63;

    static final int FOLLOW_ON_LENGTH = 1 + 4 + 2;

    private static final int MESSAGE_ID_LENGTH = 4;

    /** Bytes before a first fragment at most. */
    static final int MAX_FIRST_LENGTH = 1 + 4 + Hash.LENGTH + 2 + MESSAGE_ID_LENGTH;

    private static final int FOLLOW_ON = 0x80;
    private static final int FRAGMENTED = 0x08;
    /** A delay, and further options: never used by anybody, and of a length that nobody knows. */
    private static final int UNSUPPORTED = 0x10 | 0x04;

    private static final int KIND_SHIFT = 5;
    private static final int KIND_MASK = 3;
    private static final int LOCAL = 0;
    private static final int TUNNEL = 1;
    private static final int ROUTER = 2;

    static DeliveryInstructions whole(TunnelDelivery delivery, int size) {
        return new DeliveryInstructions(delivery, 0, true, 0, size);
    }

    static DeliveryInstructions first(TunnelDelivery delivery, int messageId, int size) {
        return new DeliveryInstructions(delivery, 0, false, messageId, size);
    }

    static DeliveryInstructions later(int number, boolean last, int messageId, int size) {
        return new DeliveryInstructions(null, number, last, messageId, size);
    }

    /** Bytes before a whole message. */
    static int wholeLength(TunnelDelivery delivery) {
        if (delivery instanceof TunnelDelivery.ToTunnel) {
            return 1 + 4 + Hash.LENGTH + 2;
        }
        return delivery instanceof TunnelDelivery.ToRouter ? 1 + Hash.LENGTH + 2 : 1 + 2;
    }

    /** Bytes before a first fragment. */
    static int firstLength(TunnelDelivery delivery) {
        return wholeLength(delivery) + MESSAGE_ID_LENGTH;
    }

    boolean isLater() {
        return delivery == null;
    }

    boolean isWhole() {
        return delivery != null && last;
    }

    static DeliveryInstructions decode(ByteBuf in) throws WireException {
        int flags = Wire.u8(in, "delivery flags");
        if ((flags & FOLLOW_ON) != 0) {
            int number = flags >> 1 & MAX_NUMBER;
            int messageId = Wire.i32(in, "fragment id");
            int size = size(in);
            if (number == 0) {
                throw new WireException(Fault.BAD_VALUE, "fragment number");
            }
            return later(number, (flags & 1) != 0, messageId, size);
        }
        if ((flags & UNSUPPORTED) != 0) {
            throw new WireException(Fault.BAD_VALUE, "delivery flags");
        }
        TunnelDelivery delivery = delivery(flags >> KIND_SHIFT & KIND_MASK, in);
        if ((flags & FRAGMENTED) == 0) {
            return whole(delivery, size(in));
        }
        int messageId = Wire.i32(in, "fragment id");
        return first(delivery, messageId, size(in));
    }

    private static TunnelDelivery delivery(int kind, ByteBuf in) throws WireException {
        switch (kind) {
            case LOCAL -> {
                return TunnelDelivery.LOCAL;
            }
            case TUNNEL -> {
                int tunnelId = Wire.i32(in, "tunnel id");
                if (tunnelId == 0) {
                    throw new WireException(Fault.BAD_VALUE, "tunnel id");
                }
                return new TunnelDelivery.ToTunnel(Hash.decode(in), tunnelId);
            }
            case ROUTER -> {
                return new TunnelDelivery.ToRouter(Hash.decode(in));
            }
            default -> throw new WireException(Fault.BAD_VALUE, "delivery kind");
        }
    }

    private static int size(ByteBuf in) throws WireException {
        int size = Wire.u16(in, "fragment size");
        if (size == 0) {
            throw new WireException(Fault.BAD_VALUE, "fragment size");
        }
        return size;
    }

    void encode(ByteBuf out) {
        if (isLater()) {
            out.writeByte(FOLLOW_ON | number << 1 | (last ? 1 : 0));
            out.writeInt(messageId);
        } else {
            int fragmented = last ? 0 : FRAGMENTED;
            if (delivery instanceof TunnelDelivery.ToTunnel tunnel) {
                out.writeByte(TUNNEL << KIND_SHIFT | fragmented);
                out.writeInt(tunnel.tunnelId());
                tunnel.gateway().encode(out);
            } else if (delivery instanceof TunnelDelivery.ToRouter router) {
                out.writeByte(ROUTER << KIND_SHIFT | fragmented);
                router.router().encode(out);
            } else {
                out.writeByte(LOCAL << KIND_SHIFT | fragmented);
            }
            if (!last) {
                out.writeInt(messageId);
            }
        }
        out.writeShort(size);
    }
}
