package dev.samovar.router;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;

/** A private key with its certificate, made by the JDK's keytool: a signer of bundles, or the host of a TLS server. */
final class TestSigner {

    static final char[] PASSWORD = "password".toCharArray();

    private final String name;
    private final KeyStore store;

    private TestSigner(String name, KeyStore store) {
        this.name = name;
        this.store = store;
    }

    /**
     * @param name the common name
     * @param more for keytool: extensions, dates
     */
    static TestSigner make(String name, int bits, String... more) {
        try {
            Path folder = Files.createTempDirectory("signer");
            Path file = folder.resolve("store.p12");
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    "key",
                    "-keyalg",
                    "RSA",
                    "-keysize",
                    Integer.toString(bits),
                    "-dname",
                    "CN=" + name + ", O=Test",
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    new String(PASSWORD),
                    "-keystore",
                    file.toString()));
            command.addAll(Arrays.asList(more));
            Process keytool =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                throw new IllegalStateException("keytool: " + said);
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(file))) {
                store.load(in, PASSWORD);
            }
            Files.delete(file);
            Files.delete(folder);
            return new TestSigner(name, store);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (GeneralSecurityException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    String name() {
        return name;
    }

    KeyStore store() {
        return store;
    }

    X509Certificate certificate() {
        try {
            return (X509Certificate) store.getCertificate("key");
        } catch (GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Signs as reseed hosts do: the bare hash in PKCS #1 padding. */
    byte[] signRaw(byte[] data, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-512");
            digest.update(data, 0, length);
            Cipher rsa = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            rsa.init(Cipher.ENCRYPT_MODE, (PrivateKey) store.getKey("key", PASSWORD));
            return rsa.doFinal(digest.digest());
        } catch (GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
