package dev.samovar.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReseedSourcesTest {

    @TempDir
    Path folder;

    private static String pem(TestSigner signer) throws Exception {
        return "some words before\n-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(signer.certificate().getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    private String refused() {
        return assertThrows(IOException.class, () -> ReseedSources.withOverrides(folder))
                .getMessage();
    }

    @Test
    void theShippedFolderIsWholeAndItsIndexNamesAllOfIt() throws Exception {
        ReseedSources shipped = ReseedSources.shipped();
        assertTrue(shipped.hosts().size() >= 8);
        assertTrue(shipped.signers().size() >= 10);
        assertNotNull(shipped.signers().get("echelon3@mail.i2p"));
        Path resources = Path.of(
                        ReseedSources.class.getResource("reseed/index.txt").toURI())
                .getParent();
        try (Stream<Path> files = Files.walk(resources)) {
            List<String> certificates = files.filter(file -> file.toString().endsWith(".crt"))
                    .map(file -> resources.relativize(file).toString())
                    .sorted()
                    .toList();
            assertEquals(Files.readAllLines(resources.resolve("index.txt")), certificates);
            assertEquals(
                    certificates.size(),
                    shipped.signers().size() + shipped.tlsCertificates().size());
        }
    }

    @Test
    void aSignerCountsOnlyWhileTheirCertificateHolds() {
        ReseedSources shipped = ReseedSources.shipped();
        long from = shipped.signers().get("echelon3@mail.i2p").getNotBefore().getTime();
        long until = shipped.signers().get("echelon3@mail.i2p").getNotAfter().getTime();
        assertNotNull(shipped.signerKey("echelon3@mail.i2p", from));
        assertNotNull(shipped.signerKey("echelon3@mail.i2p", until));
        assertNull(shipped.signerKey("echelon3@mail.i2p", from - 1));
        assertNull(shipped.signerKey("echelon3@mail.i2p", until + 1));
        assertNull(shipped.signerKey("nobody@mail.i2p", from));
    }

    @Test
    void anOperatorsFolderOverridesThePartsThatItHolds() throws Exception {
        assertEquals(
                ReseedSources.shipped().hosts(),
                ReseedSources.withOverrides(folder.resolve("none")).hosts());
        Files.writeString(folder.resolve("hosts.txt"), "# mine\n\nhttps://a.example\nhttps://b.example:8443/x/\n");
        ReseedSources hosts = ReseedSources.withOverrides(folder);
        assertEquals(List.of(URI.create("https://a.example/"), URI.create("https://b.example:8443/x/")), hosts.hosts());
        assertEquals(ReseedSources.shipped().signers(), hosts.signers());
        Files.createDirectory(folder.resolve("signers"));
        TestSigner mine = TestSigner.make("me@mail.i2p", 4096);
        Files.writeString(folder.resolve("signers/me.crt"), pem(mine));
        Files.writeString(folder.resolve("signers/README"), "no certificate");
        ReseedSources signers = ReseedSources.withOverrides(folder);
        assertEquals(mine.certificate(), signers.signers().get("me@mail.i2p"));
        assertEquals(1, signers.signers().size());
        Files.createDirectory(folder.resolve("tls"));
        assertEquals(List.of(), ReseedSources.withOverrides(folder).tlsCertificates());
    }

    @Test
    void filesThatCannotBeUsedAreNamed() throws Exception {
        for (String wrong : List.of("http://a.example/", "a.example", "https://", "https://a b/")) {
            Files.writeString(folder.resolve("hosts.txt"), wrong);
            assertTrue(refused().contains("hosts.txt"), wrong);
        }
        Files.writeString(folder.resolve("hosts.txt"), "#".repeat(70_000));
        assertTrue(refused().contains("longer"));
        Files.writeString(folder.resolve("hosts.txt"), "# none\n\n");
        assertTrue(refused().contains("hosts.txt holds no host"));
        Files.delete(folder.resolve("hosts.txt"));
        Files.createSymbolicLink(folder.resolve("hosts.txt"), folder.resolve("gone.txt"));
        assertTrue(
                refused().contains("hosts.txt"), "a link that leads nowhere is no word for the hosts of the program");
        Files.delete(folder.resolve("hosts.txt"));
        Files.createDirectory(folder.resolve("signers"));
        assertTrue(refused().contains("holds no certificate"));
        Files.writeString(folder.resolve("signers/a.crt"), "nonsense");
        assertTrue(refused().contains("cannot be read"));
        Files.writeString(folder.resolve("signers/a.crt"), pem(TestSigner.make("weak@mail.i2p", 2048)));
        assertTrue(refused().contains("RSA-4096"));
    }
}
