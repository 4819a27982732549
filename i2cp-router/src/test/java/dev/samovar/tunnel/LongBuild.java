package dev.samovar.tunnel;

import dev.samovar.base.Entropy;
import dev.samovar.crypto.AesCbc;
import dev.samovar.crypto.NoiseState;
import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.X25519;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.Hash;
import dev.samovar.i2np.VariableTunnelBuild;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A creator that asks with long records, as old routers do (ECIES tunnel creation, "Long Record Specification"). Written after
 * the specification and not with the code under test, of which it uses primitives alone.
 */
final class LongBuild {

    final List<byte[]> layerKeys = new ArrayList<>();
    final List<byte[]> ivKeys = new ArrayList<>();
    final List<byte[]> records = new ArrayList<>();
    private final List<byte[]> replyKeys = new ArrayList<>();
    private final List<byte[]> replyIvs = new ArrayList<>();
    private final List<byte[]> chains = new ArrayList<>();
    private final List<byte[]> hashes = new ArrayList<>();

    /** An outbound tunnel; the hops' records lie in the slots of their numbers, and one of nobody follows. */
    LongBuild(
            List<TunnelNet.Node> through,
            List<Integer> ids,
            Hash replyGateway,
            int replyTunnelId,
            int messageId,
            long nowMillis,
            Entropy entropy) {
        for (int i = 0; i < through.size(); i++) {
            boolean last = i == through.size() - 1;
            layerKeys.add(entropy.bytes(32));
            ivKeys.add(entropy.bytes(32));
            replyKeys.add(entropy.bytes(32));
            replyIvs.add(entropy.bytes(16));
            ByteBuf clear = Unpooled.buffer(464);
            clear.writeInt(ids.get(i));
            clear.writeInt(last ? replyTunnelId : ids.get(i + 1));
            (last ? replyGateway : through.get(i + 1).hash).encode(clear);
            clear.writeBytes(layerKeys.get(i)).writeBytes(ivKeys.get(i));
            clear.writeBytes(replyKeys.get(i)).writeBytes(replyIvs.get(i));
            clear.writeByte(last ? 0x40 : 0).writeZero(3);
            clear.writeInt((int) (nowMillis / 60_000)).writeInt(600);
            clear.writeInt(last ? messageId : 1000 + i).writeShort(0);
            clear.writeBytes(entropy.bytes(464 - clear.writerIndex()));
            records.add(seal(through.get(i), clear.array(), entropy));
        }
        records.add(entropy.bytes(528));
        for (int i = through.size() - 2; i >= 0; i--) {
            for (int later = i + 1; later < through.size(); later++) {
                AesCbc.decrypt(replyKeys.get(i), replyIvs.get(i), records.get(later), 0, 528);
            }
        }
    }

    private byte[] seal(TunnelNet.Node hop, byte[] clear, Entropy entropy) {
        X25519KeyPair ephemeral = X25519KeyPair.generate(entropy);
        byte[] secret = new byte[32];
        X25519.agree(ephemeral.privateKey(), hop.keys.publicKey(), secret);
        NoiseState noise = NoiseState.n(hop.keys.publicKey());
        noise.mixHash(ephemeral.publicKey());
        noise.mixKey(secret);
        byte[] sealed = noise.seal(clear);
        chains.add(noise.chainingKey());
        hashes.add(noise.hash());
        byte[] record = Arrays.copyOf(hop.hash.toBytes(), 528);
        System.arraycopy(ephemeral.publicKey(), 0, record, 16, 32);
        System.arraycopy(sealed, 0, record, 48, sealed.length);
        return record;
    }

    VariableTunnelBuild request() {
        return new VariableTunnelBuild(records);
    }

    /** What each hop said. */
    List<Integer> read(List<byte[]> answer) {
        Integer[] codes = new Integer[chains.size()];
        for (int i = chains.size() - 1; i >= 0; i--) {
            byte[] clear = BuildRecord.openReply(chains.get(i), hashes.get(i), 0, answer.get(i));
            codes[i] = clear == null ? -1 : clear[511] & 0xff;
            for (int earlier = 0; earlier < i; earlier++) {
                AesCbc.decrypt(replyKeys.get(i), replyIvs.get(i), answer.get(earlier), 0, 528);
            }
        }
        return List.of(codes);
    }

    HopKeys keys(int hop) {
        return new HopKeys(SecretBytes.copyOf(layerKeys.get(hop)), SecretBytes.copyOf(ivKeys.get(hop)));
    }
}
