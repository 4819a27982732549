package dev.samovar.transport.ntcp2;

import dev.samovar.base.Entropy;
import dev.samovar.base.Wire;
import dev.samovar.base.WireException;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.X25519KeyPair;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * What identifies a router to those who dial it by NTCP2, apart from its RouterIdentity: the static key pair {@code s} and
 * the IV {@code i} that hides the first key of a handshake. Both are kept over restarts, since others have them cached
 * (NTCP2 specification, "Public Key and IV Rotation").
 *
 * @param iv 16 bytes, not to be changed
 */
public record Ntcp2Keys(X25519KeyPair staticKeys, byte[] iv) {

    public static final int IV_LENGTH = 16;

    /** Bytes of the stored form. */
    public static final int ENCODED_LENGTH = 32 + IV_LENGTH;

    public Ntcp2Keys {
        if (iv.length != IV_LENGTH) {
            throw new IllegalArgumentException("an IV has 16 bytes");
        }
    }

    public static Ntcp2Keys generate(Entropy entropy) {
        return new Ntcp2Keys(X25519KeyPair.generate(entropy), entropy.bytes(IV_LENGTH));
    }

    /** Reads the stored form: private key (32), IV (16). */
    public static Ntcp2Keys decode(ByteBuf in) throws WireException {
        SecretBytes privateKey = SecretBytes.takeOver(Wire.bytes(in, 32, "NTCP2 static key"));
        return new Ntcp2Keys(X25519KeyPair.of(privateKey), Wire.bytes(in, IV_LENGTH, "NTCP2 IV"));
    }

    public void encode(ByteBuf out) {
        byte[] privateKey = staticKeys.privateKey().copy();
        out.writeBytes(privateKey);
        Arrays.fill(privateKey, (byte) 0);
        out.writeBytes(iv);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Ntcp2Keys that && staticKeys.equals(that.staticKeys) && Arrays.equals(iv, that.iv);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(iv);
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
