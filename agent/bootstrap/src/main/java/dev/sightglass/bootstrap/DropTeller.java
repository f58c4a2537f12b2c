package dev.sightglass.bootstrap;

import java.lang.ref.WeakReference;
import java.util.Arrays;

/**
 * Tells the records that a task's operators throw away: kind 57, spec/recording.md section 4.1. At
 * every level, since what was thrown away can not be found anywhere else; but where an operator is
 * not traced, only some of them a tick come with their bytes, so that an operator that drops most
 * of what it gets (a deduplication) does not have to serialize it all.
 *
 * <p>Used by the task's thread.
 */
final class DropTeller {
  private static final int DROPPED = 57;

  /** Flag: the record is a partial aggregate and stands for several. */
  static final int PARTIAL = 1;

  /** A number that a row does not have. */
  static final long NONE = Long.MIN_VALUE;

  /** Rows with bytes within one period of the clock. */
  static final int BYTES_PER_TICK = 16;

  private final TaskContext task;
  private ValveContext[] valves = new ValveContext[2];
  private int valveCount;
  private long tick;
  private int withBytes;

  // The newest watermark that the task's own source gave out.
  private long sourceRaised = NONE;
  private long sourceRaisedAt;
  private SplitContext sourceSplit;

  /** What a format could not read last; not kept alive by that. */
  private WeakReference<Object> unreadable;

  private long unreadableAt;

  DropTeller(TaskContext task) {
    this.task = task;
  }

  // ---- rows

  /**
   * Tells that a record was thrown away.
   *
   * @param operator chain index, -1 = the one at work
   * @param input which input of the operator it came in through, from 0
   * @param value the record, or null when it is not at hand
   * @param time its event time
   * @param number what that was compared with
   * @param allowed what was allowed beside
   * @param watermark the operator's watermark, whose cause is told
   */
  void tell(
      int reason,
      int operator,
      int input,
      Object value,
      long time,
      long number,
      long allowed,
      long watermark) {
    TaskNote n = begin(reason, operator, time, number, allowed);
    cause(n, watermark);
    bytes(n, operator, input, value);
    n.write();
  }

  /** A record of a window made of slices, or a partial aggregate of several of them. */
  void tellSlice(int operator, Object value, long end, long watermark, boolean partial) {
    TaskNote n = begin(DropReason.WINDOW_AGGREGATE_LATE, operator, end, watermark, NONE);
    if (partial) {
      n.flags(PARTIAL);
    }
    cause(n, watermark);
    bytes(n, operator, 0, value);
    n.write();
  }

  private void bytes(TaskNote n, int operator, int input, Object value) {
    if (value != null && wantsBytes(operator)) {
      Hooks.inspector().dropped(task, operator, input, value, n);
    } else if (value != null) {
      n.withheld();
    }
  }

  /** As {@link #tell}, with bytes that are there already, and a text of its own. */
  void tellBytes(int reason, int operator, byte[] value, String text) {
    TaskNote n = begin(reason, operator, NONE, NONE, NONE).text(text);
    if (value != null && wantsBytes(operator)) {
      n.value(value, 0, value.length);
    } else if (value != null) {
      n.withheld();
    }
    n.write();
  }

  /** A row with a null in a column that must have a value. */
  void column(int operator, Object value, String column) {
    TaskNote n = begin(DropReason.NULL_IN_NOT_NULL_COLUMN, operator, NONE, NONE, NONE).text(column);
    bytes(n, operator, 0, value);
    n.write();
  }

  /** As {@link #tell}, without bytes, with a text of its own. */
  void tellText(int reason, int operator, long number, long allowed, String text) {
    begin(reason, operator, NONE, number, allowed).text(text).write();
  }

  /**
   * A counter of late records went up and nothing above explains it.
   *
   * @param since invocations, this one included, one of which it was
   */
  void tellCounted(int reason, int operator, long records, long since, String metric) {
    begin(reason, operator, NONE, records, NONE).what(distance(since)).text(metric).write();
  }

  /** Tells a source record out of which the deserializer made nothing, unless it was told why. */
  void tellIfNothing(SourceRecord r) {
    if (r.isOpen() && r.emitted == 0 && !r.unreadable) {
      begin(DropReason.DECODED_TO_NOTHING, task.sourceOperator(), NONE, NONE, NONE).write();
    }
  }

  private TaskNote begin(int reason, int operator, long time, long number, long allowed) {
    LateCounters late = task.late;
    TaskNote n = task.note(TaskNote.TRACE, DROPPED, operator);
    if (late != null && DropReason.counted(reason)) {
      late.explained(n.operator());
    }
    if (time != NONE) {
      n.time(time);
    }
    return n.reason(reason).number(number).number2(allowed);
  }

  /** Whether the next row of that operator is told with its bytes. */
  private boolean wantsBytes(int operator) {
    if (task.levels.payload(operator) != Levels.FULL) {
      return false;
    }
    if (task.levels.of(operator) >= Levels.TRACE) {
      return true;
    }
    if (tick != task.stamped) {
      tick = task.stamped;
      withBytes = 0;
    }
    return withBytes++ < BYTES_PER_TICK;
  }

  /** A format is about to tell that it could not read {@code message}. */
  void unreadable(Object message) {
    unreadable = new WeakReference<>(message);
    unreadableAt = task.invocation();
  }

  /** Whether this invocation told so of the very same message; asked once. */
  boolean wasUnreadable(Object message) {
    boolean was =
        unreadable != null && unreadable.get() == message && unreadableAt == task.invocation();
    unreadable = null;
    return was;
  }

  private static int distance(long invocations) {
    return (int) Math.max(0, Math.min(invocations, Integer.MAX_VALUE));
  }

  // ---- causes

  /** A valve of the task: an input's. */
  void add(ValveContext v) {
    if (valveCount == valves.length) {
      valves = Arrays.copyOf(valves, 2 * valveCount);
    }
    valves[valveCount++] = v;
  }

  /** The task's own source gave out a watermark, while it was at that split. */
  void sourceRaised(long time, SplitContext split) {
    if (time > sourceRaised) {
      sourceRaised = time;
      sourceRaisedAt = task.newest();
      sourceSplit = split;
    }
  }

  /**
   * Names the channel or split that raised the watermark last, and how many invocations ago. Only
   * when it is that watermark: an operator in the chain may have made its own.
   */
  private void cause(TaskNote n, long watermark) {
    if (watermark == NONE) {
      return;
    }
    ValveContext by = null;
    for (int i = 0; i < valveCount; i++) {
      ValveContext v = valves[i];
      if (v.raised() == watermark && (by == null || v.raisedAt() > by.raisedAt())) {
        by = v;
      }
    }
    if (by != null && by.channel() != null) {
      n.text(by.channel().name()).what(distance(n.invocation() - by.raisedAt() + 1));
    } else if (by == null && watermark == sourceRaised) {
      n.what(distance(n.invocation() - sourceRaisedAt + 1));
      if (sourceSplit != null) {
        n.text(sourceSplit.name());
      }
    }
  }
}
