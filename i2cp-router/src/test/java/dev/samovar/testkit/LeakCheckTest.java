package dev.samovar.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

class LeakCheckTest {

    @Test
    void everyBufferOfAnAllocatorCountsUntilItsLastRelease() {
        int before = LeakCheck.openBuffers();
        ByteBuf pooled = PooledByteBufAllocator.DEFAULT.heapBuffer(10);
        ByteBuf direct = UnpooledByteBufAllocator.DEFAULT.directBuffer(10);
        assertEquals(before + 2, LeakCheck.openBuffers());
        ByteBuf slice = pooled.writeLong(1).retainedSlice(0, 4);
        pooled.release();
        direct.release();
        slice.release();
        assertEquals(before, LeakCheck.openBuffers());
    }
}
