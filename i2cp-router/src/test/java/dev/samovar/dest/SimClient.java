package dev.samovar.dest;

import dev.samovar.crypto.SecretBytes;
import dev.samovar.crypto.SigType;
import dev.samovar.crypto.X25519KeyPair;
import dev.samovar.data.DestinationKeys;
import dev.samovar.data.Hash;
import dev.samovar.data.Lease;
import dev.samovar.data.Lease2;
import dev.samovar.data.LeaseSet2;
import dev.samovar.data.Mapping;
import dev.samovar.router.SimMember;
import dev.samovar.testkit.SimWorld;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A client in a simulated world: signs what it is asked to sign, and writes down what it is told. */
final class SimClient implements DestinationClient {

    private static final long SIGNING_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    final SimWorld world;
    final DestinationKeys keys;
    private SecretBytes encryptionKey;
    SimMember member;
    LocalDestination destination;

    /** What came: the first 8 bytes of each → how often. */
    final Map<Long, Integer> received = new HashMap<>();

    final Map<Long, SendOutcome> outcomes = new HashMap<>();
    final Map<SendOutcome, Integer> counts = new EnumMap<>(SendOutcome.class);
    final List<List<Lease>> requests = new ArrayList<>();
    /** How often it was told that its lease set is found. */
    int found;

    boolean signs = true;
    /** The type of the key in its lease sets. */
    int keyType = 4;

    boolean full;
    int writable;

    SimClient(SimWorld world) {
        this.world = world;
        keys = DestinationKeys.generate(SigType.EdDSA_SHA512_Ed25519, world.entropy());
        newEncryptionKey();
    }

    void newEncryptionKey() {
        encryptionKey = SecretBytes.takeOver(world.entropy().bytes(32));
    }

    Hash hash() {
        return keys.destination().hash();
    }

    /** Becomes a destination of this router. */
    void attach(SimMember to, DestinationOptions options) {
        member = to;
        on(() -> {
            destination = new LocalDestination(
                    to.node().lane(), world.entropy(), keys.destination(), options, to.tunnels(), to.netDb(), this);
            destination.open();
        });
    }

    void detach() {
        on(destination::close);
    }

    void on(Runnable work) {
        member.node().run(work);
    }

    /** Sends a message of so many bytes that begins with this number, and has it for its ticket. */
    LocalDestination.Accepted send(Hash to, long number, int length) {
        return send(to, number, length, number);
    }

    LocalDestination.Accepted send(Hash to, long number, int length, long ticket) {
        ByteBuf payload = PooledByteBufAllocator.DEFAULT.heapBuffer(length);
        payload.writeLong(number).writeZero(length - Long.BYTES);
        LocalDestination.Accepted[] accepted = new LocalDestination.Accepted[1];
        on(() -> accepted[0] = destination.send(to, payload, 0, ticket));
        return accepted[0];
    }

    @Override
    public boolean deliver(ByteBuf payload) {
        if (!full) {
            received.merge(payload.readLong(), 1, Integer::sum);
        }
        payload.release();
        return !full;
    }

    @Override
    public void onLeaseSetFound() {
        found++;
    }

    @Override
    public void requestLeaseSet(List<Lease> leases) {
        requests.add(leases);
        if (signs) {
            LocalDestination asking = destination;
            member.node().lane().schedule(world.nanos() + SIGNING_NANOS, () -> sign(asking, leases));
        }
    }

    private void sign(LocalDestination asking, List<Lease> leases) {
        X25519KeyPair pair = X25519KeyPair.of(SecretBytes.takeOver(encryptionKey.copy()));
        List<Lease2> ends = leases.stream()
                .map(lease -> new Lease2(lease.gateway(), lease.tunnelId(), lease.endMillis() / 1000))
                .toList();
        asking.leaseSet(
                LeaseSet2.sign(
                        keys,
                        world.epochMillis() / 1000,
                        0,
                        Mapping.EMPTY,
                        List.of(new LeaseSet2.EncryptionKey(keyType, pair.publicKey())),
                        ends),
                pair);
    }

    @Override
    public void onSent(long ticket, SendOutcome outcome) {
        if (outcomes.put(ticket, outcome) != null) {
            throw new AssertionError("told twice of a message");
        }
        counts.merge(outcome, 1, Integer::sum);
    }

    @Override
    public void onWritable() {
        writable++;
    }
}
