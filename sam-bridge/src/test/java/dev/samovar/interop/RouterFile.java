package dev.samovar.interop;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;

/** As much of a RouterInfo file as it takes to store it in another router's database. */
final class RouterFile {
    private final byte[] bytes;
    private final String hash;
    private final String capabilities;

    private RouterFile(byte[] bytes, String hash, String capabilities) {
        this.bytes = bytes;
        this.hash = hash;
        this.capabilities = capabilities;
    }

    /** In I2P base64. */
    String hash() {
        return hash;
    }

    String capabilities() {
        return capabilities;
    }

    static RouterFile read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length < 387) {
            throw new EOFException("half written");
        }
        int identity = 387 + ByteBuffer.wrap(bytes).getShort(385);
        byte[] hash;
        try {
            hash = MessageDigest.getInstance("SHA-256").digest(Arrays.copyOf(bytes, identity));
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new IOException(impossible);
        }
        DataInputStream in = new DataInputStream(new java.io.ByteArrayInputStream(bytes));
        in.skipNBytes(identity + 8L);
        for (int addresses = in.readUnsignedByte(); addresses > 0; addresses--) {
            in.skipNBytes(1 + 8); // Cost, expiration.
            in.skipNBytes(in.readUnsignedByte()); // Style.
            in.skipNBytes(in.readUnsignedShort()); // Options.
        }
        in.skipNBytes(32L * in.readUnsignedByte());
        String options = new String(in.readNBytes(in.readUnsignedShort()), StandardCharsets.ISO_8859_1);
        // A mapping: length, "caps", '=', length, value, ';'.
        int caps = options.indexOf("caps=");
        String capabilities = caps < 0 ? "" : options.substring(caps + 6, options.indexOf(';', caps));
        String text = Base64.getEncoder().encodeToString(hash).replace('+', '-').replace('/', '~');
        return new RouterFile(bytes, text, capabilities);
    }

    /** Puts it where a router looks for what it knows when it starts. */
    void store(Path database) throws IOException {
        Path shelf = Files.createDirectories(database.resolve("r" + hash.charAt(0)));
        Files.write(shelf.resolve("routerInfo-" + hash + ".dat"), bytes);
    }
}
