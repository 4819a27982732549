package dev.samovar.netdb;

import dev.samovar.data.Hash;
import dev.samovar.data.RouterInfo;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Where RouterInfos outlive the program. Called on the router lane; works elsewhere and returns at once; what it tells comes
 * back on the router lane. The netDb has one call under way at a time.
 */
public interface RouterInfoStorage {

    /** Reads everything: the bytes of each RouterInfo, unchecked. Files that cannot be read are left out. */
    void loadAll(Consumer<List<byte[]>> then);

    /** Writes and deletes, then tells how many of both could not be done. */
    void write(Collection<RouterInfo> save, Collection<Hash> delete, Consumer<Integer> failures);

    /** A storage that forgets. */
    static RouterInfoStorage none() {
        return new RouterInfoStorage() {
            @Override
            public void loadAll(Consumer<List<byte[]>> then) {
                then.accept(List.of());
            }

            @Override
            public void write(Collection<RouterInfo> save, Collection<Hash> delete, Consumer<Integer> failures) {
                failures.accept(0);
            }
        };
    }
}
