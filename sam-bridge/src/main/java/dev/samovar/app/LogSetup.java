package dev.samovar.app;

import java.util.Locale;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.appender.ConsoleAppender;
import org.apache.logging.log4j.core.config.AbstractConfiguration;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.LoggerConfig;

/**
 * Where the log goes: standard error, one line an event ({@link LogLayout}). Third parties speak only when they must. Made
 * here and not read from a file, since reading one takes half as long as all the rest of the start. Whoever wants another
 * log names a Log4j configuration by the system property {@value #OWN_CONFIGURATION}.
 */
final class LogSetup {

    private static final String OWN_CONFIGURATION = "log4j2.configurationFile";

    private LogSetup() {}

    /** To be called before anything logs; {@code level} is one of error, warn, info, debug. */
    static void start(String level) {
        if (System.getProperty(OWN_CONFIGURATION) == null) {
            Configurator.initialize(
                    LogSetup.class.getClassLoader(), new Configuration(Level.valueOf(level.toUpperCase(Locale.ROOT))));
        }
    }

    private static final class Configuration extends AbstractConfiguration {

        private final Level level;

        Configuration(Level level) {
            super(null, ConfigurationSource.NULL_SOURCE);
            this.level = level;
            setName("samovar");
            // the program ends itself in order (ProcessEnd), so Log4j must not end before
            isShutdownHookEnabled = false;
        }

        @Override
        protected void doConfigure() {
            ConsoleAppender appender = ConsoleAppender.newBuilder()
                    .setName("stderr")
                    .setTarget(ConsoleAppender.Target.SYSTEM_ERR)
                    .setLayout(new LogLayout(level == Level.DEBUG))
                    .setConfiguration(this)
                    .build();
            appender.start();
            addAppender(appender);
            getRootLogger().setLevel(level == Level.ERROR ? Level.ERROR : Level.WARN);
            getRootLogger().addAppender(appender, null, null);
            addLogger(LogLayout.OURS, new LoggerConfig(LogLayout.OURS, level, true));
        }
    }
}
