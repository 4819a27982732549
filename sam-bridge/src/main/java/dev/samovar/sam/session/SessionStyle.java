package dev.samovar.sam.session;

import dev.samovar.i2cp.client.Protocol;
import java.util.Locale;

/** What a session carries. */
public enum SessionStyle {
    STREAM(Protocol.STREAMING),
    DATAGRAM(Protocol.DATAGRAM),
    RAW(Protocol.RAW);

    private final int protocol;

    SessionStyle(int protocol) {
        this.protocol = protocol;
    }

    /** The protocol number of this style's messages when nothing else is said. */
    public int protocol() {
        return protocol;
    }

    /** The style of this name in any case, or null. */
    public static SessionStyle byText(String text) {
        for (SessionStyle style : values()) {
            if (style.name().equals(text.toUpperCase(Locale.ROOT))) {
                return style;
            }
        }
        return null;
    }
}
