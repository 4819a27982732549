package dev.samovar.netdb;

import dev.samovar.base.Lane;
import dev.samovar.base.Offload;
import dev.samovar.base.WireException;
import dev.samovar.data.RouterInfo;
import dev.samovar.netdb.RouterInfoStore.Put;
import dev.samovar.netdb.StoreValidator.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Takes many RouterInfos at once, of our own disk or of a seed: decoded and checked elsewhere, some dozens at a time, so that
 * handshakes find room between them. On the router lane.
 */
final class RouterInfoLoader {

    private static final int BATCH = 64;
    private static final int AT_ONCE = 4;

    private record Checked(RouterInfo info, StoreRefusal refusal) {}

    private final NetDb netDb;
    private final Lane lane;
    private final Offload offload;
    private final List<byte[]> all;
    private final boolean seed;
    private final Consumer<Integer> then;
    private int at;
    private int running;
    private int kept;

    /**
     * A loader.
     *
     * @param seed whether what is new is to be written to the disk; else they come from there, and what can never hold is to
     *     be deleted
     * @param then told how many were kept
     */
    RouterInfoLoader(NetDb netDb, Lane lane, Offload offload, List<byte[]> all, boolean seed, Consumer<Integer> then) {
        this.netDb = netDb;
        this.lane = lane;
        this.offload = offload;
        this.all = all;
        this.seed = seed;
        this.then = then;
    }

    void run() {
        while (running < AT_ONCE && at < all.size()) {
            List<byte[]> batch = all.subList(at, Math.min(all.size(), at + BATCH));
            at += batch.size();
            running++;
            long nowMillis = lane.clock().epochMillis();
            StoreValidator validator = netDb.validator();
            offload.submit(lane, () -> check(batch, validator, nowMillis), this::onChecked);
        }
        if (running == 0) {
            netDb.onLoaded();
            then.accept(kept);
        }
    }

    private static List<Checked> check(List<byte[]> batch, StoreValidator validator, long nowMillis) {
        List<Checked> checked = new ArrayList<>(batch.size());
        for (byte[] bytes : batch) {
            try {
                RouterInfo info = RouterInfo.fromBytes(bytes);
                StoreRefusal refusal = validator.check(info, Origin.STORAGE, nowMillis);
                checked.add(new Checked(info, refusal != null ? refusal : StoreValidator.checkSignature(info)));
            } catch (WireException malformed) {
                checked.add(new Checked(null, StoreRefusal.MALFORMED));
            }
        }
        return checked;
    }

    private void onChecked(List<Checked> batch) {
        running--;
        for (Checked checked : batch) {
            StoreRefusal refusal = checked.refusal != null ? checked.refusal : keep(checked.info);
            if (refusal == null) {
                kept++;
                if (seed) {
                    netDb.saver().save(checked.info);
                }
            } else {
                netDb.refuse(refusal);
                if (!seed && checked.info != null && isWorthless(refusal)) {
                    netDb.saver().delete(checked.info.hash());
                }
            }
        }
        run();
    }

    /** What no other day or clock makes better. A date may be our own clock's fault, and room there may be the next time. */
    private static boolean isWorthless(StoreRefusal refusal) {
        return switch (refusal) {
            case MALFORMED, BAD_SIGNATURE, WRONG_NETWORK, NO_NETWORK -> true;
            default -> false;
        };
    }

    private StoreRefusal keep(RouterInfo info) {
        if (info.hash().equals(netDb.self())) {
            return StoreRefusal.OWN;
        }
        Put put = netDb.routers().put(info, netDb::isPrecious);
        if (put == Put.FULL) {
            return StoreRefusal.FULL;
        }
        return put == Put.KNOWN ? StoreRefusal.KNOWN : null;
    }
}
