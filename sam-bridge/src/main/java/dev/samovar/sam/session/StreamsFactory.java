package dev.samovar.sam.session;

import dev.samovar.data.DestinationKeys;
import dev.samovar.i2cp.client.I2cpClientSession;
import dev.samovar.i2cp.client.SessionOptions;
import dev.samovar.streaming.Streams;

/** Makes the streams of a session that stands. */
@FunctionalInterface
public interface StreamsFactory {

    Streams create(I2cpClientSession session, DestinationKeys keys, SessionOptions options);
}
