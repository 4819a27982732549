package dev.samovar.router;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * Whom a new router asks for its first RouterInfos, and whom it believes. Comes with the program, as a folder of resources:
 *
 * <pre>
 * hosts.txt       a folder's https address a line; what begins with # says nothing
 * signers/*.crt   X.509 certificates in PEM, RSA-4096: who may sign bundles; the common name is the signer's
 * tls/*.crt       certificates of hosts that no authority known to the JDK has certified
 * index.txt       the names of the certificates above
 * </pre>
 *
 * An operator's folder of the same layout, without the index, overrides each of the three parts that it holds.
 *
 * @param hosts whom to ask
 * @param signers who may sign, by name
 * @param tlsCertificates trusted beside the authorities that the JDK knows
 */
public record ReseedSources(
        List<URI> hosts, Map<String, X509Certificate> signers, List<X509Certificate> tlsCertificates) {

    private static final String HOSTS = "hosts.txt";
    private static final String SIGNERS = "signers";
    private static final String TLS = "tls";
    private static final String INDEX = "index.txt";
    private static final String SUFFIX = ".crt";

    private static final int MAX_FILE = 64 * 1024;
    private static final int MAX_HOSTS = 256;
    private static final int MAX_CERTIFICATES = 256;
    private static final int SIGNER_BITS = 4096;

    public ReseedSources {
        hosts = List.copyOf(hosts);
        signers = Map.copyOf(signers);
        tlsCertificates = List.copyOf(tlsCertificates);
    }

    /** What comes with the program. */
    public static ReseedSources shipped() {
        try {
            List<byte[]> signers = new ArrayList<>();
            List<byte[]> tls = new ArrayList<>();
            for (String name : lines(resource(INDEX))) {
                (name.startsWith(SIGNERS) ? signers : tls).add(resource(name));
            }
            return new ReseedSources(hosts(HOSTS, resource(HOSTS)), signers(signers), certificates(tls));
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        }
    }

    /**
     * What comes with the program, overridden by an operator's folder, which need not exist.
     *
     * @throws IOException for a file there that cannot be used; the message names it and may be shown
     */
    public static ReseedSources withOverrides(Path folder) throws IOException {
        ReseedSources shipped = shipped();
        Path hosts = folder.resolve(HOSTS);
        Path signers = folder.resolve(SIGNERS);
        Path tls = folder.resolve(TLS);
        return new ReseedSources(
                isAbsent(hosts) ? shipped.hosts : some(hosts(hosts.toString(), bounded(hosts)), hosts, "host"),
                isAbsent(signers) ? shipped.signers : signers(some(files(signers), signers, "certificate")),
                isAbsent(tls) ? shipped.tlsCertificates : certificates(files(tls)));
    }

    /** Whether it is certain that it is not there: whoever may have put something there wants no others asked or believed. */
    private static boolean isAbsent(Path override) {
        return Files.notExists(override, LinkOption.NOFOLLOW_LINKS);
    }

    private static <T> List<T> some(List<T> all, Path override, String what) throws IOException {
        if (all.isEmpty()) {
            throw new IOException(override + " holds no " + what);
        }
        return all;
    }

    /** The key of this signer if their certificate holds at this time, else null. */
    RSAPublicKey signerKey(String signer, long epochMillis) {
        X509Certificate certificate = signers.get(signer);
        if (certificate == null
                || epochMillis < certificate.getNotBefore().getTime()
                || epochMillis > certificate.getNotAfter().getTime()) {
            return null;
        }
        return (RSAPublicKey) certificate.getPublicKey();
    }

    boolean knowsSigner(String signer) {
        return signers.containsKey(signer);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = ReseedSources.class.getResourceAsStream("reseed/" + name)) {
            if (in == null) {
                throw new FileNotFoundException(name);
            }
            return in.readAllBytes();
        }
    }

    private static byte[] bounded(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_FILE + 1);
            if (bytes.length > MAX_FILE) {
                throw new IOException(file + " is longer than " + MAX_FILE + " bytes");
            }
            return bytes;
        }
    }

    private static List<byte[]> files(Path folder) throws IOException {
        List<byte[]> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path file : files) {
                if (all.size() == MAX_CERTIFICATES) {
                    throw new IOException(folder + " holds more than " + MAX_CERTIFICATES + " certificates");
                }
                all.add(bounded(file));
            }
        }
        return all;
    }

    private static List<String> lines(byte[] text) {
        return new String(text, StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    private static List<URI> hosts(String file, byte[] text) throws IOException {
        List<URI> hosts = new ArrayList<>();
        for (String line : lines(text)) {
            URI host;
            try {
                host = new URI(line.endsWith("/") ? line : line + "/");
            } catch (URISyntaxException malformed) {
                throw new IOException(file + ": '" + line + "' is not an https address", malformed);
            }
            if (!"https".equals(host.getScheme()) || host.getHost() == null || hosts.size() == MAX_HOSTS) {
                throw new IOException(file + ": '" + line + "' is not an https address, or one too many");
            }
            hosts.add(host);
        }
        return hosts;
    }

    private static List<X509Certificate> certificates(List<byte[]> files) throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (byte[] file : files) {
            try {
                certificates.add((X509Certificate)
                        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(file)));
            } catch (CertificateException malformed) {
                throw new IOException("a reseed certificate cannot be read: " + malformed.getMessage(), malformed);
            }
        }
        return certificates;
    }

    private static Map<String, X509Certificate> signers(List<byte[]> files) throws IOException {
        Map<String, X509Certificate> signers = new LinkedHashMap<>();
        for (X509Certificate certificate : certificates(files)) {
            String name = commonName(certificate);
            if (!(certificate.getPublicKey() instanceof RSAPublicKey key)
                    || key.getModulus().bitLength() != SIGNER_BITS) {
                throw new IOException("the certificate of the reseed signer " + name + " is not of RSA-4096");
            }
            signers.put(name, certificate);
        }
        return signers;
    }

    private static String commonName(X509Certificate certificate) throws IOException {
        try {
            LdapName subject =
                    new LdapName(certificate.getSubjectX500Principal().getName());
            for (Rdn part : subject.getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    return part.getValue().toString();
                }
            }
        } catch (InvalidNameException malformed) {
            throw new IOException("a reseed certificate has no name", malformed);
        }
        throw new IOException("a reseed certificate has no common name");
    }
}
