package dev.samovar.transport.ntcp2;

import dev.samovar.base.Entropy;
import java.util.ArrayDeque;
import java.util.Arrays;

/** Gives what a vector was made with: numbers and bytes in the order of their use. */
final class ScriptedEntropy implements Entropy {

    private final ArrayDeque<Integer> numbers = new ArrayDeque<>();
    private final ArrayDeque<byte[]> bytes = new ArrayDeque<>();

    ScriptedEntropy number(int value) {
        numbers.add(value);
        return this;
    }

    ScriptedEntropy bytes(byte[] value) {
        bytes.add(value);
        return this;
    }

    @Override
    public void fill(byte[] out) {
        byte[] next = bytes.isEmpty() ? new byte[out.length] : bytes.poll();
        System.arraycopy(Arrays.copyOf(next, out.length), 0, out, 0, out.length);
    }

    @Override
    public int below(int bound) {
        return numbers.isEmpty() ? 0 : numbers.poll();
    }

    @Override
    public long nextLong() {
        return 0;
    }
}
