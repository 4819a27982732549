package dev.samovar.garlic;

/**
 * How many tags wait ahead of the highest that came, and behind it. Peers use their first set with care at first, so that it
 * begins small; at full speed hundreds of messages are under way at once, over several tunnels, and some of them get lost.
 * While tags are scarce all windows are small.
 */
final class TagWindows {

    /** Tags of replies; peers await 12 or 16. */
    static final int REPLIES = 12;

    private static final int FIRST = 32;
    private static final int LEAST_FURTHER = 160;
    private static final int MOST = 1024;
    private static final int GROWTH = 2;

    private final TagTable table;
    private final int maxTags;

    TagWindows(TagTable table, int maxTags) {
        this.table = table;
        this.maxTags = maxTags;
    }

    /** Of replies to a first message. */
    static ReceiveTagSet.Window replies() {
        return number -> REPLIES;
    }

    /** Of the first set of a session. */
    ReceiveTagSet.Window first() {
        return number -> scarce(FIRST, Math.min(MOST, FIRST + number / GROWTH));
    }

    /** Of a set behind another whose highest number was {@code before}: as wide from the beginning as that had become. */
    ReceiveTagSet.Window further(int before) {
        int begin = Math.max(LEAST_FURTHER, Math.min(MOST, before / GROWTH));
        return number -> scarce(LEAST_FURTHER, Math.min(MOST, begin + number / GROWTH));
    }

    /** Whether there is room for the tags of another session, whatever it is. */
    boolean hasRoom() {
        return table.size() + LEAST_FURTHER <= maxTags;
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
