package dev.samovar.netdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import dev.samovar.testkit.SimWorld;
import dev.samovar.testkit.TestRouters;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RouterInfoSaverTest {

    private final SimWorld world = new SimWorld(1);
    private final SimWorld.SimLane lane = world.newLane();
    private final List<Collection<RouterInfo>> saved = new ArrayList<>();
    private final List<Collection<Hash>> deleted = new ArrayList<>();
    private Consumer<Integer> pending;
    private final RouterInfoSaver saver = new RouterInfoSaver(lane, new RouterInfoStorage() {
        @Override
        public void loadAll(Consumer<List<byte[]>> then) {
            throw new AssertionError();
        }

        @Override
        public void write(Collection<RouterInfo> save, Collection<Hash> delete, Consumer<Integer> failures) {
            saved.add(save);
            deleted.add(delete);
            pending = failures;
        }
    });

    private RouterInfo info() {
        return TestRouters.info(RouterKeys.generate(world.entropy()), world.epochMillis(), "XR", "44.1.1.1");
    }

    private void done(int failures) {
        Consumer<Integer> told = pending;
        pending = null;
        world.on(lane, () -> told.accept(failures));
    }

    @Test
    void changesAreGatheredAndTheLastOneCounts() {
        RouterKeys keys = RouterKeys.generate(world.entropy());
        RouterInfo first = TestRouters.info(keys, 1, "XR", "44.1.1.1");
        RouterInfo second = TestRouters.info(keys, 2, "XR", "44.1.1.1");
        RouterInfo gone = info();
        world.on(lane, () -> {
            saver.save(first);
            saver.save(gone);
            saver.save(second);
            saver.delete(gone.hash());
        });
        assertEquals(2, saver.waiting());
        world.runFor(RouterInfoSaver.INTERVAL_SECONDS, TimeUnit.SECONDS);
        assertEquals(List.of(List.of(second)), saved);
        assertEquals(List.of(List.of(gone.hash())), deleted);
        done(1);
        assertEquals(1, saver.failures());
        world.runFor(10, TimeUnit.MINUTES);
        assertEquals(1, saved.size());
    }

    @Test
    void aFloodIsWrittenInBatchesAndOneAtATime() {
        RouterInfo[] all = new RouterInfo[RouterInfoSaver.MAX_WRITES + 50];
        for (int i = 0; i < all.length; i++) {
            all[i] = info();
        }
        world.on(lane, () -> List.of(all).forEach(saver::save));
        world.runFor(10, TimeUnit.MINUTES);
        assertEquals(1, saved.size());
        assertEquals(RouterInfoSaver.MAX_WRITES, saved.get(0).size());
        done(0);
        world.runFor(RouterInfoSaver.INTERVAL_SECONDS, TimeUnit.SECONDS);
        assertEquals(50, saved.get(1).size());
    }

    @Test
    void whatIsLeftAtTheEndIsWrittenAtOnce() {
        RouterInfo[] all = new RouterInfo[RouterInfoSaver.MAX_WRITES + 50];
        for (int i = 0; i < all.length; i++) {
            all[i] = info();
        }
        world.on(lane, () -> {
            List.of(all).forEach(saver::save);
            saver.close();
            saver.close();
        });
        assertEquals(all.length, saved.get(0).size());
        assertTrue(saved.size() == 1);
    }
}
