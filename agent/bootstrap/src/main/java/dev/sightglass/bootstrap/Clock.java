package dev.sightglass.bootstrap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;

/**
 * Wall clock that costs a load. A read of the real clock takes 34 to 51 ns, so one thread of the
 * agent reads it every {@link #PERIOD_MILLIS} ms and leaves the value here; a task notices that
 * time moved by comparing.
 */
public final class Clock {
  public static final long PERIOD_MILLIS = 5;

  private static final VarHandle NOW;
  private static long now = read();

  static {
    try {
      NOW = MethodHandles.lookup().findStaticVarHandle(Clock.class, "now", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private Clock() {}

  /**
   * Microseconds since 1970, at most a few milliseconds old. Opaque, so that a loop never keeps a
   * stale copy for ever.
   */
  static long now() {
    return (long) NOW.getOpaque();
  }

  /** Called by the clock thread. */
  public static void update() {
    NOW.setOpaque(read());
  }

  /** The real clock, in microseconds since 1970. */
  public static long read() {
    Instant i = java.time.Clock.systemUTC().instant();
    return i.getEpochSecond() * 1_000_000L + i.getNano() / 1000;
  }
}
