package dev.samovar.transport.ntcp2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Room for one frame in and one frame out, for all sessions of a thread: frames are opened and sealed in place, on the
 * heap, where the ciphers are fast. Nothing stays in it between calls.
 */
final class Ntcp2Scratch {

    final byte[] in = new byte[Ntcp2FrameCipher.MAX_SEALED];
    final byte[] out = new byte[Ntcp2FrameCipher.LENGTH_LENGTH + Ntcp2FrameCipher.MAX_SEALED];

    /** The same bytes, to read. */
    final ByteBuf inView = Unpooled.wrappedBuffer(in);
    /** The same bytes, to write. */
    final ByteBuf outView = Unpooled.wrappedBuffer(out);
}
