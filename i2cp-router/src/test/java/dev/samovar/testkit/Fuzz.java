package dev.samovar.testkit;

import java.util.Arrays;
import java.util.Random;

/** Repeatable damage to good input: bits flipped, bytes set, parts cut, doubled or swapped. */
public final class Fuzz {

    private Fuzz() {}

    /** A damaged copy. */
    public static byte[] mutate(byte[] good, Random random) {
        byte[] bytes = good.clone();
        int times = 1 + random.nextInt(4);
        for (int i = 0; i < times && bytes.length > 0; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0 : 0xff);
                case 3 -> bytes = Arrays.copyOf(bytes, at);
                case 4 -> {
                    int length = Math.min(bytes.length - at, 1 + random.nextInt(64));
                    byte[] longer = Arrays.copyOf(bytes, bytes.length + length);
                    System.arraycopy(bytes, at, longer, at + length, bytes.length - at);
                    bytes = longer;
                }
                default -> {
                    int other = random.nextInt(bytes.length);
                    byte kept = bytes[at];
                    bytes[at] = bytes[other];
                    bytes[other] = kept;
                }
            }
        }
        return bytes;
    }
}
