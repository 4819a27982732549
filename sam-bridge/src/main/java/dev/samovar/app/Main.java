package dev.samovar.app;

import dev.samovar.app.GatewayConfig.RouterChoice;
import dev.samovar.base.ProcessEnd;
import dev.samovar.base.SystemClock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The program: reads the command line, starts the {@link Gateway}, says READY, ends when asked.
 *
 * <p>Exit codes: 0 ended as asked, 1 could not start, 2 wrong usage.
 */
public final class Main {

    private static final int CANNOT_START = 1;
    private static final int WRONG_USAGE = 2;

    private static final long START_SECONDS = 30;
    private static final long END_SECONDS = 5;

    private Main() {}

    public static void main(String[] words) {
        int failed = run(words, System.getenv());
        if (failed != 0) {
            System.exit(failed);
        }
    }

    /** Starts what the words ask for; an exit code other than 0 when nothing was started. */
    static int run(String[] words, Map<String, String> environment) {
        try {
            CommandLine commandLine = CommandLine.parse(words);
            if (commandLine instanceof CommandLine.Help) {
                System.out.print(ConfigKey.helpText());
            } else if (commandLine instanceof CommandLine.Version) {
                System.out.println("samovar " + version());
            } else if (commandLine instanceof CommandLine.Run run) {
                ConfigLoader loader = new ConfigLoader(run.flags(), environment);
                // before anything of Netty's is touched, which would set the log up in its own way
                LogSetup.start(loader.logLevel());
                GatewayConfig config = loader.load();
                // else Netty reads the network cards for one, to name channels that nobody here names
                System.setProperty("io.netty.machineId", "02:00:00:00:00:01");
                start(config);
            } else if (commandLine instanceof CommandLine.Status status) {
                LogSetup.start("error");
                Path dataDir = new ConfigLoader(status.flags(), environment).dataDir();
                System.out.print(StatusCommand.run(dataDir, status.json(), SystemClock.INSTANCE));
            }
            return 0;
        } catch (UsageException wrong) {
            System.err.println("samovar: " + wrong.getMessage());
            return WRONG_USAGE;
        } catch (StartException failed) {
            System.err.println("samovar: " + failed.getMessage());
            return CANNOT_START;
        }
    }

    private static void start(GatewayConfig config) throws StartException {
        DataDirectory.prepare(config.dataDir());
        DataDirectory.Hold hold = DataDirectory.lock(config.dataDir());
        Logger log = LoggerFactory.getLogger("dev.samovar.app");
        Gateway gateway = new Gateway(config, version());
        String ready;
        try {
            ready = gateway.start().get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            gateway.close();
            if (failed.getCause() instanceof StartException reason) {
                throw reason;
            }
            throw new StartException("could not start: " + failed.getCause());
        } catch (InterruptedException | TimeoutException slow) {
            gateway.close();
            throw new StartException("could not start within " + START_SECONDS + " s");
        }
        ProcessEnd.onRequest(() -> {
            log.info("ending: closing sessions");
            try {
                gateway.close().get(END_SECONDS, TimeUnit.SECONDS);
                hold.close();
                log.info("ended");
            } catch (IOException unlocked) {
                log.info("ended");
            } catch (InterruptedException | ExecutionException | TimeoutException slow) {
                log.warn("ended before every session was closed");
            }
        });
        if (config.router() instanceof RouterChoice.EmbeddedLocal) {
            // not by the log, whose level or configuration could silence it
            System.err.println("samovar: network local: it exists only inside this process and gives NO ANONYMITY;"
                    + " nothing reaches I2P");
        }
        System.out.println(ready);
        System.out.flush();
    }

    private static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(built in place)" : version;
    }
}
