package dev.samovar.crypto;

import java.util.Arrays;
import java.util.stream.Stream;

/** The providers that tests are repeated with: those that work on this machine. */
final class WorkingProviders {

    static final String ALL = "dev.samovar.crypto.WorkingProviders#all";

    private WorkingProviders() {}

    static Stream<CryptoProvider> all() {
        return Arrays.stream(CryptoProvider.values()).filter(CryptoProvider::works);
    }
}
