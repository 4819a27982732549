package dev.samovar.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves a buffer unreleased, and says where the buffer was made. It counts every buffer of Netty's
 * allocators, so it needs no garbage collection and no luck. (Buffers of {@code Unpooled} on the heap are not counted: the
 * collector has them.) Every test of every module is checked, without asking for it; tests run one at a time. Event loops get {@value #PATIENCE_MILLIS} ms to finish what they hold.
 *
 * <p>The detector must be there before Netty's first buffer. The build names it by the system property
 * {@code io.netty.customResourceLeakDetector}; elsewhere this class sets it when the first test that uses it begins.
 */
public final class LeakCheck implements BeforeEachCallback, AfterEachCallback {

    private static final int PATIENCE_MILLIS = 3_000;
    private static final int SHOWN = 3;

    private static final boolean COUNTS = install();

    private Set<Throwable> before = Set.of();

    @Override
    public void beforeEach(ExtensionContext context) {
        before = CountingLeakDetector.open();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (context.getExecutionException().isPresent()) {
            return;
        }
        if (!COUNTS) {
            throw new IllegalStateException("buffers are not counted: run with -Dio.netty.customResourceLeakDetector="
                    + CountingLeakDetector.class.getName());
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        Set<Throwable> left = left();
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            left = left();
        }
        if (!left.isEmpty()) {
            throw new AssertionError(describe(left));
        }
    }

    /** The buffers that nobody has released yet, of the whole process. */
    public static int openBuffers() {
        return CountingLeakDetector.open().size();
    }

    private Set<Throwable> left() {
        Set<Throwable> left = CountingLeakDetector.open();
        left.removeAll(before);
        return left;
    }

    private static String describe(Set<Throwable> left) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        out.println(left.size() + " buffers were not released, made at:");
        left.stream().limit(SHOWN).forEach(made -> made.printStackTrace(out));
        return text.toString();
    }

    /** True when the allocators use our detector, by the system property or because this came first. */
    private static boolean install() {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {
            @Override
            @Deprecated
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                    Class<T> resource, int interval, long maxActive) {
                return new CountingLeakDetector<>(resource, interval);
            }
        });
        int open = CountingLeakDetector.open().size();
        ByteBuf probe = PooledByteBufAllocator.DEFAULT.heapBuffer(1);
        boolean counted = CountingLeakDetector.open().size() > open;
        probe.release();
        return counted;
    }
}
