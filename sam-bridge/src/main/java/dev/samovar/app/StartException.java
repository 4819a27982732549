package dev.samovar.app;

/** The program cannot start: one clear line, exit code 1. */
final class StartException extends Exception {

    StartException(String line) {
        super(line, null, false, false);
    }
}
