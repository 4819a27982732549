package dev.samovar.sam.naming;

import dev.samovar.base.Encodings;
import dev.samovar.base.Lane;
import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.data.Destination;
import dev.samovar.data.Hash;
import dev.samovar.i2cp.client.I2cpClient;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.LookupResult;
import dev.samovar.i2cp.client.LookupTarget;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * What a client may write for a destination: the destination itself in base64, its address {@code <52>.b32.i2p}, a name of
 * the hosts file, or a name that the router knows. A session's lookups go through the session, so that two clients of one
 * bridge cannot be linked by what they ask. Owner: the client lane.
 */
public final class NameResolver {

    /** What a name turned out to be. */
    public sealed interface Answer {

        record Found(Destination destination) implements Answer {}

        /** A well-formed name or address that nobody has now. */
        record NotFound() implements Answer {}

        /** A well-formed name or address of which nobody could tell: no answer in time, no router, too many lookups. */
        record Unanswered() implements Answer {}

        /** Text that can never be one. */
        record Malformed() implements Answer {}
    }

    private static final String SUFFIX = ".i2p";
    private static final String BASE32_SUFFIX = ".b32.i2p";
    private static final int BASE32_HASH_LENGTH = 52;

    /** No destination is shorter in base64. */
    private static final int MIN_DESTINATION_TEXT = 516;

    private final Lane lane;
    private final I2cpClient client;
    private final HostsFile hosts;

    public NameResolver(Lane lane, I2cpClient client, HostsFile hosts) {
        this.lane = lane;
        this.client = client;
        this.hosts = hosts;
    }

    /**
     * Finds what {@code text} names, and tells {@code then} on this lane, perhaps at once.
     *
     * @param session the session that asks, or null when none does
     */
    public void resolve(String text, I2cpClientSession session, Consumer<Answer> then) {
        if (isWrittenOut(text)) {
            then.accept(parse(text));
            return;
        }
        String name = text.toLowerCase(Locale.ROOT);
        if (!isName(name)) {
            then.accept(new Answer.Malformed());
            return;
        }
        if (name.endsWith(BASE32_SUFFIX)) {
            String digits = name.substring(0, name.length() - BASE32_SUFFIX.length());
            if (digits.length() == BASE32_HASH_LENGTH) {
                try {
                    ask(new LookupTarget.ByHash(Hash.fromBytes(Encodings.fromBase32(digits))), session, then);
                } catch (WireException malformed) {
                    then.accept(new Answer.Malformed());
                }
                return;
            }
            if (digits.length() < BASE32_HASH_LENGTH) {
                then.accept(new Answer.Malformed());
                return;
            }
        } else {
            Destination known = hosts.find(name);
            if (known != null) {
                then.accept(new Answer.Found(known));
                return;
            }
        }
        ask(new LookupTarget.ByName(name), session, then);
    }

    /** Whether the text is a destination itself, which means the same for ever. */
    public static boolean isWrittenOut(String text) {
        return text.length() >= MIN_DESTINATION_TEXT;
    }

    /** Whether the text is an address made from a key, and no name that somebody gives. */
    public static boolean isAddress(String text) {
        return text.toLowerCase(Locale.ROOT).endsWith(BASE32_SUFFIX);
    }

    private static Answer parse(String base64) {
        try {
            return new Answer.Found(Destination.fromBase64(base64));
        } catch (WireException malformed) {
            return new Answer.Malformed();
        }
    }

    private void ask(LookupTarget target, I2cpClientSession session, Consumer<Answer> then) {
        Future<LookupResult> lookup = session == null ? client.lookup(lane, target) : session.lookup(target);
        lookup.addListener(done -> {
            Object result = done.isSuccess() ? done.getNow() : null;
            if (result instanceof LookupResult.Found found) {
                then.accept(new Answer.Found(found.destination()));
            } else {
                then.accept(result instanceof LookupResult.NotFound ? new Answer.NotFound() : new Answer.Unanswered());
            }
        });
    }

    private static boolean isName(String name) {
        if (!name.endsWith(SUFFIX)
                || name.length() == SUFFIX.length()
                || name.getBytes(StandardCharsets.UTF_8).length > Wire.MAX_STRING_BYTES) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c <= ' ' || c == '=' || c == '"' || c == '/' || c == '\\' || c == 0x7f) {
                return false;
            }
        }
        return name.charAt(0) != '.' && !name.contains("..");
    }
}
