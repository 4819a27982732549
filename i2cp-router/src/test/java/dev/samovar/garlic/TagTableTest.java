package dev.samovar.garlic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TagTableTest {

    private static final long SEED = 20261126;

    private record Fixed(int ahead, int behind) implements ReceiveTagSet.Window {
        @Override
        public int ahead(int number) {
            return ahead;
        }

        @Override
        public int behind(int number) {
            return behind;
        }
    }

    private static TagChain chain(int seed) {
        byte[] key = new byte[32];
        key[0] = (byte) seed;
        return new TagChain(key, key);
    }

    private static ReceiveTagSet set(TagTable table, int ahead, int behind) {
        return new ReceiveTagSet(table, 0, chain(7), new Fixed(ahead, behind), table);
    }

    @Test
    void itKnowsWhatAMapKnows() {
        Random random = new Random(SEED);
        TagTable table = new TagTable(random.nextLong());
        TagTable elsewhere = new TagTable(1);
        ReceiveTagSet[] sets = {set(elsewhere, 1, 1), set(elsewhere, 1, 1)};
        Map<Long, Integer> model = new HashMap<>();
        for (int round = 0; round < 200_000; round++) {
            // few different tags, so that they meet; zero among them
            long tag = random.nextInt(3_000);
            int number = (int) tag * 2;
            ReceiveTagSet set = sets[(int) tag & 1];
            if (random.nextInt(100) < (round / 20_000 % 2 == 0 ? 60 : 40)) {
                table.add(tag, set, number);
                model.put(tag, number);
            } else {
                table.remove(tag, sets[(int) tag + 1 & 1], number);
                table.remove(tag, set, number + 1);
                assertEquals(model.containsKey(tag), table.find(tag) >= 0, "seed " + SEED);
                table.remove(tag, set, number);
                model.remove(tag);
            }
            assertEquals(model.size(), table.size(), "seed " + SEED);
        }
        for (long tag = 0; tag < 3_000; tag++) {
            int place = table.find(tag);
            assertEquals(model.containsKey(tag), place >= 0, "seed " + SEED);
            if (place >= 0) {
                assertEquals(model.get(tag), table.number(place));
                assertSame(sets[(int) tag & 1], table.set(place));
            }
        }
        table.clear();
        assertEquals(0, table.size());
    }

    @Test
    void aTagThatIsThereStaysWhatItIs() {
        TagTable table = new TagTable(3);
        TagTable elsewhere = new TagTable(1);
        ReceiveTagSet one = set(elsewhere, 1, 1);
        table.add(5, one, 1);
        table.add(5, set(elsewhere, 1, 1), 2);
        assertSame(one, table.set(table.find(5)));
        assertEquals(1, table.size());
    }

    @Test
    void aWindowAwaitsEachNumberOnceAndGivesItsKeyInAnyOrder() {
        TagTable table = new TagTable(5);
        ReceiveTagSet set = set(table, 50, 20);
        TagChain sender = chain(7);
        Random random = new Random(SEED);
        List<Long> tags = new ArrayList<>();
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            tags.add(sender.nextTag());
            byte[] key = new byte[32];
            sender.nextKey(key);
            keys.add(key);
        }
        Set<Integer> came = new HashSet<>();
        int highest = -1;
        for (int round = 0; round < 20_000 && highest < 2_900; round++) {
            int number = Math.max(0, highest - 30 + random.nextInt(60));
            int place = table.find(tags.get(number));
            boolean awaited =
                    !came.contains(number) && number <= highest + 50 && (highest < 0 || number >= highest - 20);
            assertEquals(awaited, place >= 0, "seed " + SEED + " number " + number + " highest " + highest);
            if (!awaited) {
                continue;
            }
            assertEquals(number, table.number(place));
            assertArrayEquals(keys.get(number), set.key(number));
            if (random.nextBoolean()) {
                // a damaged one came: the key is asked for again
                assertArrayEquals(keys.get(number), set.key(number));
                continue;
            }
            set.accept(number);
            came.add(number);
            highest = Math.max(highest, number);
            assertTrue(table.size() <= 71);
        }
        assertTrue(highest > 1_000);
        set.destroy();
        assertEquals(0, table.size());
    }

    @Test
    void aSetEndsAtItsLastNumber() {
        TagTable table = new TagTable(5);
        ReceiveTagSet set = set(table, 40_000, 10);
        TagChain sender = chain(7);
        long last = 0;
        for (int i = 0; i < ReceiveTagSet.MOST_MESSAGES; i++) {
            last = sender.nextTag();
        }
        set.accept(39_000);
        int place = table.find(last);
        assertEquals(ReceiveTagSet.MOST_MESSAGES - 1, table.number(place));
        assertEquals(-1, table.find(sender.nextTag()));
        byte[] key = set.key(ReceiveTagSet.MOST_MESSAGES - 1).clone();
        assertNotEquals(0, key[0] | key[1] | key[2] | key[3]);
        set.accept(ReceiveTagSet.MOST_MESSAGES - 1);
        assertEquals(10, table.size());
        set.destroy();
        assertEquals(0, table.size());
    }
}
