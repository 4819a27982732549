package dev.samovar.sam.server;

import dev.samovar.base.Entropy;
import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.data.DestinationKeys;
import dev.samovar.sam.naming.NameResolver;
import dev.samovar.sam.protocol.SamCommand;
import dev.samovar.sam.protocol.SamReply;
import dev.samovar.sam.protocol.SamResult;
import dev.samovar.sam.session.SamSession;

/** NAMING LOOKUP and DEST GENERATE: with or without a session, and the socket stays as it was. */
final class NameCommands {

    private static final String ME = "ME";

    private final NameResolver names;
    private final Lane lane;
    private final Entropy entropy;
    private final Offload offload;

    NameCommands(NameResolver names, Lane lane, Entropy entropy, Offload offload) {
        this.names = names;
        this.lane = lane;
        this.entropy = entropy;
        this.offload = offload;
    }

    void lookup(SamConnection connection, SamCommand.NamingLookup command) {
        String name = command.name();
        if (name == null) {
            connection.reply(SamReply.nameMissing());
            return;
        }
        SamSession session = connection.ownSession();
        if (name.equals(ME)) {
            // without a session there is no ME, and anybody else's would be a leak
            connection.reply(
                    session == null
                            ? SamReply.name(SamResult.KEY_NOT_FOUND, name)
                            : SamReply.nameFound(name, session.destination().toBase64()));
            return;
        }
        SamState.Busy busy = connection.begin(null);
        names.resolve(name, session == null ? null : session.i2cp(), answer -> {
            if (connection.resume(busy)) {
                connection.reply(reply(name, answer));
                connection.process();
            }
        });
    }

    private static String reply(String name, NameResolver.Answer answer) {
        if (answer instanceof NameResolver.Answer.Found found) {
            return SamReply.nameFound(name, found.destination().toBase64());
        }
        // a name that may resolve some day is not invalid: clients would tell their users of a wrong key
        boolean malformed = answer instanceof NameResolver.Answer.Malformed;
        return SamReply.name(malformed ? SamResult.INVALID_KEY : SamResult.KEY_NOT_FOUND, name);
    }

    void generate(SamConnection connection, SamCommand.DestGenerate command) {
        SamState.Busy busy = connection.begin(null);
        offload.submit(lane, () -> DestinationKeys.generate(command.type(), entropy), keys -> {
            if (connection.resume(busy)) {
                connection.reply(SamReply.generated(keys.destination().toBase64(), keys.toBase64()));
                connection.process();
            }
            keys.destroy();
        });
    }
}
