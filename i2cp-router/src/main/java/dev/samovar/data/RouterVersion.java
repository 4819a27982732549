package dev.samovar.data;

import java.util.Comparator;

/** The version of the protocols that a router speaks, as its {@code router.version} says: {@code 0.9.66}. */
public record RouterVersion(int major, int minor, int patch) implements Comparable<RouterVersion> {

    private static final int PARTS = 3;
    private static final int MOST_DIGITS = 4;

    private static final Comparator<RouterVersion> ORDER = Comparator.comparingInt(RouterVersion::major)
            .thenComparingInt(RouterVersion::minor)
            .thenComparingInt(RouterVersion::patch);

    /** Reads two or three numbers with dots between; what follows the third after a {@code -} is passed over. Null when malformed. */
    public static RouterVersion parse(String text) {
        if (text == null) {
            return null;
        }
        int end = text.indexOf('-');
        String[] parts = (end < 0 ? text : text.substring(0, end)).split("\\.", -1);
        if (parts.length < 2 || parts.length > PARTS) {
            return null;
        }
        int[] numbers = new int[PARTS];
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            if (part.isEmpty() || part.length() > MOST_DIGITS || !part.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return null;
            }
            numbers[i] = Integer.parseInt(part);
        }
        return new RouterVersion(numbers[0], numbers[1], numbers[2]);
    }

    @Override
    public int compareTo(RouterVersion other) {
        return ORDER.compare(this, other);
    }

    public boolean atLeast(RouterVersion other) {
        return compareTo(other) >= 0;
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
