package dev.samovar.i2np;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.samovar.base.WireException;
import dev.samovar.base.WireException.Fault;
import dev.samovar.testkit.SeededEntropy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class RouterInfoGzipTest {

    private static final int BOUND = DatabaseStore.MAX_ROUTER_INFO;
    private static final SeededEntropy ENTROPY = new SeededEntropy(3);

    private static byte[] gzip(byte[] bytes) {
        try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            try (GZIPOutputStream deflate = new GZIPOutputStream(out)) {
                deflate.write(bytes);
            }
            return out.toByteArray();
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static Fault fault(byte[] member) {
        return assertThrows(WireException.class, () -> RouterInfoGzip.open(member, BOUND))
                .fault();
    }

    @Test
    void whatIsCompressedIsReadByUsAndByOthers() throws WireException, IOException {
        for (int length : new int[] {0, 1, 640, BOUND}) {
            byte[] bytes = ENTROPY.bytes(length);
            byte[] member = RouterInfoGzip.compress(bytes);
            assertArrayEquals(bytes, RouterInfoGzip.open(member, BOUND));
            try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(member))) {
                assertArrayEquals(bytes, in.readAllBytes());
            }
        }
    }

    @Test
    void theHeaderDoesNotTellWhoWroteIt() {
        byte[] member = RouterInfoGzip.compress(new byte[100]);
        assertArrayEquals(HexFormat.of().parseHex("1f8b08000000000002ff"), Arrays.copyOf(member, 10));
    }

    @Test
    void otherSystemsAndTimesInTheHeaderAreAllowed() throws WireException {
        byte[] member = gzip(new byte[] {1, 2, 3});
        member[4] = 55;
        member[9] = 3;
        assertArrayEquals(new byte[] {1, 2, 3}, RouterInfoGzip.open(member, BOUND));
    }

    @Test
    void aBombIsGivenUpAtTheBound() {
        byte[] bomb = gzip(new byte[50_000_000]);
        assertTimeout(Duration.ofMillis(500), () -> assertEquals(Fault.TOO_LARGE, fault(bomb)));
        assertEquals(Fault.TOO_LARGE, fault(gzip(new byte[BOUND + 1])));
    }

    @Test
    void damageIsRefused() {
        byte[] good = gzip(ENTROPY.bytes(300));
        byte[] checksum = good.clone();
        checksum[good.length - 8]++;
        assertEquals(Fault.BAD_SIGNATURE, fault(checksum));
        byte[] size = good.clone();
        size[good.length - 4]++;
        assertEquals(Fault.BAD_VALUE, fault(size));
        byte[] flags = good.clone();
        flags[3] = 8;
        assertEquals(Fault.BAD_VALUE, fault(flags));
        assertEquals(Fault.BAD_VALUE, fault(Arrays.copyOf(good, good.length - 1)));
        assertEquals(Fault.BAD_VALUE, fault(Arrays.copyOf(good, good.length + 1)));
        assertEquals(Fault.TRUNCATED, fault(Arrays.copyOf(good, 17)));
    }

    @Test
    void aDamagedMemberDoesNotSpoilTheNext() throws WireException {
        byte[] good = gzip(new byte[1000]);
        byte[] bad = good.clone();
        bad[10] = (byte) 0xff;
        assertEquals(Fault.BAD_VALUE, fault(bad));
        assertArrayEquals(new byte[1000], RouterInfoGzip.open(good, BOUND));
    }
}
