package dev.samovar.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Knows every buffer that was made and not released yet; made by Netty, asked by {@link LeakCheck}. */
public final class CountingLeakDetector<T> extends ResourceLeakDetector<T> {

    private static final Set<Throwable> OPEN = ConcurrentHashMap.newKeySet();

    private final boolean buffers;

    /** As Netty calls it. */
    public CountingLeakDetector(Class<?> resource, int samplingInterval) {
        super(resource, samplingInterval);
        buffers = resource == ByteBuf.class;
    }

    /** As Netty looks for it first. */
    public CountingLeakDetector(Class<?> resource, int samplingInterval, long unused) {
        this(resource, samplingInterval);
    }

    /** Where the buffers were made that are not released, of the whole process. Netty's constants are never released. */
    static Set<Throwable> open() {
        OPEN.removeIf(CountingLeakDetector::isConstant);
        return new HashSet<>(OPEN);
    }

    private static boolean isConstant(Throwable made) {
        for (StackTraceElement frame : made.getStackTrace()) {
            if (frame.getClassName().startsWith("io.netty.")
                    && frame.getMethodName().equals("<clinit>")) {
                return true;
            }
        }
        return false;
    }

    @Override
    public ResourceLeakTracker<T> track(T resource) {
        return buffers ? new Tracker<>() : null;
    }

    @Override
    public ResourceLeakTracker<T> trackForcibly(T resource) {
        return track(resource);
    }

    @Override
    public boolean isRecordEnabled() {
        return false;
    }

    private static final class Tracker<T> implements ResourceLeakTracker<T> {

        private final Throwable made = new Throwable("a buffer was made here");

        Tracker() {
            OPEN.add(made);
        }

        @Override
        public void record() {
            // where it was made is enough
        }

        @Override
        public void record(Object hint) {
            // as above
        }

        @Override
        public boolean close(T resource) {
            return OPEN.remove(made);
        }
    }
}
