package dev.samovar.garlic;

/**
 * How many tags wait ahead of the highest that came, and behind it. Peers use their first set with care at first, so that it
 * begins small; at full speed hundreds of messages are under way at once, over several tunnels, and all of them get lost when
 * a hop loses a connection: what comes then must still be awaited, or the session is dead. While tags are scarce all windows
 * are small.
 */
final class TagWindows {

    /** Tags of replies; peers await 12 or 16. */
    static final int REPLIES = 12;

    private static final int LEAST_FIRST = 32;
    private static final int FIRST = 64;
    private static final int LEAST_FURTHER = 160;
    private static final int MOST = 1024;
    private static final int LATE = 256;
    private static final int GROWTH = 2;

    private final TagTable table;
    private final int maxTags;

    TagWindows(TagTable table, int maxTags) {
        this.table = table;
        this.maxTags = maxTags;
    }

    /** Of replies to a first message. */
    static ReceiveTagSet.Window replies() {
        return new Width(null, REPLIES, REPLIES, 0);
    }

    /** Of the first set of a session. */
    ReceiveTagSet.Window first() {
        return new Width(this, LEAST_FIRST, FIRST, GROWTH);
    }

    /** Of a set behind another whose highest number was {@code before}: as wide from the beginning as that had become. */
    ReceiveTagSet.Window further(int before) {
        int begin = Math.max(LEAST_FURTHER, Math.min(MOST, before * GROWTH));
        return new Width(this, LEAST_FURTHER, begin, GROWTH);
    }

    /** Whether there is room for the tags of another session, whatever it is. */
    boolean hasRoom() {
        return table.size() + LEAST_FURTHER <= maxTags;
    }

    /**
     * A window that grows with what came.
     *
     * @param windows null when it does not shrink, however scarce tags are
     * @param growth by how much a message widens it
     */
    private record Width(TagWindows windows, int least, int begin, int growth) implements ReceiveTagSet.Window {

        @Override
        public int ahead(int number) {
            int wanted = Math.min(MOST, begin + number * growth);
            return windows == null ? wanted : windows.scarce(least, wanted);
        }

        /** Tags behind are only those of lost and late messages, so that there may be more of them. */
        @Override
        public int behind(int number) {
            int ahead = ahead(number);
            return windows == null ? ahead : Math.max(ahead, windows.scarce(least, LATE));
        }
    }

    /** From half of the limit on windows shrink to their least, in a straight line. */
    private int scarce(int least, int wanted) {
        int used = table.size();
        if (used <= maxTags / 2 || wanted <= least) {
            return wanted;
        }
        long left = Math.max(0, maxTags - used);
        return (int) Math.max(least, wanted * left * 2 / maxTags);
    }
}
