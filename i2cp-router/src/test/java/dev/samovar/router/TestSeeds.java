package dev.samovar.router;

import dev.samovar.base.Entropy;
import dev.samovar.base.WireException;
import dev.samovar.data.Mapping;
import dev.samovar.data.RouterInfo;
import dev.samovar.data.RouterKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** RouterInfos, and zip files of them, as reseed hosts make them. */
final class TestSeeds {

    static final int NET_ID = 17;

    private TestSeeds() {}

    static RouterInfo router(RouterKeys keys, int netId, long publishedMillis) {
        try {
            Mapping options =
                    Mapping.of(Map.of("netId", Integer.toString(netId), "router.version", "0.9.66", "caps", "LR"));
            return RouterInfo.sign(keys, publishedMillis, List.of(), options);
        } catch (WireException impossible) {
            throw new IllegalArgumentException(impossible);
        }
    }

    static RouterInfo router(Entropy entropy, long publishedMillis) {
        return router(RouterKeys.generate(entropy), NET_ID, publishedMillis);
    }

    static List<RouterInfo> routers(int count, Entropy entropy, long publishedMillis) {
        List<RouterInfo> routers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            routers.add(router(entropy, publishedMillis));
        }
        return routers;
    }

    static byte[] zip(List<RouterInfo> routers) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        routers.forEach(router -> files.put(SeedArchive.nameOf(router.hash()), router.bytes()));
        return zip(files);
    }

    static byte[] zip(Map<String, byte[]> files) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
                zip.closeEntry();
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    /** A certificate that holds in the simulated year too. */
    static TestSigner signer(String name) {
        return TestSigner.make(name, 4096, "-startdate", "2025/01/01 00:00:00", "-validity", "3650");
    }

    static byte[] bundle(TestSigner signer, List<RouterInfo> routers) {
        return new TestSu3(signer.name(), zip(routers)).signedBy(signer);
    }
}
