package dev.samovar.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a program does where the native library does not load, or is forbidden. */
class NativeLibraryFallbackTest {

    /** Prints what was chosen, why, and whether it signs. */
    static final class Program {
        public static void main(String[] words) {
            SigningKeys keys = SigningKeys.of(SigType.EdDSA_SHA512_Ed25519, SecretBytes.takeOver(new byte[32]));
            byte[] message = {1};
            boolean signs = Signatures.verify(keys.type(), keys.publicKey(), message, keys.sign(message));
            System.out.println(CryptoProvider.current() + "|" + signs + "|" + CryptoProvider.whyNotNative());
        }
    }

    private static String run(String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return output.strip();
    }

    @Test
    void whereItDoesNotLoadTheOtherProviderServesAndTheReasonIsOneLine() throws Exception {
        // a processor that it was not built for
        String[] words = run("-Dos.arch=sparc").split("\\|");
        assertEquals("BOUNCY_CASTLE", words[0]);
        assertEquals("true", words[1]);
        assertTrue(words[2].length() > 10 && words[2].length() < 250, words[2]);
    }

    @Test
    void whoForbidsItIsObeyedWithoutAReason() throws Exception {
        assertEquals("BOUNCY_CASTLE|true|null", run("-D" + CryptoProvider.PROPERTY + "=bouncycastle"));
    }
}
