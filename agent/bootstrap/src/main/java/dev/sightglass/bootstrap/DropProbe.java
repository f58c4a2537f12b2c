package dev.sightglass.bootstrap;

/**
 * The places where operators throw records away. Called for those records alone, never on the path
 * of one that is kept, but for the few that say so.
 *
 * <p>{@code part} is the operator or something that leads to it. Numbers that a place does not have
 * are {@link Long#MIN_VALUE}.
 */
public final class DropProbe {
  private static final long NONE = DropTeller.NONE;

  private DropProbe() {}

  private static TaskContext task() {
    TaskContext t = TaskContext.current();
    return t == null || t.closed ? null : t;
  }

  /** A record that was compared with the operator's watermark. */
  public static void late(
      int reason, Object part, int input, Object value, long time, long watermark) {
    TaskContext t = task();
    if (t != null) {
      tell(t, reason, part, input, value, time, watermark, NONE, watermark);
    }
  }

  /** A record that was compared with something else; {@code watermark} is the operator's. */
  public static void compared(
      int reason, Object part, Object value, long time, long number, long watermark) {
    TaskContext t = task();
    if (t != null) {
      tell(t, reason, part, 0, value, time, number, NONE, watermark);
    }
  }

  /** A record that was compared with the operator's watermark, less a lateness. */
  public static void allowed(
      int reason, Object part, Object value, long time, long watermark, long lateness) {
    TaskContext t = task();
    if (t != null) {
      tell(t, reason, part, 0, value, time, watermark, lateness, watermark);
    }
  }

  /** A record that no time has to do with. */
  public static void dropped(int reason, Object part, Object value) {
    TaskContext t = task();
    if (t != null) {
      tell(t, reason, part, 0, value, NONE, NONE, NONE, NONE);
    }
  }

  private static void tell(
      TaskContext t,
      int reason,
      Object part,
      int input,
      Object value,
      long time,
      long number,
      long allowed,
      long watermark) {
    t.drops.tell(
        reason, t.parts.operator(part).operator, input, value, time, number, allowed, watermark);
  }

  // ---- DataStream

  /**
   * {@code WindowOperator.isElementLate} was asked about a record that went into no window.
   *
   * @param tag of the side output for late records, or null
   */
  public static void window(
      boolean late,
      Object operator,
      Object tag,
      Object value,
      long time,
      long watermark,
      long lateness) {
    TaskContext t = task();
    if (t == null) {
      return;
    }
    int reason =
        !late
            ? DropReason.NO_WINDOW
            : tag == null ? DropReason.WINDOW_LATE : DropReason.LATE_TO_SIDE_OUTPUT;
    tell(t, reason, operator, 0, value, time, watermark, lateness, watermark);
  }

  /** {@code IntervalJoinOperator.sideOutput}, which is called with or without a side output. */
  public static void intervalJoin(
      Object operator,
      Object value,
      long time,
      boolean left,
      Object leftTag,
      Object rightTag,
      long watermark) {
    Object tag = left ? leftTag : rightTag;
    int reason = tag == null ? DropReason.INTERVAL_JOIN_LATE : DropReason.LATE_TO_SIDE_OUTPUT;
    late(reason, operator, left ? 0 : 1, value, time, watermark);
  }

  // ---- SQL

  /**
   * A window made of slices: the record's last window fired before it came.
   *
   * @param assigner says whether the record is a partial aggregate, made by an operator before
   */
  public static void slice(Object part, Object value, long end, long watermark, Object assigner) {
    TaskContext t = task();
    if (t != null) {
      boolean partial = assigner != null && assigner.getClass().getName().contains("$Sliced");
      t.drops.tellSlice(t.parts.operator(part).operator, value, end, watermark, partial);
    }
  }

  /**
   * A window join, whose sides have meters of their own: {@code meter} is that of the record's
   * side.
   */
  public static void windowJoin(
      Object part, Object value, Object meter, Object leftMeter, long windowEnd, long watermark) {
    int input = meter == leftMeter ? 0 : 1;
    late(DropReason.WINDOW_JOIN_LATE, part, input, value, windowEnd, watermark);
  }

  /**
   * An interval join: the row came too late for every row of the other side.
   *
   * @param other the other side's time: the watermark, or the clock
   * @param reach how far after the row's time one of the other side may lie
   */
  public static void joinTimePassed(
      Object part, int input, Object value, long time, long other, long reach) {
    TaskContext t = task();
    if (t != null) {
      tell(t, DropReason.JOIN_TIME_PASSED, part, input, value, time, other, reach, other);
    }
  }

  public static boolean isFalse(boolean b) {
    return !b;
  }

  /**
   * A deduplication compared a row with the one that it has; called for every one of a bundle.
   *
   * @param kept the row is the one that is kept from now on
   */
  public static void bundled(boolean kept, Object part, Object row, long time, long other) {
    if (!kept) {
      compared(DropReason.DUPLICATE, part, row, time, other, NONE);
    }
  }

  /**
   * A row of a versioned table arrives; called for every one of them: late ones change nothing that
   * was joined before, and nobody else compares.
   */
  public static void version(Object operator, Object value, long time, long watermark) {
    if (time <= watermark) {
      late(DropReason.TEMPORAL_JOIN_BUILD_LATE, operator, 1, value, time, watermark);
    }
  }

  /** A row with a null where the table wants none. */
  public static void nullColumn(Object operator, Object value, Object enforcer) {
    TaskContext t = task();
    if (t != null) {
      t.drops.column(
          t.parts.operator(operator).operator,
          value,
          Hooks.inspector().nullColumn(enforcer == null ? operator : enforcer, value));
    }
  }

  // ---- sources, sinks, metrics

  /** A format met something that it can not read; {@code ignored}: and goes on. */
  public static void parseError(boolean ignored, Object message, Object error) {
    TaskContext t = task();
    if (!ignored || t == null) {
      return;
    }
    t.unreadable();
    t.drops.unreadable(message);
    t.drops.tellBytes(
        DropReason.PARSE_ERROR_IGNORED,
        t.reader(),
        message instanceof byte[] ? (byte[]) message : null,
        error == null ? "a value that it does not know" : error.getClass().getName());
  }

  /**
   * A format that lets another one read the message first met an error. That one may have told it
   * already, and given nothing: then this error only says that there was nothing.
   */
  public static void envelopeError(boolean ignored, Object message, Object error) {
    TaskContext t = task();
    if (ignored && t != null && !t.drops.wasUnreadable(message)) {
      parseError(true, message, error);
    }
  }

  /** A transaction of Kafka could not be committed, and the job goes on without it. */
  public static void transaction(
      Object committer, String transaction, long producer, short epoch, Object why) {
    TaskContext t = task();
    if (t != null) {
      t.drops.tellText(
          DropReason.TRANSACTION_LOST,
          t.parts.operator(committer).operator,
          producer,
          epoch,
          transaction + ": " + (why == null ? "" : why.getClass().getName()));
    }
  }

  /** An operator or something else registers a metric. */
  public static void metric(Object group, String name, Object metric) {
    TaskContext t = task();
    if (t != null && countsLate(name)) {
      Hooks.inspector().lateMetric(t, group, name, metric);
    }
  }

  /** Whether a metric of that name counts late records that were dropped. */
  static boolean countsLate(String name) {
    if (name == null) {
      return false;
    }
    String low = name.toLowerCase(java.util.Locale.ROOT);
    int late = low.indexOf("late");
    return late >= 0 && low.indexOf("drop", late + 4) >= 0;
  }

  /** A source of this task gives out a watermark. */
  public static void sourceWatermark(long time) {
    TaskContext t = task();
    if (t != null) {
      t.drops.sourceRaised(time, t.splitAtHand());
    }
  }
}
