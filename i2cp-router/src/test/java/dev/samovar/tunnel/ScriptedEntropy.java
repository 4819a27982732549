package dev.samovar.tunnel;

import dev.samovar.base.Entropy;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;

/** Chance as a vector wants it: arrays by their length and numbers, in the order given; zeros for arrays of other lengths. */
final class ScriptedEntropy implements Entropy {

    private final Queue<byte[]> arrays = new ArrayDeque<>();
    private final Queue<Integer> choices = new ArrayDeque<>();
    private final Queue<Long> numbers = new ArrayDeque<>();

    ScriptedEntropy array(byte[] array) {
        arrays.add(array);
        return this;
    }

    ScriptedEntropy choice(int choice) {
        choices.add(choice);
        return this;
    }

    ScriptedEntropy number(long number) {
        numbers.add(number);
        return this;
    }

    @Override
    public void fill(byte[] out) {
        if (!arrays.isEmpty() && arrays.peek().length == out.length) {
            System.arraycopy(arrays.poll(), 0, out, 0, out.length);
        } else {
            Arrays.fill(out, (byte) 0);
        }
    }

    @Override
    public int below(int bound) {
        return choices.isEmpty() ? 0 : choices.remove();
    }

    @Override
    public long nextLong() {
        return numbers.isEmpty() ? 1 : numbers.remove();
    }
}
