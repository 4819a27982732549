package dev.samovar.tunnel;

import dev.samovar.base.Encodings;
import dev.samovar.base.Entropy;
import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.Mapping;
import java.util.ArrayList;
import java.util.List;

/**
 * What tunnels a pool is to have (I2CP overview, "Client-side options": {@code inbound.*}, {@code outbound.*}). Values that
 * are no numbers are passed over, others are brought within bounds: a client gets what comes nearest to its wish.
 *
 * @param inbound towards us
 * @param outbound from us
 * @param explicitPeers the only routers to be hops; empty for all that suit. For tests of networks: it gives anonymity away
 */
public record PoolConfig(Side inbound, Side outbound, List<Hash> explicitPeers) {

    /** The most hops. A build message has 8 records, of which an inbound one needs another for us. */
    public static final int MAX_LENGTH = 7;

    /** The most tunnels each way, backups not counted. */
    public static final int MAX_QUANTITY = 16;

    static final int DEFAULT_LENGTH = 3;
    static final int DEFAULT_QUANTITY = 2;
    static final int EXPLORATORY_LENGTH = 2;

    /**
     * The tunnels of one direction.
     *
     * @param length hops, 0 to {@value #MAX_LENGTH}
     * @param lengthVariance how much longer a tunnel may be; when negative, how much longer or shorter
     * @param quantity tunnels in use, 1 to {@value #MAX_QUANTITY}
     * @param backupQuantity tunnels kept besides, which take over when others fail
     * @param allowZeroHop whether no hop at all will do, when variance says so or when no other tunnel can be had
     */
    public record Side(int length, int lengthVariance, int quantity, int backupQuantity, boolean allowZeroHop) {

        public Side {
            length = bounded(length, 0, MAX_LENGTH);
            lengthVariance = bounded(lengthVariance, -MAX_LENGTH, MAX_LENGTH);
            quantity = bounded(quantity, 1, MAX_QUANTITY);
            backupQuantity = bounded(backupQuantity, 0, MAX_QUANTITY - quantity);
        }

        /** The same without variance and backups. */
        public static Side of(int length, int quantity) {
            return new Side(length, 0, quantity, 0, false);
        }

        /** Tunnels that are kept alive. */
        public int wanted() {
            return quantity + backupQuantity;
        }

        /** Whether these are tunnels without hops by their owner's will. */
        public boolean isZeroHop() {
            return length == 0 && lengthVariance == 0;
        }

        /** The shortest that a tunnel may become by variance. */
        public int minLength() {
            int least = allowZeroHop || length == 0 ? 0 : 1;
            return Math.max(least, lengthVariance < 0 ? length + lengthVariance : length);
        }

        /** The longest. */
        public int maxLength() {
            return Math.min(MAX_LENGTH, length + Math.abs(lengthVariance));
        }

        /** Hops of the next tunnel: each length that may be is as likely as the others. */
        int draw(Entropy entropy) {
            int least = minLength();
            int most = maxLength();
            return least >= most ? least : least + entropy.below(most - least + 1);
        }
    }

    public PoolConfig {
        explicitPeers = List.copyOf(explicitPeers);
    }

    /** The wishes in a session's options. */
    public static PoolConfig of(Mapping options) {
        List<Hash> peers = peers(options.get("explicitPeers"));
        return new PoolConfig(side(options, "inbound.", peers), side(options, "outbound.", peers), peers);
    }

    /** Both ways alike, without variance and backups. */
    public static PoolConfig of(int length, int quantity) {
        return new PoolConfig(Side.of(length, quantity), Side.of(length, quantity), List.of());
    }

    /** The router's own: short, and without hops as long as there are no others. */
    public static PoolConfig exploratory() {
        Side side = new Side(EXPLORATORY_LENGTH, 0, DEFAULT_QUANTITY, 0, true);
        return new PoolConfig(side, side, List.of());
    }

    private static Side side(Mapping options, String prefix, List<Hash> peers) {
        int length = number(options, prefix + "length", DEFAULT_LENGTH);
        if (!peers.isEmpty()) {
            length = Math.min(length, peers.size());
        }
        return new Side(
                length,
                number(options, prefix + "lengthVariance", 0),
                number(options, prefix + "quantity", DEFAULT_QUANTITY),
                number(options, prefix + "backupQuantity", 0),
                "true".equalsIgnoreCase(options.get(prefix + "allowZeroHop")));
    }

    private static int number(Mapping options, String key, int otherwise) {
        String text = options.get(key);
        if (text == null) {
            return otherwise;
        }
        try {
            return Integer.parseInt(text.trim());
        } catch (NumberFormatException noNumber) {
            return otherwise;
        }
    }

    /** Hashes in base 64 between commas, of which the value of an option holds a handful; what is none is passed over. */
    private static List<Hash> peers(String text) {
        List<Hash> peers = new ArrayList<>();
        if (text == null) {
            return peers;
        }
        for (String part : text.split("[,\\s]+", -1)) {
            Hash peer = hash(part);
            if (peer != null && !peers.contains(peer)) {
                peers.add(peer);
            }
        }
        return peers;
    }

    private static Hash hash(String text) {
        try {
            byte[] bytes = Encodings.fromBase64(text);
            return bytes.length == Hash.LENGTH ? Hash.fromBytes(bytes) : null;
        } catch (WireException noHash) {
            return null;
        }
    }

    private static int bounded(int value, int least, int most) {
        return Math.max(least, Math.min(most, value));
    }

    /** Redacted: explicit peers would tell who talks through whom. */
    @Override
    public String toString() {
        return "[" + inbound + ", " + outbound + "]";
    }
}
