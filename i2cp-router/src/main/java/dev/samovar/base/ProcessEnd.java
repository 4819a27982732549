package dev.samovar.base;

/**
 * What happens when the process is asked to end (Ctrl-C, SIGTERM). The JVM by itself would end with the code of the
 * signal; a program that was asked to end and did has not failed, so it ends with 0 here.
 */
public final class ProcessEnd {

    private ProcessEnd() {}

    /** Runs {@code work} once when the process is asked to end, on a thread of its own, then ends it with exit code 0. */
    public static void onRequest(Runnable work) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            try {
                                work.run();
                            } finally {
                                Runtime.getRuntime().halt(0);
                            }
                        },
                        "end"));
    }
}
