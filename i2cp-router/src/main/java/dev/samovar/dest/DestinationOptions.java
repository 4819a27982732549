package dev.samovar.dest;

import dev.samovar.data.Mapping;
import dev.samovar.tunnel.PoolConfig;

/**
 * What a client may wish of its destination (I2CP overview, "Client-side options").
 *
 * @param tunnels its tunnels
 * @param publish whether its lease set is stored at floodfills; who calls out is answered all the same, since it tells its
 *     lease set to whom it calls
 * @param bundle whether it does tell it
 */
public record DestinationOptions(PoolConfig tunnels, boolean publish, boolean bundle) {

    public static DestinationOptions of(Mapping options) {
        return new DestinationOptions(
                PoolConfig.of(options),
                !"true".equalsIgnoreCase(options.get("i2cp.dontPublishLeaseSet")),
                !"false".equalsIgnoreCase(options.get("shouldBundleReplyInfo")));
    }
}
