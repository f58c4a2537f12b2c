package dev.sightglass.bootstrap;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.chrono.ChronoLocalDate;
import java.time.chrono.ChronoLocalDateTime;
import java.time.chrono.ChronoZonedDateTime;
import java.util.Calendar;
import java.util.Date;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads of clocks and random numbers in user code. Calls of these are put behind the read itself,
 * with a copy of what it gave, so user code gets exactly what it would get without; two give a
 * value that the read then uses. Nothing here throws. On threads that are no task's nothing is
 * told.
 */
public final class ReadProbe {
  private static final long SECONDS_A_DAY = 86_400;

  /** As {@link java.util.Random} makes seeds: each one differs, together with the clock. */
  private static final AtomicLong UNIQUE = new AtomicLong(8_682_522_807_148_012L);

  private ReadProbe() {}

  /** Where the read is told, or null. */
  private static Reads reads() {
    TaskContext t = Hooks.off ? null : TaskContext.working();
    return t == null ? null : t.reads;
  }

  // ---- clocks

  /** The wall clock in ms. */
  public static void millis(long v) {
    try {
      Reads r = reads();
      if (r != null) {
        r.clock(Reads.WALL, v);
      }
    } catch (Throwable t) {
      Hooks.fail(t);
    }
  }

  /** {@link System#nanoTime()}. */
  public static void nanos(long v) {
    told(Reads.NANOS, v);
  }

  /** A moment as an object of java.time or java.util. */
  public static void moment(Object o) {
    try {
      Reads r = reads();
      if (r == null) {
        return;
      }
      if (o instanceof Calendar) {
        r.clock(Reads.WALL, ((Calendar) o).getTimeInMillis());
      } else if (o instanceof Date) {
        r.clock(Reads.WALL, ((Date) o).getTime());
      } else {
        long[] seconds = new long[2];
        if (seconds(o, seconds)) {
          r.told(Reads.INSTANT, seconds[0], seconds[1]);
        }
      }
    } catch (Throwable t) {
      Hooks.fail(t);
    }
  }

  /**
   * Seconds and nanoseconds since 1970: of what has a zone or is an instant, in UTC; of what has
   * none, of its own calendar.
   */
  private static boolean seconds(Object o, long[] to) {
    if (o instanceof Instant) {
      Instant i = (Instant) o;
      to[0] = i.getEpochSecond();
      to[1] = i.getNano();
    } else if (o instanceof ChronoZonedDateTime) {
      return seconds(((ChronoZonedDateTime<?>) o).toInstant(), to);
    } else if (o instanceof OffsetDateTime) {
      return seconds(((OffsetDateTime) o).toInstant(), to);
    } else if (o instanceof ChronoLocalDateTime) {
      to[0] = ((ChronoLocalDateTime<?>) o).toEpochSecond(ZoneOffset.UTC);
      to[1] = ((ChronoLocalDateTime<?>) o).toLocalTime().getNano();
    } else if (o instanceof ChronoLocalDate) {
      to[0] = ((ChronoLocalDate) o).toEpochDay() * SECONDS_A_DAY;
    } else if (o instanceof LocalTime) {
      to[0] = ((LocalTime) o).toSecondOfDay();
      to[1] = ((LocalTime) o).getNano();
    } else if (o instanceof OffsetTime) {
      return seconds(((OffsetTime) o).toLocalTime(), to);
    } else if (o instanceof Year) {
      return seconds(((Year) o).atDay(1), to);
    } else if (o instanceof YearMonth) {
      return seconds(((YearMonth) o).atDay(1), to);
    } else if (o instanceof MonthDay) {
      // 1972 is a leap year: each day of a year is there.
      return seconds(LocalDateTime.of(((MonthDay) o).atYear(1972), LocalTime.MIN), to);
    } else {
      return false;
    }
    return true;
  }

  /** The wall clock in ms, read here: for {@code new Date()}. */
  public static long currentTimeMillis() {
    long v = System.currentTimeMillis();
    millis(v);
    return v;
  }

  /** The clock of state's time to live, ms: on a task's thread one value for each invocation. */
  public static long timeToLive() {
    try {
      Reads r = reads();
      if (r != null) {
        return r.timeToLive();
      }
    } catch (Throwable t) {
      Hooks.fail(t);
    }
    return System.currentTimeMillis();
  }

  // ---- random numbers

  private static void told(int source, long v) {
    try {
      Reads r = reads();
      if (r != null) {
        r.told(source, v);
      }
    } catch (Throwable t) {
      Hooks.fail(t);
    }
  }

  public static void drawn(int v) {
    told(Reads.RANDOM_INT, v);
  }

  public static void drawn(long v) {
    told(Reads.RANDOM_LONG, v);
  }

  public static void drawn(double v) {
    told(Reads.RANDOM_DOUBLE, Double.doubleToRawLongBits(v));
  }

  /** A float is told as the double that it is equal to. */
  public static void drawn(float v) {
    told(Reads.RANDOM_DOUBLE, Double.doubleToRawLongBits(v));
  }

  public static void gaussian(double v) {
    told(Reads.RANDOM_GAUSSIAN, Double.doubleToRawLongBits(v));
  }

  public static void drawn(boolean v) {
    told(Reads.RANDOM_BOOLEAN, v ? 1 : 0);
  }

  /** Bytes that were drawn, or a random UUID. */
  public static void bytes(Object o) {
    try {
      Reads r = reads();
      if (r == null) {
        return;
      }
      if (o instanceof UUID) {
        UUID u = (UUID) o;
        ByteBuffer b = ByteBuffer.allocate(16);
        b.putLong(u.getMostSignificantBits()).putLong(u.getLeastSignificantBits());
        r.told(Reads.RANDOM_BYTES, b.array());
      } else if (o instanceof byte[]) {
        r.told(Reads.RANDOM_BYTES, (byte[]) o);
      }
    } catch (Throwable t) {
      Hooks.fail(t);
    }
  }

  /** A seed for a generator that was asked to find one itself. */
  public static long seed() {
    long v = UNIQUE.updateAndGet(u -> u * 1_181_783_497_276_652_981L) ^ System.nanoTime();
    told(Reads.SEED, v);
    return v;
  }

  /** {@link java.util.Collections#shuffle(java.util.List)} with a generator whose seed is told. */
  public static void shuffle(java.util.List<?> list) {
    java.util.Collections.shuffle(list, new java.util.Random(seed()));
  }
}
