package dev.samovar.streaming;

import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The last {@value #MAX} SYNs that were answered, by their sender and the id it chose, so that one that comes again opens no
 * second stream.
 */
@SansIo
final class RecentSyns {

    private static final int MAX = 8192;

    /** No stream's id: stands for the stream that a refused SYN did not get. */
    static final int REFUSED = 0;

    private final Map<Syn, Integer> answers = new LinkedHashMap<>(2) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Syn, Integer> eldest) {
            return size() > MAX;
        }
    };

    private record Syn(Hash peer, int streamId) {}

    /** Our id of the stream that this SYN got, or {@link #REFUSED}; null when it is new. */
    Integer find(Hash peer, int streamId) {
        return answers.get(new Syn(peer, streamId));
    }

    void add(Hash peer, int streamId, int answer) {
        answers.put(new Syn(peer, streamId), answer);
    }
}
