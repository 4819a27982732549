package dev.samovar.app;

/** The user asked for something that cannot be: one clear line, exit code 2. */
final class UsageException extends Exception {

    UsageException(String line) {
        super(line, null, false, false);
    }
}
