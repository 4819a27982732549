package dev.samovar.netdb;

import dev.samovar.base.Lane;
import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Brings changes of the RouterInfo store to its storage: each {@value #INTERVAL_SECONDS} seconds, no more than
 * {@value #MAX_WRITES} files, and never a second batch before the first is done, so that a flood of stores costs the disk no
 * more than a calm hour does. A router that changes twice is written once. On the router lane.
 */
final class RouterInfoSaver {

    static final int INTERVAL_SECONDS = 20;
    static final int MAX_WRITES = 200;

    private final Lane lane;
    private final RouterInfoStorage storage;
    private final Map<Hash, RouterInfo> changed = new LinkedHashMap<>();
    private final Set<Hash> removed = new LinkedHashSet<>();
    private boolean armed;
    private boolean writing;
    private boolean closed;
    private long failures;

    RouterInfoSaver(Lane lane, RouterInfoStorage storage) {
        this.lane = lane;
        this.storage = storage;
    }

    void save(RouterInfo info) {
        removed.remove(info.hash());
        changed.put(info.hash(), info);
        arm();
    }

    void delete(Hash router) {
        changed.remove(router);
        removed.add(router);
        arm();
    }

    private void arm() {
        if (!armed && !writing && !closed) {
            armed = true;
            lane.schedule(lane.clock().nanos() + TimeUnit.SECONDS.toNanos(INTERVAL_SECONDS), () -> {
                armed = false;
                write(MAX_WRITES);
            });
        }
    }

    private void write(int most) {
        if (changed.isEmpty() && removed.isEmpty()) {
            return;
        }
        List<RouterInfo> save = take(changed.values().iterator(), most);
        List<Hash> delete = take(removed.iterator(), most);
        writing = true;
        storage.write(save, delete, failed -> {
            writing = false;
            failures += failed;
            if (!changed.isEmpty() || !removed.isEmpty()) {
                arm();
            }
        });
    }

    private static <T> List<T> take(Iterator<T> all, int most) {
        List<T> taken = new ArrayList<>();
        while (all.hasNext() && taken.size() < most) {
            taken.add(all.next());
            all.remove();
        }
        return taken;
    }

    /** Writes all that is left. */
    void close() {
        if (!closed) {
            closed = true;
            write(Integer.MAX_VALUE);
        }
    }

    /** Files that could not be written or deleted. */
    long failures() {
        return failures;
    }

    /** Changes that wait to be written. */
    int waiting() {
        return changed.size() + removed.size();
    }
}
