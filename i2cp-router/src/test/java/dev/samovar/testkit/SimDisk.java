package dev.samovar.testkit;

import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import dev.samovar.netdb.RouterInfoStorage;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Files of RouterInfos of one node, in memory; they outlive its crashes. */
public final class SimDisk implements RouterInfoStorage {

    private final SimNetwork.Node node;
    private final Map<Hash, byte[]> files = new LinkedHashMap<>();

    public SimDisk(SimNetwork.Node node) {
        this.node = node;
    }

    @Override
    public void loadAll(Consumer<List<byte[]>> then) {
        List<byte[]> all = List.copyOf(files.values());
        node.lane().execute(() -> then.accept(all));
    }

    @Override
    public void write(Collection<RouterInfo> save, Collection<Hash> delete, Consumer<Integer> failures) {
        if (node.isUp()) {
            save.forEach(info -> files.put(info.hash(), info.bytes()));
            delete.forEach(files::remove);
        }
        node.lane().execute(() -> failures.accept(0));
    }
}
