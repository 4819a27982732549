package dev.samovar.sam.protocol;

/** Numbers as SAM writes them: decimal digits and nothing else. */
final class Numbers {

    private static final int MAX_DIGITS = 9;

    private Numbers() {}

    /** The number, or -1 when the text is none, or one beyond all limits. */
    static int parse(String text) {
        if (text.isEmpty() || text.length() > MAX_DIGITS) {
            return -1;
        }
        int number = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + (c - '0');
        }
        return number;
    }
}
