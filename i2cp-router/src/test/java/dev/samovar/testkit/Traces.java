package dev.samovar.testkit;

import dev.samovar.base.WireException;
import dev.samovar.data.DestinationKeys;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Looks in a log for what would link a person to a destination. */
public final class Traces {

    private static final int PIECE = 16;

    private Traces() {}

    /**
     * The first line with a piece of a key, destination or address in any of the usual notations, or with a mark; null when
     * there is none.
     *
     * @param privateKeys private keys as SAM writes them
     * @param mark what IDs, names and payloads of the run have in common, in lower case
     */
    public static String find(String log, Collection<String> privateKeys, String mark) throws WireException {
        for (String line : log.lines().toList()) {
            if (line.toLowerCase(Locale.ROOT).contains(mark)) {
                return line;
            }
        }
        for (String key : privateKeys) {
            for (String form : forms(key)) {
                for (int at = 0; at + PIECE <= form.length(); at += PIECE) {
                    String piece = form.substring(at, at + PIECE);
                    if (log.contains(piece)) {
                        return log.lines()
                                .filter(line -> line.contains(piece))
                                .findFirst()
                                .orElse(piece);
                    }
                }
            }
        }
        return null;
    }

    /** As text, as address, as bytes. */
    private static List<String> forms(String privateKey) throws WireException {
        DestinationKeys keys = DestinationKeys.fromBase64(privateKey);
        byte[] hash = keys.destination().hash().toBytes();
        String array = Arrays.toString(hash);
        return List.of(
                privateKey,
                keys.destination().toBase32(),
                HexFormat.of().formatHex(keys.toBytes()),
                HexFormat.of().formatHex(hash),
                array.substring(1, array.length() - 1));
    }
}
