package dev.samovar.examples;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * I2CP by hand: two sessions on a router exchange raw datagrams. Nothing but sockets and the JDK, so that it can be read
 * as an explanation of the protocol.
 *
 * <pre>
 *   java RawI2cp.java [HOST:PORT [HOPS]]        default 127.0.0.1:7654, and as many hops as the router likes
 * </pre>
 *
 * A conversation, as it happens here:
 *
 * <pre>
 *   client                                    router
 *   0x2a                                  →            once: this is I2CP
 *   GetDate (32)                          →
 *                                         ←   SetDate (33)
 *   CreateSession (1), signed             →
 *                                         ←   SessionStatus (20)
 *                                         ←   RequestVariableLeaseSet (37): these tunnels lead to you
 *   CreateLeaseSet2 (41), signed          →            from now on others can reach the destination
 *   HostLookup (38)                       →
 *                                         ←   HostReply (39)
 *   SendMessage (5)                       →
 *                                         ←   MessageStatus (22)
 *                                         ←   MessagePayload (31), at the other session
 *   DestroySession (3)                    →
 * </pre>
 *
 * Every message is {@code length of the body (4) | type (1) | body}; all numbers are big endian. Specification: I2CP;
 * common structures.
 */
public final class RawI2cp {
    private static final int CREATE_SESSION = 1;
    private static final int DESTROY_SESSION = 3;
    private static final int SEND_MESSAGE = 5;
    private static final int SESSION_STATUS = 20;
    private static final int MESSAGE_STATUS = 22;
    private static final int DISCONNECT = 30;
    private static final int MESSAGE_PAYLOAD = 31;
    private static final int GET_DATE = 32;
    private static final int SET_DATE = 33;
    private static final int REQUEST_VARIABLE_LEASE_SET = 37;
    private static final int HOST_LOOKUP = 38;
    private static final int HOST_REPLY = 39;
    private static final int CREATE_LEASE_SET_2 = 41;

    private static final String API_VERSION = "0.9.66";
    private static final int ED25519 = 7;
    private static final int X25519 = 4;
    private static final int LEASE_SET_2 = 3;
    private static final int RAW_DATAGRAM = 18;

    /** Longest body taken from the router, in bytes; what a router sends is far below it. */
    private static final int MAX_BODY = 0x2_0000;

    /** Longest message after decompression, in bytes. */
    private static final int MAX_MESSAGE = 0x1_0000;

    private static final int TIMEOUT_MILLIS = 120_000;
    private static final int LEASE_SIZE = 32 + 4 + 8;
    private static final int ATTEMPTS = 30;

    private RawI2cp() {}

    /** Exit code 0 if both sessions got the other's message, else 1. */
    public static void main(String[] arguments) throws Exception {
        String[] hostAndPort = (arguments.length > 0 ? arguments[0] : "127.0.0.1:7654").split(":");
        InetSocketAddress router = new InetSocketAddress(hostAndPort[0], Integer.parseInt(hostAndPort[1]));
        Map<String, String> options = new TreeMap<>();
        if (arguments.length > 1) {
            for (String direction : new String[] {"inbound", "outbound"}) {
                options.put(direction + ".length", arguments[1]);
                options.put(direction + ".allowZeroHop", "true");
            }
        }
        try (Session alice = new Session("alice", router, options);
                Session bob = new Session("bob", router, options)) {
            // Found by its hash, as a *.b32.i2p name would be. Some routers cannot find their own sessions that way.
            byte[] found = alice.lookUp(bob.hash());
            System.out.println("alice: " + (found == null ? "no lookup of bob here" : "found bob by his hash"));
            if (found != null && !Arrays.equals(found, bob.destination)) {
                throw new IOException("the router gave another destination for that hash");
            }
            boolean good = exchange(alice, bob, "are you there?") && exchange(bob, alice, "yes, over I2P");
            System.out.println(good ? "both messages arrived" : "a message was lost");
            System.exit(good ? 0 : 1);
        } catch (IOException failure) {
            System.err.println("RawI2cp: " + failure.getMessage());
            System.exit(1);
        }
    }

    /** Sends until the router can, for the first tunnels may still be under way, and checks what arrives. */
    private static boolean exchange(Session from, Session to, String text) throws Exception {
        byte[] message = text.getBytes(StandardCharsets.UTF_8);
        int status = 0;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            status = from.send(to.destination, message);
            // 2 and 4 sent to another router, 6 delivered on this one.
            if (status == 2 || status == 4 || status == 6) {
                System.out.println(from.name + ": sent \"" + text + "\", status " + status);
                byte[] received = to.receive();
                System.out.println(to.name + ": received \"" + new String(received, StandardCharsets.UTF_8) + "\"");
                return Arrays.equals(received, message);
            }
            Thread.sleep(1000);
        }
        System.out.println(from.name + ": the router could not send, status " + status);
        return false;
    }

    /** One connection with one session: a destination that is present in the network while this is open. */
    private static final class Session implements AutoCloseable {
        private final String name;
        private final Socket socket = new Socket();
        private final DataInputStream in;
        private final DataOutputStream out;
        private final KeyPair signing;
        private final KeyPair encryption;
        private final byte[] destination;
        private final int id;
        private int nonce;

        Session(String name, InetSocketAddress router, Map<String, String> options)
                throws IOException, GeneralSecurityException {
            this.name = name;
            signing = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            encryption = KeyPairGenerator.getInstance("X25519").generateKeyPair();
            destination = newDestination(rawPublicKey(signing));

            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(router, TIMEOUT_MILLIS);
            in = new DataInputStream(socket.getInputStream());
            out = new DataOutputStream(socket.getOutputStream());

            out.write(0x2a);
            send(GET_DATE, string(API_VERSION));
            await(SET_DATE);
            send(CREATE_SESSION, sessionConfig(options));
            ByteBuffer status = await(SESSION_STATUS);
            id = status.getShort() & 0xffff;
            int outcome = status.get();
            if (outcome != 1) {
                throw new IOException("the router refused the session, status " + outcome);
            }
            answerLeaseRequest(await(REQUEST_VARIABLE_LEASE_SET));
            System.out.println(name + ": session " + id + " is up");
        }

        /** SHA-256 of the destination: its name in the network. */
        byte[] hash() throws GeneralSecurityException {
            return MessageDigest.getInstance("SHA-256").digest(destination);
        }

        /** The destination behind a hash, or null: {@code session (2) | request (4) | timeout ms (4) | type (1) | key}. */
        byte[] lookUp(byte[] hash) throws IOException, GeneralSecurityException {
            ByteBuffer body = ByteBuffer.allocate(2 + 4 + 4 + 1 + hash.length);
            send(
                    HOST_LOOKUP,
                    body.putShort((short) id)
                            .putInt(1)
                            .putInt(10_000)
                            .put((byte) 0)
                            .put(hash));
            ByteBuffer reply = await(HOST_REPLY).position(2 + 4);
            int result = reply.get();
            return result == 0 ? rest(reply) : null;
        }

        /**
         * Sends a raw datagram and returns the router's last word about it: {@code session (2) | destination | length
         * (4) | payload | nonce (4)}. A nonce of zero would ask for no status. Before the last word comes a 1, accepted.
         */
        int send(byte[] to, byte[] text) throws IOException, GeneralSecurityException {
            byte[] payload = packed(text);
            nonce++;
            ByteBuffer message = ByteBuffer.allocate(2 + to.length + 4 + payload.length + 4);
            send(
                    SEND_MESSAGE,
                    message.putShort((short) id)
                            .put(to)
                            .putInt(payload.length)
                            .put(payload)
                            .putInt(nonce));
            while (true) {
                // session (2) | message (4) | status (1) | size (4) | nonce (4)
                ByteBuffer body = await(MESSAGE_STATUS);
                int status = body.get(2 + 4) & 0xff;
                if (body.getInt(2 + 4 + 1 + 4) == nonce && status != 1) {
                    return status;
                }
            }
        }

        /** Waits for a message: {@code session (2) | message (4) | length (4) | payload}. */
        byte[] receive() throws IOException, GeneralSecurityException {
            return unpacked(rest(await(MESSAGE_PAYLOAD).position(2 + 4 + 4)));
        }

        @Override
        public void close() throws IOException {
            try (socket) {
                send(DESTROY_SESSION, ByteBuffer.allocate(2).putShort((short) id));
            }
        }

        /** {@code destination | options | date ms (8) | signature of all before}. */
        private ByteBuffer sessionConfig(Map<String, String> more) throws GeneralSecurityException {
            Map<String, String> options = new TreeMap<>(more);
            options.put("i2cp.fastReceive", "true"); // Messages come by themselves, not on request.
            options.put("i2cp.leaseSetEncType", Integer.toString(X25519));
            options.put("i2cp.messageReliability", "BestEffort");
            options.put("outbound.nickname", "RawI2cp");
            byte[] mapping = mapping(options);
            ByteBuffer signed = ByteBuffer.allocate(destination.length + mapping.length + 8);
            signed.put(destination).put(mapping).putLong(System.currentTimeMillis());
            return concatenated(signed.array(), signature(signed.array()));
        }

        /**
         * A lease names the gateway of a tunnel that leads to us, and until when. The router asks for a lease set signed
         * by the destination, as only its holder can make it: now, and again whenever the tunnels change.
         */
        private void answerLeaseRequest(ByteBuffer request) throws IOException, GeneralSecurityException {
            int session = request.getShort() & 0xffff;
            int count = request.get() & 0xff;
            if (request.remaining() < count * LEASE_SIZE) {
                throw new IOException("a lease request is cut off");
            }
            long published = System.currentTimeMillis() / 1000;
            long expires = published;
            ByteBuffer leases = ByteBuffer.allocate(count * (32 + 4 + 4));
            for (int lease = 0; lease < count; lease++) {
                byte[] gatewayAndTunnel = new byte[32 + 4];
                request.get(gatewayAndTunnel);
                long end = request.getLong() / 1000; // Milliseconds here, seconds in the lease set.
                leases.put(gatewayAndTunnel).putInt((int) end);
                expires = Math.max(expires, end);
            }
            byte[] publicKey = rawPublicKey(encryption);
            byte[] privateKey = rawPrivateKey(encryption);

            // destination | published s (4) | expires in s (2) | flags (2) | options | keys | leases
            ByteBuffer leaseSet = ByteBuffer.allocate(destination.length + 8 + 2 + 5 + 32 + 1 + leases.capacity());
            leaseSet.put(destination).putInt((int) published).putShort((short) (expires - published));
            leaseSet.putShort((short) 0).putShort((short) 0);
            leaseSet.put((byte) 1).putShort((short) X25519).putShort((short) 32).put(publicKey);
            leaseSet.put((byte) count).put(leases.array());

            // The signature covers the lease set's type as well, so that it cannot be taken for one of another type.
            byte[] signed =
                    concatenated(new byte[] {LEASE_SET_2}, leaseSet.array()).array();
            byte[] signature = signature(signed);

            // session (2) | type (1) | lease set | signature | private keys, for the router decrypts for us
            ByteBuffer body = ByteBuffer.allocate(2 + signed.length + signature.length + 5 + 32);
            body.putShort((short) session).put(signed).put(signature);
            body.put((byte) 1).putShort((short) X25519).putShort((short) 32).put(privateKey);
            send(CREATE_LEASE_SET_2, body);
        }

        private byte[] signature(byte[] data) throws GeneralSecurityException {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(signing.getPrivate());
            signer.update(data);
            return signer.sign();
        }

        private void send(int type, ByteBuffer body) throws IOException {
            byte[] bytes = body.array();
            out.write(ByteBuffer.allocate(5 + bytes.length)
                    .putInt(bytes.length)
                    .put((byte) type)
                    .put(bytes)
                    .array());
        }

        /** The body of the next message of a type. Lease requests may come at any time, and are answered. */
        private ByteBuffer await(int wanted) throws IOException, GeneralSecurityException {
            while (true) {
                int length;
                try {
                    length = in.readInt();
                } catch (EOFException end) {
                    throw new IOException("the router closed the connection", end);
                }
                if (length < 0 || length > MAX_BODY) {
                    throw new IOException("a message of " + length + " bytes");
                }
                int type = in.readUnsignedByte();
                ByteBuffer body = ByteBuffer.wrap(in.readNBytes(length));
                if (body.remaining() < length) {
                    throw new IOException("the router closed the connection");
                }
                if (type == wanted) {
                    return body;
                }
                switch (type) {
                    case REQUEST_VARIABLE_LEASE_SET -> answerLeaseRequest(body);
                    case DISCONNECT ->
                        throw new IOException(
                                "the router hung up: " + new String(rest(body.position(1)), StandardCharsets.UTF_8));
                    default -> {} // Statuses of earlier messages, the date again, what later versions invent.
                }
            }
        }
    }

    /**
     * {@code encryption key (256) | signing key (128, its bytes at the end) | certificate}. The first is unused and holds
     * one random block over and over, which compresses well; the certificate names the type of the second.
     */
    private static byte[] newDestination(byte[] signingKey) {
        byte[] block = new byte[32];
        new SecureRandom().nextBytes(block);
        ByteBuffer destination = ByteBuffer.allocate(384 + 7);
        for (int repeat = 0; repeat < 11; repeat++) {
            destination.put(block);
        }
        destination.put(signingKey);
        return destination
                .put(HexFormat.of().parseHex("05" + "0004" + "0007" + "0000"))
                .array();
    }

    /** The 32 bytes of a public key; X.509 puts a header of fixed length before them. */
    private static byte[] rawPublicKey(KeyPair pair) {
        byte[] encoded = pair.getPublic().getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    }

    private static byte[] rawPrivateKey(KeyPair pair) {
        byte[] encoded = pair.getPrivate().getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    }

    /**
     * Messages travel as gzip members whose time stamp holds the two ports (2 + 2) and whose "operating system" is the
     * protocol number.
     */
    private static byte[] packed(byte[] message) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        deflater.setInput(message);
        deflater.finish();
        byte[] deflated = new byte[message.length + 64];
        int length = deflater.deflate(deflated);
        deflater.end();

        CRC32 checksum = new CRC32();
        checksum.update(message);
        ByteBuffer member = ByteBuffer.allocate(10 + length + 8);
        member.put(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 2, RAW_DATAGRAM});
        member.put(deflated, 0, length).order(ByteOrder.LITTLE_ENDIAN);
        return member.putInt((int) checksum.getValue()).putInt(message.length).array();
    }

    private static byte[] unpacked(byte[] member) throws IOException {
        if (member.length < 10 + 8 || member[0] != 0x1f || member[1] != (byte) 0x8b || member[9] != RAW_DATAGRAM) {
            throw new IOException("not a raw datagram");
        }
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(member, 10, member.length - 10);
            byte[] buffer = new byte[MAX_MESSAGE];
            int length = 0;
            while (!inflater.finished()) {
                int count = inflater.inflate(buffer, length, buffer.length - length);
                if (count == 0 && !inflater.finished()) {
                    throw new IOException("a message that is cut off or too long");
                }
                length += count;
            }
            CRC32 checksum = new CRC32();
            checksum.update(buffer, 0, length);
            ByteBuffer trailer = ByteBuffer.wrap(member, 10 + inflater.getTotalIn(), inflater.getRemaining());
            if (trailer.remaining() != 8
                    || trailer.order(ByteOrder.LITTLE_ENDIAN).getInt() != (int) checksum.getValue()) {
                throw new IOException("a message with a wrong checksum");
            }
            return Arrays.copyOf(buffer, length);
        } catch (DataFormatException malformed) {
            throw new IOException("a message that does not unpack", malformed);
        } finally {
            inflater.end();
        }
    }

    /** {@code length (1) | UTF-8}. */
    private static ByteBuffer string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return concatenated(new byte[] {(byte) bytes.length}, bytes);
    }

    /** {@code size (2) | (key "=" value ";")*}, sorted by key, for it is signed. */
    private static byte[] mapping(Map<String, String> entries) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        new TreeMap<>(entries).forEach((key, value) -> {
            body.writeBytes(string(key).array());
            body.write('=');
            body.writeBytes(string(value).array());
            body.write(';');
        });
        return ByteBuffer.allocate(2 + body.size())
                .putShort((short) body.size())
                .put(body.toByteArray())
                .array();
    }

    private static ByteBuffer concatenated(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length).put(first).put(second);
    }

    private static byte[] rest(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
