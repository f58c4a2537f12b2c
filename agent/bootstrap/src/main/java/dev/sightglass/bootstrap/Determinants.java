package dev.sightglass.bootstrap;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * What a recorded task took from outside, for the task that runs again: rows of lane env by source,
 * in the order in which they were read (spec/recording.md, section 4.2). The one who replays puts
 * rows in before the invocation begins that reads them; reads take them out. Used by the task's
 * thread alone.
 *
 * <p>A read that the recording does not have is given the last value of its source, or what the
 * machine says, and is counted: it moves nothing for the reads after it.
 */
public final class Determinants {
  /** The task that runs in this process is a replay; set before its thread starts. */
  private static volatile Determinants current;

  private static volatile LongSupplier meter;
  private static volatile BooleanSupplier told;
  private static volatile Runnable flush;

  /** Rows of one source. */
  private static final class Row {
    long[] invocation = new long[64];
    boolean[] outside = new boolean[64];
    long[] number = new long[64];
    long[] number2 = new long[64];
    long[] time = new long[64];
    byte[][] value = new byte[64][];
    int head;
    int tail;

    /** The value that was given last. */
    long last;

    boolean known;

    void add(long i, boolean o, long t, long n, long n2, byte[] v) {
      if (tail == invocation.length) {
        int live = tail - head;
        int size = Math.max(64, 2 * live);
        invocation = Arrays.copyOf(Arrays.copyOfRange(invocation, head, tail), size);
        outside = Arrays.copyOf(Arrays.copyOfRange(outside, head, tail), size);
        number = Arrays.copyOf(Arrays.copyOfRange(number, head, tail), size);
        number2 = Arrays.copyOf(Arrays.copyOfRange(number2, head, tail), size);
        time = Arrays.copyOf(Arrays.copyOfRange(time, head, tail), size);
        value = Arrays.copyOf(Arrays.copyOfRange(value, head, tail), size);
        tail = live;
        head = 0;
      }
      invocation[tail] = i;
      outside[tail] = o;
      number[tail] = n;
      number2[tail] = n2;
      time[tail] = t;
      value[tail++] = v;
    }
  }

  private final Row[] rows = new Row[HollowProbe.TRANSACTION + 1];

  /** By transactional id: number and epoch of the producer. */
  private final Map<String, long[]> transactions = new HashMap<>();

  private final Ties ties = new Ties();
  private long lostOrders;
  private long solved;
  private final ArrayDeque<long[]> outside = new ArrayDeque<>();
  private long standing;
  private boolean stands;
  private long surplus;
  private long left;
  private String first = "";

  public Determinants() {
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new Row();
    }
  }

  /** Every task that starts from now on is given these. */
  public static void serve(Determinants d) {
    current = d;
  }

  static Determinants current() {
    return current;
  }

  /** Whether tasks of this process run again what was recorded. */
  public static boolean isServing() {
    return current != null;
  }

  /**
   * Set by the agent.
   *
   * @param waiting how many bytes of what tasks told wait in this process
   * @param isTold whether the server said what is to be recorded
   * @param flushing brings the server what tasks told, and waits for it
   */
  public static void agent(LongSupplier waiting, BooleanSupplier isTold, Runnable flushing) {
    meter = waiting;
    told = isTold;
    flush = flushing;
  }

  /** Brings the server all that was told so far, and waits until it has it. */
  public static void flush() {
    TaskProbe.idle();
    Runnable f = flush;
    if (f != null) {
      f.run();
    }
  }

  /** Whether the server said what is to be recorded. */
  public static boolean isTold() {
    BooleanSupplier t = told;
    return t != null && t.getAsBoolean();
  }

  /** Bytes that wait to be sent: a replay waits before they are too many, nothing else does. */
  public static long waiting() {
    LongSupplier m = meter;
    return m == null ? 0 : m.getAsLong();
  }

  /**
   * A row of the recording.
   *
   * @param source {@code what} of the row
   * @param outside the row's invocation is nothing but this read, which happened outside of all
   * @param value bytes, or null
   */
  public void add(
      int source,
      long invocation,
      boolean outside,
      long time,
      long number,
      long number2,
      byte[] value) {
    if (source == Reads.TIMER_ORDER && value != null) {
      ties.add((int) number2, time, value);
    } else if (source > 0 && source < rows.length) {
      rows[source].add(invocation, outside, time, number, number2, value);
    }
  }

  /**
   * So many invocations of the recording from {@code first} on are nothing but something told
   * outside of all.
   */
  public void addOutside(long first, long n) {
    outside.add(new long[] {first, first + n});
  }

  /** Whether that invocation of the recording is such a one. */
  boolean isOutside(long invocation) {
    while (!outside.isEmpty() && outside.peek()[1] <= invocation) {
      outside.remove();
    }
    return !outside.isEmpty() && outside.peek()[0] <= invocation;
  }

  /**
   * What was read so far and not recorded does not count: the task was built, which the recorded
   * one was not at this place.
   */
  public void forgive() {
    surplus = 0;
    first = "";
  }

  /** Values that sources gave last, {@code source:value} with commas between. */
  public String lasts() {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].known) {
        all.append(all.length() == 0 ? "" : ",").append(i).append(':').append(rows[i].last);
      }
    }
    return all.toString();
  }

  /** Sources gave these last, as {@link #lasts} writes them: the task goes on from there. */
  public void know(String lasts) {
    for (String one : lasts.split(",")) {
      int at = one.indexOf(':');
      if (at > 0) {
        Row r = rows[Integer.parseInt(one.substring(0, at))];
        r.last = Long.parseLong(one.substring(at + 1));
        r.known = true;
      }
    }
  }

  /** Reads that the recording does not have. */
  public long surplus() {
    return surplus;
  }

  /** Rows whose read did not come. */
  public long left() {
    long n = left;
    for (Row r : rows) {
      n += r.tail - r.head;
    }
    return n;
  }

  /** The first read that the recording does not have, in words; empty = there is none. */
  public String firstSurplus() {
    return first;
  }

  // ---- what the one who replays does to state

  /**
   * The clock of time to live says that, and takes nothing from the recording, until {@link
   * #goOn()}. By the task's thread.
   */
  public void stand(long ms) {
    standing = ms;
    stands = true;
  }

  public void goOn() {
    stands = false;
  }

  boolean isStanding() {
    return stands;
  }

  long standing() {
    return standing;
  }

  // ---- orders

  /** Whether several timers of the operator fired with that timestamp. */
  public boolean ties(int operator, long time) {
    return ties.has(operator, time);
  }

  public boolean isNextTie(int operator, long time, Object key, Object namespace) {
    return ties.isNext(operator, time, key, namespace);
  }

  public void tied(int operator, long time, Object key, Object namespace) {
    ties.fired(operator, time, key, namespace);
  }

  /**
   * Timers that fired although the recording has another one next, and maps gone through that have
   * no order that was recorded.
   */
  public long unordered() {
    return ties.missing() + lostOrders;
  }

  /** Maps whose order was searched for, and found. */
  public long solved() {
    return solved;
  }

  /**
   * The recorded order of a map that is about to be gone through, within an invocation: number of
   * its buckets, or hash and count of its keys. False: it is as it grew.
   */
  boolean mapOrder(long invocation, boolean outside, long[] to) {
    Row r = rows[Reads.MAP_ORDER];
    skip(r, invocation, outside);
    if (r.head < r.tail && r.invocation[r.head] == invocation && r.outside[r.head] == outside) {
      to[0] = r.number[r.head];
      to[1] = r.number2[r.head++];
      return true;
    }
    return false;
  }

  void orderSolved(boolean found) {
    if (found) {
      solved++;
    } else {
      lostOrders++;
    }
  }

  // ---- for reads

  /** Forgets rows of invocations that are over. */
  private void skip(Row r, long invocation, boolean outside) {
    while (r.head < r.tail
        && (r.invocation[r.head] < invocation
            || r.invocation[r.head] == invocation && r.outside[r.head] && !outside)) {
      r.last = r.number[r.head];
      r.known = true;
      r.head++;
      left++;
    }
  }

  /**
   * What a clock that is told when it changed says at its next read.
   *
   * @param before how often the invocation read it before
   * @param otherwise when nothing is known
   */
  long clock(int source, long invocation, boolean outside, int before, long otherwise) {
    long v = glance(source, invocation, outside, before, otherwise);
    glanced(source, invocation);
    return v;
  }

  /** Counts a read of a clock of which the recording says nothing up to here. */
  void glanced(int source, long invocation) {
    if (!rows[source].known) {
      surplus(source, invocation);
    }
  }

  /** As {@link #clock}; that it is not known is not counted. */
  long glance(int source, long invocation, boolean outside, int before, long otherwise) {
    Row r = rows[source];
    skip(r, invocation, outside);
    while (r.head < r.tail
        && r.invocation[r.head] == invocation
        && r.outside[r.head] == outside
        && r.number2[r.head] <= before) {
      r.last = r.number[r.head++];
      r.known = true;
    }
    return r.known ? r.last : otherwise;
  }

  /** The last value of a source; {@code otherwise} before the first. */
  long last(int source, long otherwise) {
    Row r = rows[source];
    return r.known ? r.last : r.head < r.tail ? r.number[r.head] : otherwise;
  }

  /**
   * The place of the row of a read that is told each time; -1 = the recording has none there. It is
   * taken out by {@link #take}.
   */
  private int next(int source, long invocation, boolean outside) {
    Row r = rows[source];
    skip(r, invocation, outside);
    if (r.head < r.tail && r.invocation[r.head] == invocation && r.outside[r.head] == outside) {
      return r.head;
    }
    surplus(source, invocation);
    return -1;
  }

  /** Number of a read that is told each time. */
  long number(int source, long invocation, boolean outside, long otherwise) {
    int i = next(source, invocation, outside);
    Row r = rows[source];
    if (i < 0) {
      return otherwise;
    }
    r.head++;
    r.known = true;
    r.last = r.number[i];
    return r.last;
  }

  /** Both numbers of a read; false: the recording has none there. */
  boolean numbers(int source, long invocation, boolean outside, long[] to) {
    int i = next(source, invocation, outside);
    if (i < 0) {
      return false;
    }
    Row r = rows[source];
    r.head++;
    to[0] = r.number[i];
    to[1] = r.number2[i];
    return true;
  }

  /** Bytes of a read; null: the recording has none there. */
  byte[] bytes(int source, long invocation, boolean outside) {
    int i = next(source, invocation, outside);
    if (i < 0) {
      return null;
    }
    byte[] b = rows[source].value[i];
    rows[source].value[i] = null;
    rows[source].head++;
    return b;
  }

  /** Place of a record that is written: partition, offset, time. */
  void written(long invocation, boolean outside, long[] place) {
    Row r = rows[HollowProbe.WRITTEN];
    skip(r, invocation, outside);
    if (r.head < r.tail && r.invocation[r.head] == invocation && r.outside[r.head] == outside) {
      place[0] = r.number[r.head];
      place[1] = r.number2[r.head];
      place[2] = r.time[r.head++];
    }
  }

  /** What was told last of the producer of a transactional id, up to an invocation. */
  long[] transaction(String id, long invocation) {
    Row r = rows[HollowProbe.TRANSACTION];
    while (r.head < r.tail && r.invocation[r.head] <= invocation) {
      byte[] b = r.value[r.head];
      if (b != null) {
        transactions.put(HollowProbe.text(b), new long[] {r.number[r.head], r.number2[r.head]});
      }
      r.head++;
    }
    return transactions.get(id);
  }

  private void surplus(int source, long invocation) {
    if (surplus++ == 0) {
      first = "source " + source + " at invocation " + invocation + origin();
    }
  }

  /** The first frame of the stack that is not the agent's. */
  private static String origin() {
    for (StackTraceElement e : new Throwable().getStackTrace()) {
      if (!e.getClassName().startsWith("dev.sightglass.")) {
        return " by " + e;
      }
    }
    return "";
  }
}
