package dev.samovar.i2cp.message;

import io.netty.buffer.ByteBuf;

/**
 * A message between a client and a router (I2CP specification). Immutable but for the payload or the private keys that some
 * own: whoever takes a message over releases it, or hands its payload on.
 */
public sealed interface I2cpMessage
        permits CreateSession,
                ReconfigureSession,
                DestroySession,
                CreateLeaseSet,
                SendMessage,
                ReceiveMessageBegin,
                ReceiveMessageEnd,
                GetBandwidthLimits,
                SessionStatus,
                MessageStatus,
                BandwidthLimits,
                Disconnect,
                MessagePayload,
                GetDate,
                SetDate,
                DestLookup,
                DestReply,
                RequestVariableLeaseSet,
                HostLookup,
                HostReply,
                CreateLeaseSet2,
                BlindingInfo,
                UnknownMessage {

    /** The session id of messages outside any session. */
    int NO_SESSION = 0xffff;

    I2cpMessageType type();

    /** The number that stands in the frame; that of {@link #type} but for the two forms of one message and the unknown. */
    default int typeCode() {
        return type().code();
    }

    /** Writes the body, without the frame around it. Payloads are copied and stay owned by the message. */
    void encodeBody(ByteBuf out);

    /** Bytes of payload that the message owns. */
    default int payloadLength() {
        return 0;
    }

    /** Releases the payload of a message that is not wanted, wipes the private keys of one that has done its work. */
    default void release() {}
}
