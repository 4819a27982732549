package dev.samovar.i2cp.message;

/** The messages by their number in the frame (I2CP specification, "Message types"). */
public enum I2cpMessageType {
    CREATE_SESSION(1),
    RECONFIGURE_SESSION(2),
    DESTROY_SESSION(3),
    CREATE_LEASE_SET(4),
    SEND_MESSAGE(5),
    RECEIVE_MESSAGE_BEGIN(6),
    RECEIVE_MESSAGE_END(7),
    GET_BANDWIDTH_LIMITS(8),
    SESSION_STATUS(20),
    MESSAGE_STATUS(22),
    BANDWIDTH_LIMITS(23),
    DISCONNECT(30),
    MESSAGE_PAYLOAD(31),
    GET_DATE(32),
    SET_DATE(33),
    DEST_LOOKUP(34),
    DEST_REPLY(35),
    SEND_MESSAGE_EXPIRES(36),
    REQUEST_VARIABLE_LEASE_SET(37),
    HOST_LOOKUP(38),
    HOST_REPLY(39),
    CREATE_LEASE_SET_2(41),
    BLINDING_INFO(42),
    /** Any number without a layout here: old, experimental or future. */
    UNKNOWN(-1);

    private static final I2cpMessageType[] BY_CODE = new I2cpMessageType[64];

    static {
        for (I2cpMessageType type : values()) {
            if (type.code >= 0) {
                BY_CODE[type.code] = type;
            }
        }
    }

    private final int code;

    I2cpMessageType(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    /** The type of this number; {@link #UNKNOWN} when it has no layout here. */
    public static I2cpMessageType byCode(int code) {
        I2cpMessageType type = code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
        return type != null ? type : UNKNOWN;
    }
}
