package dev.samovar.garlic;

import dev.samovar.crypto.ChaChaPoly;
import dev.samovar.crypto.Elligator2.HiddenKeyPair;
import dev.samovar.garlic.DecryptResult.Opened;
import dev.samovar.garlic.GarlicBlock.DateTime;
import dev.samovar.garlic.SealResult.Sealed;
import java.nio.ByteBuffer;
import java.util.List;

/** A peer that has proper keys and seals whatever it likes. */
final class RawRatchetPeer {

    final RatchetNode node;
    private InitiatorHandshake handshake;
    SendTags send;

    RawRatchetPeer(long seed) {
        node = new RatchetNode(seed);
    }

    /** A first message with these blocks. */
    byte[] first(RatchetNode to, byte[] blocks) {
        handshake =
                InitiatorHandshake.begin(node.keys, to.keys.publicKey(), HiddenKeyPair.generate(node.entropy), blocks);
        return handshake.takeMessage();
    }

    byte[] first(RatchetNode to, long madeMillis) {
        return first(to, GarlicBlockCodec.encode(List.of(new DateTime(madeMillis / 1000))));
    }

    /** Begins a session, up to the point where this one may send. */
    void establish(RatchetNode to, long now) {
        Opened opened = (Opened) to.open(first(to, RatchetNode.millis(now)), now);
        to.sessions.bind(opened.senderKey(), node.self.destination(), now);
        Sealed reply = to.sealed(node, now);
        SessionKeys keys = handshake.open(reply.garlic()).keys();
        send = new SendTags(keys.toResponder());
    }

    /** A message of the session with these bytes as blocks. */
    byte[] seal(byte[] blocks) {
        byte[] key = new byte[32];
        int number = send.number();
        byte[] tag = ByteBuffer.allocate(8).putLong(send.next(key)).array();
        byte[] out = new byte[24 + blocks.length];
        System.arraycopy(tag, 0, out, 0, 8);
        new ChaChaPoly(key).seal(number, tag, blocks, 0, blocks.length, out, 8);
        return out;
    }

    byte[] seal(GarlicBlock... blocks) {
        return seal(GarlicBlockCodec.encode(List.of(blocks)));
    }
}
