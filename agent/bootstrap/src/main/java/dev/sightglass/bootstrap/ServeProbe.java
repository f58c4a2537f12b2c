package dev.sightglass.bootstrap;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.chrono.ChronoLocalDate;
import java.util.Calendar;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads of clocks and random numbers in a task that runs again. In a replay calls of these are put
 * where {@link ReadProbe} is put otherwise: each takes what the machine gave and gives what the
 * recorded task got; the read is told like any other. What is no task's goes through as it is.
 */
public final class ServeProbe {
  private static final int SECONDS_A_DAY = 86_400;

  /** The callback that was registered last where nothing is told, and how many were. */
  private static volatile Object untold;

  private static final AtomicLong UNTOLD = new AtomicLong();

  private ServeProbe() {}

  private static Reads reads() {
    TaskContext t = Hooks.off ? null : TaskContext.working();
    return t == null ? null : t.reads;
  }

  // ---- clocks

  public static long millis(long v) {
    Reads r = reads();
    if (r == null) {
      return v;
    }
    long given = r.next(Reads.WALL, v);
    r.clock(Reads.WALL, given);
    return given;
  }

  public static long currentTimeMillis() {
    return millis(System.currentTimeMillis());
  }

  public static long nanos(long v) {
    return told(Reads.NANOS, v);
  }

  /** The clock of the runtime at its next read, which the hook on it will tell. */
  public static long runtime() {
    Reads r = reads();
    long now = System.currentTimeMillis();
    return r == null ? now : r.glance(Reads.RUNTIME, now);
  }

  /** A clock that stands still while the task is held up, ns; the hook on it will tell. */
  public static long relative(long v) {
    Reads r = reads();
    return r == null ? v : r.number(Reads.RELATIVE_NANOS, v);
  }

  // ---- where a task goes on that starts from a checkpoint

  /**
   * The next element of a channel has that number.
   *
   * @param gate the {@code CheckpointedInputGate} that reads it
   * @param info the channel's {@code InputChannelInfo}
   */
  public static void channel(Object gate, Object info, long next) {
    TaskContext t = TaskContext.current();
    ChannelContext c = t == null ? null : t.parts.gate(gate).channel(info);
    if (c != null) {
      c.recovering = false;
      c.count = next;
    }
  }

  /** The next element that leaves on a subpartition has that number. */
  public static void output(int output, int subpartition, long next) {
    TaskContext t = TaskContext.current();
    if (t != null && output < t.outputs()) {
      t.output(output).startAt(subpartition, next);
    }
  }

  /**
   * A watermark valve gave that out last.
   *
   * @param context what is kept on the valve; null = nothing yet
   * @return what is to be kept on it
   */
  public static Object valve(Object context, Object valve, long last) {
    Object kept = context == null ? InProbe.valve(valve) : context;
    if (kept instanceof ValveContext) {
      ((ValveContext) kept).startAt(last);
    }
    return kept;
  }

  /** What the task holds beside its snapshot, as the agent tells it at a barrier; or null. */
  public static byte[] transients(Object streamTask) {
    TaskContext t = TaskContext.current();
    return t == null ? null : Hooks.inspector().transients(t, streamTask);
  }

  /** The user's object in an operator, whose fields {@link #transients} tells; or null. */
  public static Object function(Object operator) {
    return Hooks.inspector().function(operator);
  }

  /** All numbers were given: the task goes on. */
  public static void goesOn() {
    TaskContext t = TaskContext.current();
    if (t != null) {
      t.tellBases();
    }
  }

  /** The callback that was registered last, or null. */
  public static Object registeredCallback() {
    Reads r = reads();
    return r == null ? untold : r.registrations.newest();
  }

  /** A callback is registered where nothing is told, as by a legacy source without its lock. */
  static void registering(Object callback) {
    if (Determinants.isServing()) {
      untold = callback;
    }
  }

  /** Chain index of the operator that a part of it belongs to; -1 = not known. */
  public static int operator(Object part) {
    TaskContext t = TaskContext.current();
    return t == null ? -1 : t.parts.operator(part).operator;
  }

  /**
   * The number of the callback that was registered last; where nothing is told, one that no
   * callback has.
   */
  public static long registered() {
    Reads r = reads();
    return r == null ? UNTOLD.decrementAndGet() : r.registrations.count();
  }

  /** The descriptor of a serializer as JSON. */
  public static String descriptor(Object serializer) {
    return Hooks.inspector().descriptor(serializer);
  }

  /** The clock of state's time to live, ms. Off the task's threads the start of the recording. */
  public static long timeToLive() {
    Reads r = reads();
    Determinants d = Determinants.current();
    if (r != null) {
      return d != null && d.isStanding() ? d.standing() : r.timeToLive();
    }
    long now = System.currentTimeMillis();
    return d == null ? now : d.last(Reads.TTL, now);
  }

  /** A moment as an object of java.time or java.util, of the same class as {@code o}. */
  public static Object moment(Object o) {
    Reads r = reads();
    if (r == null || o == null) {
      return o;
    }
    if (o instanceof Calendar) {
      ((Calendar) o).setTimeInMillis(millis(((Calendar) o).getTimeInMillis()));
      return o;
    }
    if (o instanceof Date) {
      ((Date) o).setTime(millis(((Date) o).getTime()));
      return o;
    }
    long[] n = new long[2];
    Object given = r.numbers(Reads.INSTANT, n) ? of(o, n[0], (int) n[1]) : o;
    ReadProbe.moment(given);
    return given;
  }

  /** The moment as the class and zone of {@code o}. */
  private static Object of(Object o, long seconds, int nanos) {
    if (o instanceof Instant) {
      return Instant.ofEpochSecond(seconds, nanos);
    }
    if (o instanceof ZonedDateTime) {
      return Instant.ofEpochSecond(seconds, nanos).atZone(((ZonedDateTime) o).getZone());
    }
    if (o instanceof OffsetDateTime) {
      return Instant.ofEpochSecond(seconds, nanos).atOffset(((OffsetDateTime) o).getOffset());
    }
    LocalDateTime local = LocalDateTime.ofEpochSecond(seconds, nanos, ZoneOffset.UTC);
    if (o instanceof LocalDateTime) {
      return local;
    }
    if (o instanceof LocalDate) {
      return local.toLocalDate();
    }
    if (o instanceof ChronoLocalDate) {
      long day = Math.floorDiv(seconds, (long) SECONDS_A_DAY);
      return ((ChronoLocalDate) o).getChronology().dateEpochDay(day);
    }
    LocalTime time = local.toLocalTime();
    if (o instanceof LocalTime) {
      return time;
    }
    if (o instanceof OffsetTime) {
      return time.atOffset(((OffsetTime) o).getOffset());
    }
    if (o instanceof Year) {
      return Year.of(local.getYear());
    }
    if (o instanceof YearMonth) {
      return YearMonth.of(local.getYear(), local.getMonth());
    }
    return o instanceof MonthDay ? MonthDay.of(local.getMonth(), local.getDayOfMonth()) : o;
  }

  // ---- random numbers

  private static long told(int source, long v) {
    Reads r = reads();
    if (r == null) {
      return v;
    }
    long given = r.number(source, v);
    r.told(source, given);
    return given;
  }

  public static int drawn(int v) {
    return (int) told(Reads.RANDOM_INT, v);
  }

  public static long drawn(long v) {
    return told(Reads.RANDOM_LONG, v);
  }

  public static double drawn(double v) {
    return Double.longBitsToDouble(told(Reads.RANDOM_DOUBLE, Double.doubleToRawLongBits(v)));
  }

  public static float drawn(float v) {
    return (float) drawn((double) v);
  }

  public static double gaussian(double v) {
    return Double.longBitsToDouble(told(Reads.RANDOM_GAUSSIAN, Double.doubleToRawLongBits(v)));
  }

  public static boolean drawn(boolean v) {
    return told(Reads.RANDOM_BOOLEAN, v ? 1 : 0) != 0;
  }

  /** Bytes that were drawn, which are changed in place, or a random UUID. */
  public static Object bytes(Object o) {
    Reads r = reads();
    byte[] b = r == null || o == null ? null : r.bytes(Reads.RANDOM_BYTES);
    Object given = o;
    if (b != null && o instanceof UUID && b.length == 16) {
      ByteBuffer u = ByteBuffer.wrap(b);
      given = new UUID(u.getLong(), u.getLong());
    } else if (b != null && o instanceof byte[] && ((byte[]) o).length == b.length) {
      System.arraycopy(b, 0, (byte[]) o, 0, b.length);
    }
    ReadProbe.bytes(given);
    return given;
  }

  public static long seed() {
    return told(Reads.SEED, System.nanoTime());
  }

  public static void shuffle(List<?> list) {
    Collections.shuffle(list, new Random(seed()));
  }
}
