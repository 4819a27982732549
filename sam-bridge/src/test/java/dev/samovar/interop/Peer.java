package dev.samovar.interop;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Software that a test needs and a machine may lack. */
final class Peer {
    private Peer() {}

    /**
     * Skips the test, by the name of what is missing. Under SAMOVAR_REQUIRE_PEERS=true that is a failure: there, every
     * peer has to be installed.
     */
    static void require(boolean present, String what) {
        if (Boolean.parseBoolean(System.getenv("SAMOVAR_REQUIRE_PEERS"))) {
            Assertions.assertTrue(present, "not installed: " + what);
        }
        Assumptions.assumeTrue(present, () -> "not installed: " + what);
    }

    /** The first of the programs that is there; a name without a slash is looked for in PATH. */
    static String program(String... names) {
        Optional<String> found = Stream.of(names)
                .flatMap(name -> name.indexOf('/') >= 0
                        ? Stream.of(Path.of(name))
                        : Stream.of(System.getenv("PATH").split(File.pathSeparator))
                                .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
        require(found.isPresent(), names[names.length - 1]);
        return found.orElseThrow();
    }
}
