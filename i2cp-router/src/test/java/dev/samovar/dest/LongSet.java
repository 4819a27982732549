package dev.samovar.dest;

/** Numbers that were seen, millions of them in little memory; 0 counts as never seen. */
final class LongSet {

    private long[] places = new long[1 << 12];
    private int size;

    /** Whether it was not there before. */
    boolean add(long number) {
        if (number == 0) {
            return true;
        }
        if (size * 2 > places.length) {
            long[] before = places;
            places = new long[before.length * 2];
            size = 0;
            for (long each : before) {
                add(each);
            }
        }
        int place = Long.hashCode(number * 0x9E3779B97F4A7C15L) & (places.length - 1);
        while (places[place] != 0) {
            if (places[place] == number) {
                return false;
            }
            place = (place + 1) & (places.length - 1);
        }
        places[place] = number;
        size++;
        return true;
    }

    int size() {
        return size;
    }
}
