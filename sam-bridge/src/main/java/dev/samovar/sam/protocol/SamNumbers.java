package dev.samovar.sam.protocol;

/** Numbers in SAM's values. */
public final class SamNumbers {

    private static final int MAX_DIGITS = 9;

    private SamNumbers() {}

    /**
     * The number in {@code text}, or {@code absent} for null and for an empty value, which some clients send.
     *
     * @throws SamSyntaxException when it is no number or outside the bounds; the message names the key
     */
    public static int parse(String key, String text, int absent, int min, int max) throws SamSyntaxException {
        if (text == null || text.isEmpty()) {
            return absent;
        }
        if (text.length() <= MAX_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        }
        throw new SamSyntaxException("Bad " + key);
    }
}
