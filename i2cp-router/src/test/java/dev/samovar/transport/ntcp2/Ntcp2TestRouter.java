package dev.samovar.transport.ntcp2;

import dev.samovar.base.Entropy;
import dev.samovar.base.WireException;
import dev.samovar.data.Hash;
import dev.samovar.data.Mapping;
import dev.samovar.data.RouterAddress;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import java.util.List;
import java.util.Map;

/** A router's keys and RouterInfo for tests. */
final class Ntcp2TestRouter {

    static final int NETWORK = 91;

    final RouterKeys identity;
    final Ntcp2Keys keys;

    Ntcp2TestRouter(Entropy entropy) {
        identity = RouterKeys.generate(entropy);
        keys = Ntcp2Keys.generate(entropy);
    }

    Hash hash() {
        return identity.identity().hash();
    }

    RouterInfo info(long epochMillis, RouterAddress... addresses) {
        return info(epochMillis, NETWORK, addresses);
    }

    RouterInfo info(long epochMillis, int network, RouterAddress... addresses) {
        try {
            return RouterInfo.sign(
                    identity,
                    epochMillis,
                    List.of(addresses),
                    Mapping.of(Map.of("netId", Integer.toString(network), "router.version", "0.9.66", "caps", "XR")));
        } catch (WireException impossible) {
            throw new AssertionError(impossible);
        }
    }

    RouterAddress published(String host, int port) {
        return Ntcp2Address.published(keys, host, port);
    }

    RouterAddress unpublished() {
        return Ntcp2Address.unpublished(keys, true, true);
    }
}
