package dev.sightglass.bootstrap;

import java.util.Arrays;
import java.util.Map;

/**
 * Tells what a task takes from outside: clocks, random numbers, and what else a replay cannot find
 * out again; spec/recording.md section 4.2.
 *
 * <p>A clock is told when it moved since its last read. So that a replay knows which of several
 * reads of one invocation saw the new value, reads are counted, each clock by itself; what happens
 * between two invocations counts as a stretch of its own.
 */
class Reads {
  static final int WALL = 1;
  static final int NANOS = 2;
  static final int RUNTIME = 3;
  static final int RELATIVE = 4;
  static final int RELATIVE_NANOS = 5;
  static final int TTL = 6;

  static final int RANDOM_INT = 7;
  static final int RANDOM_LONG = 8;
  static final int RANDOM_DOUBLE = 9;
  static final int RANDOM_GAUSSIAN = 10;
  static final int RANDOM_BOOLEAN = 11;
  static final int SEED = 12;
  static final int RANDOM_BYTES = 13;
  static final int INSTANT = 14;
  static final int MAP_ORDER = 15;
  static final int TIMER_ORDER = 16;
  static final int TRANSIENT = 17;
  static final int BARRIER = 18;
  static final int NOTIFIED = 19;
  static final int REGISTRATION = 20;
  static final int ASYNC_RESULT = 21;
  static final int EVENT = 22;
  static final int OPERATOR_EVENT = 23;
  static final int SOURCE_VALUE = 24;
  static final int SPLIT_RELEASED = 25;
  static final int END_OF_INPUT = 26;
  static final int SOURCE_WATERMARK = 27;
  static final int SOURCE_STATUS = 28;

  /** Row of lane env. */
  static final int READ = 110;

  /** Clocks have the low numbers of all. */
  static final int CLOCKS = TTL + 1;

  /** For how long the time of an invocation stands still for time to live, ms. */
  private static final long TTL_STEP = 20;

  private final TaskContext task;

  /**
   * The row that is filled: not the task's own note, since a read may happen while that one is
   * filled, in user code that a serializer calls.
   */
  private final TaskNote note;

  /** Callbacks that wait for a processing time. */
  final Registrations registrations = new Registrations();

  /** By operator: event-time timers, processing-time timers. */
  private TimerOrder[] orders = new TimerOrder[4];

  private final long[] last = new long[CLOCKS];
  private final boolean[] known = new boolean[CLOCKS];

  Reads(TaskContext task) {
    this.task = task;
    this.note = new TaskNote(task);
  }

  /** What is told from now on stands for itself: rows were lost, or an interval begins. */
  void forget() {
    Arrays.fill(known, false);
  }

  /** A clock gave {@code value}. */
  void clock(int source, long value) {
    Invocation f = task.atHand();
    long place = task.place();
    if (f.readsOf != place) {
      f.readsOf = place;
      Arrays.fill(f.reads, 0);
    }
    int before = f.reads[source]++;
    if (known[source] && last[source] == value) {
      return;
    }
    known[source] = true;
    last[source] = value;
    TaskNote n = begin(source, -1).number(value);
    if (before > 0) {
      n.number2(before);
    }
    n.write();
  }

  /**
   * The time that state's time to live is measured by, ms: one value for each invocation, however
   * often it is asked for; a new one only in an invocation that takes long.
   */
  long timeToLive() {
    Invocation f = task.atHand();
    long place = task.place();
    boolean within = f.ttlOf == place;
    long now = timeToLiveNow(within ? f.ttlReads + 1 : 0, System.currentTimeMillis());
    if (within) {
      f.ttlReads++;
      long passed = now - f.ttl;
      if (passed >= 0 && passed < TTL_STEP) {
        return f.ttl;
      }
    } else {
      f.ttlReads = 0;
    }
    f.ttlOf = place;
    f.ttl = now;
    if (!known[TTL] || last[TTL] != now) {
      known[TTL] = true;
      last[TTL] = now;
      TaskNote n = begin(TTL, -1).number(now);
      if (within) {
        n.number2(f.ttlReads);
      }
      n.write();
    }
    return now;
  }

  // ---- what a read gives; a task that runs again is given what was recorded

  /** What a clock says at its next read, where the machine says {@code v}. */
  long next(int source, long v) {
    return v;
  }

  /** What a clock says now, to somebody who may be no part of the task: it is no read. */
  long glance(int source, long v) {
    return v;
  }

  /** A clock was read that {@link #glance} gave. */
  void glanced(int source) {}

  /** What a read gives that is told each time. */
  long number(int source, long v) {
    return v;
  }

  /** The two numbers of a read that is told each time; false: as the machine says. */
  boolean numbers(int source, long[] to) {
    return false;
  }

  /** The bytes of a read; null: as the machine says. */
  byte[] bytes(int source) {
    return null;
  }

  /**
   * The time that state's time to live is measured by.
   *
   * @param asked how often the invocation asked before
   */
  long timeToLiveNow(int asked, long v) {
    return v;
  }

  /** A map of a state is about to be gone through: its order becomes the recorded one. */
  void order(Map<?, ?> map) {
    // It has the order that it has.
  }

  /** How often the invocation at hand, or the stretch since the last one, read a clock. */
  final int readsBefore(int source) {
    Invocation f = task.atHand();
    return f.readsOf == task.place() ? f.reads[source] : 0;
  }

  /** A row about a source that is told each time. */
  void told(int source, long number) {
    begin(source, -1).number(number).write();
  }

  void told(int source, long number, long number2) {
    TaskNote n = begin(source, -1).number(number);
    if (number2 != 0) {
      n.number2(number2);
    }
    n.write();
  }

  void told(int source, byte[] bytes) {
    begin(source, -1).value(bytes, 0, bytes.length).write();
  }

  // ---- orders of timers

  /**
   * Order of the timers of an operator.
   *
   * @param domain 0 event time, 1 processing time
   */
  TimerOrder orderOf(OperatorContext c, int domain) {
    int i = 2 * (c.operator + 1) + domain;
    if (i >= orders.length) {
      orders = Arrays.copyOf(orders, 2 * i);
    }
    if (orders[i] == null) {
      orders[i] = new TimerOrder(task, c.operator);
    }
    return orders[i];
  }

  void timers(int operator, long invocation, int ordinal, long time, int n, byte[] hashes) {
    note.begin(TaskNote.ENV, READ, operator, invocation, ordinal)
        .what(TIMER_ORDER)
        .time(time)
        .number(n)
        .value(hashes, 0, 4 * n)
        .write();
  }

  /** What is collected is told: a checkpoint begins, or the task ends. */
  void flush() {
    for (TimerOrder o : orders) {
      if (o != null) {
        o.flush();
      }
    }
  }

  /** Lets go of the task's objects. */
  void end() {
    flush();
    registrations.clear();
  }

  // ---- rows

  /** A callback runs that was registered. */
  void callback(Object callback, long time) {
    if (registrations.find(callback, time)) {
      begin(REGISTRATION, -1).number(registrations.number).number2(registrations.service).write();
    }
  }

  /**
   * An empty row, to be filled and written.
   *
   * @param operator chain index; -1 = the one at work, as far as it is known
   */
  TaskNote begin(int source, int operator) {
    return task.fill(note, TaskNote.ENV, READ, operator).what(source);
  }

  /** {@link #begin} of what happens behind the last invocation and before the next. */
  TaskNote between(int source, int operator) {
    return task.fillBetween(note, TaskNote.ENV, READ, operator).what(source);
  }
}
