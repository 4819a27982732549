package dev.samovar.peer;

import dev.samovar.base.SansIo;
import dev.samovar.data.Hash;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The profiles of routers that we had to do with, for {@value #LIFE_HOURS} hours after the last news, and no more than
 * {@value #MAX_PROFILES}: when full, the one longest without news goes. Belongs to the router lane.
 */
@SansIo
public final class PeerProfiles {

    static final int MAX_PROFILES = 8192;
    static final int LIFE_HOURS = 36;

    private static final long LIFE_NANOS = TimeUnit.HOURS.toNanos(LIFE_HOURS);

    private final Map<Hash, PeerProfile> profiles = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Hash, PeerProfile> eldest) {
            return size() > MAX_PROFILES;
        }
    };

    /** The profile of this router, made when there is none: for news. */
    public PeerProfile of(Hash router, long now) {
        return profiles.computeIfAbsent(router, unknown -> new PeerProfile(now));
    }

    /** The profile of this router, or null: for questions. */
    public PeerProfile find(Hash router) {
        return profiles.get(router);
    }

    public boolean isUnreachable(Hash router, long now) {
        PeerProfile profile = profiles.get(router);
        return profile != null && profile.isUnreachable(now);
    }

    public boolean isProven(Hash router) {
        PeerProfile profile = profiles.get(router);
        return profile != null && profile.isProven();
    }

    public boolean isSilent(Hash router, long now) {
        PeerProfile profile = profiles.get(router);
        return profile != null && profile.isSilent(now);
    }

    /** Forgets routers without news for too long. */
    public void expire(long now) {
        profiles.values().removeIf(profile -> now - profile.lastUpdate() >= LIFE_NANOS);
    }

    public int size() {
        return profiles.size();
    }
}
