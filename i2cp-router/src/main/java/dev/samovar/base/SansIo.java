package dev.samovar.base;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a core: an object that knows a protocol and nothing of threads, sockets or clocks. Time and randomness are
 * arguments; outputs are polled. The architecture tests hold a marked class to that.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface SansIo {}
