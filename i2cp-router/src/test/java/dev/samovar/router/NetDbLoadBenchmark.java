package dev.samovar.router;

import dev.samovar.base.CryptoPool;
import dev.samovar.base.EventLoopLane;
import dev.samovar.base.SystemClock;
import dev.samovar.data.RouterInfo;
import dev.samovar.testkit.SeededEntropy;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * How long a netDb of 10,000 RouterInfos takes to write and to load by two threads, signatures not looked at. Run its main
 * method with the test class path; the argument is a folder that does not exist.
 */
public final class NetDbLoadBenchmark {

    private static final int ROUTERS = 10_000;
    private static final int THREADS = 2;
    private static final int LOADS = 5;

    private NetDbLoadBenchmark() {}

    public static void main(String[] words) throws Exception {
        Path folder = Files.createDirectory(Path.of(words[0]));
        List<RouterInfo> routers = TestSeeds.routers(ROUTERS, new SeededEntropy(1), SystemClock.INSTANCE.epochMillis());
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        EventLoopLane lane = new EventLoopLane(loops.next(), SystemClock.INSTANCE);
        CryptoPool pool = new CryptoPool(THREADS);
        NetDbDirectory directory = new NetDbDirectory(lane, pool, folder);
        BlockingQueue<Integer> done = new LinkedBlockingQueue<>();
        long start = System.nanoTime();
        lane.execute(() -> directory.write(routers, List.of(), done::add));
        System.out.printf("write: %d failures, %d ms%n", done.take(), millisSince(start));
        for (int i = 0; i < LOADS; i++) {
            long from = System.nanoTime();
            lane.execute(() -> directory.loadAll(all -> done.add(all.size())));
            System.out.printf("load: %d routers, %d ms%n", done.take(), millisSince(from));
        }
        pool.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }
}
