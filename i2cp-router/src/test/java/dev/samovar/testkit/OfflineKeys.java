package dev.samovar.testkit;

import dev.samovar.base.Entropy;
import dev.samovar.base.WireException;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.SigningKeys;
import dev.samovar.data.Destination;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.OfflineSignature;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/** Destinations whose own signing key is kept elsewhere. */
public final class OfflineKeys {

    private OfflineKeys() {}

    /** Keys of a destination of one type, with a transient key of another that is good until {@code expiresSeconds}. */
    public static DestinationKeys generate(
            SigType destinationType, SigType transientType, long expiresSeconds, Entropy entropy) {
        SigningKeys own = SigningKeys.generate(destinationType, entropy);
        SigningKeys other = SigningKeys.generate(transientType, entropy);
        ByteBuf signed = Unpooled.buffer();
        signed.writeInt((int) expiresSeconds);
        signed.writeShort(transientType.code());
        signed.writeBytes(other.publicKey());
        byte[] signature = own.sign(ByteBufUtil.getBytes(signed));
        ByteBuf out = Unpooled.buffer();
        Destination.create(destinationType, own.publicKey(), entropy).encode(out);
        out.writeZero(256);
        out.writeZero(destinationType.privateKeyLength());
        new OfflineSignature(expiresSeconds, transientType, other.publicKey(), signature).encode(out);
        byte[] secret = other.privateKey().copy();
        out.writeBytes(secret);
        Arrays.fill(secret, (byte) 0);
        try {
            return DestinationKeys.fromBytes(ByteBufUtil.getBytes(out));
        } catch (WireException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
