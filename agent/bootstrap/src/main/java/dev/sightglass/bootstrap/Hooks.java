package dev.sightglass.bootstrap;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The switches of all hooks, and the place where their failures end.
 *
 * <p>A hook that throws is switched off, alone; {@link #LIMIT} different ones switch all off. One
 * that others need ({@link #declare}) takes the recording of tasks with it: numbers that nobody
 * counted cannot be made up.
 */
public final class Hooks {
  /** How many different hooks have to fail until all are switched off. */
  public static final int LIMIT = 3;

  /** How many failures of the agent's own threads switch all hooks off. */
  private static final int OWN_LIMIT = 10;

  /** More hooks than there will be. */
  public static final int MAX_HOOKS = 512;

  /** What is said of a stack. */
  private static final int FRAMES = 8;

  private static final byte RUN = 0;
  private static final byte OFF = 1;
  private static final byte MEASURE = 2;
  private static final byte FAULT = 3;

  /** Nothing that is recorded now needs it: it begins nothing, and ends what it began before. */
  public static final byte REST = -1;

  /** Which hooks rest, {@link #declare(int, String, boolean, int)}. */
  public static final int ALWAYS = 0;

  /** Needed while some task tells paths. */
  public static final int PATHS = 1;

  /** Needed while some operator is at level trace. */
  public static final int TRACES = 2;

  /** What {@link #special} gives when nothing is to be done. */
  public static final long SKIP = Long.MIN_VALUE;

  /**
   * Read first by every hook, at its own place: 0 = it runs, {@link #REST}. Plain on purpose: a
   * thread may see the change a little later, and pays nothing for it until then.
   */
  public static final byte[] STATE = new byte[MAX_HOOKS];

  /** All hooks are off; the same as {@link #STATE} says, for those who have no place in it. */
  public static boolean off;

  /** Calls that are measured of a hook while it has its turn. */
  private static final int TURN = 64;

  private static final AtomicIntegerArray FIRED = new AtomicIntegerArray(MAX_HOOKS);
  private static final AtomicIntegerArray FAILED = new AtomicIntegerArray(MAX_HOOKS);
  private static final AtomicIntegerArray MEASURED = new AtomicIntegerArray(MAX_HOOKS);
  private static final AtomicIntegerArray NANOS = new AtomicIntegerArray(MAX_HOOKS);
  private static final AtomicLong ERRORS = new AtomicLong();

  /** Failures of the agent's own threads since hooks were switched on last. */
  private static final AtomicLong OWN = new AtomicLong();

  private static final AtomicLong CHANGES = new AtomicLong();

  // Guarded by LOCK, which is taken when something is switched, never on the way of a record.
  private static final Object LOCK = new Object();
  private static final String[] ids = new String[MAX_HOOKS];
  private static final boolean[] essential = new boolean[MAX_HOOKS];
  private static final int[] needs = new int[MAX_HOOKS];

  /** Needs that nobody has now, as bits. */
  private static int unwanted;

  private static final String[] faults = new String[MAX_HOOKS];
  private static int measuring = -1;

  private static volatile int turn;
  private static volatile boolean stopped;
  private static volatile Inspector inspector;
  private static volatile String reason = "";

  /** What two reads of the clock cost by themselves, ns. */
  private static final int CLOCK = clock();

  private Hooks() {}

  /** Puts the part in that looks into Flink's objects. Hooks stay silent until it is there. */
  public static void install(Inspector in) {
    inspector = in;
  }

  static Inspector inspector() {
    return inspector;
  }

  /**
   * Says what a hook is, before the first of its classes loads.
   *
   * @param hook its place in the list of hooks; several places may have one id: they are switched
   *     off together
   * @param isEssential without it what is recorded of tasks would be wrong, not only less
   */
  public static void declare(int hook, String id, boolean isEssential) {
    declare(hook, id, isEssential, ALWAYS);
  }

  /**
   * @param need {@link #ALWAYS}, or what it is for: it rests while nobody has that need
   */
  public static void declare(int hook, String id, boolean isEssential, int need) {
    synchronized (LOCK) {
      ids[hook] = id;
      essential[hook] = isEssential;
      needs[hook] = need;
    }
  }

  /**
   * What is recorded from now on. To be called before something is that was not: a hook that rests
   * tells nothing.
   *
   * @param paths some task tells paths
   * @param traces some operator is at level trace
   */
  public static void needed(boolean paths, boolean traces) {
    int now = (paths ? 0 : PATHS) | (traces ? 0 : TRACES);
    synchronized (LOCK) {
      if (now == unwanted) {
        return;
      }
      unwanted = now;
      for (int i = 0; i < MAX_HOOKS; i++) {
        if (STATE[i] == RUN || STATE[i] == REST || STATE[i] == MEASURE) {
          STATE[i] = normal(i);
        }
      }
    }
  }

  /** What it waits for while it rests, in words; empty while it does not. */
  public static String rests(int hook) {
    if (STATE[hook] != REST) {
      return "";
    }
    return needs[hook] == PATHS
        ? "rests: no task tells paths"
        : "rests: no operator is at level trace";
  }

  private static byte normal(int hook) {
    return (needs[hook] & unwanted) == 0 ? RUN : REST;
  }

  // ---- failures

  /** Counts a failure inside a hook, reports it once, and switches the hook off. Never throws. */
  public static void fail(int hook, Throwable t) {
    try {
      ERRORS.incrementAndGet();
      FAILED.incrementAndGet(hook);
      if (STATE[hook] == OFF) {
        return; // told already
      }
      String what = what(t);
      if (essential(hook)) {
        TaskContext task = TaskContext.current();
        if (task != null) {
          task.abandon("hook " + name(hook) + " failed: " + what);
        }
      }
      switchOff(hook, what, t);
    } catch (Throwable ignored) {
      // Nothing is left to try: most likely the stack or the heap is exhausted, and that is the
      // job's to report.
    }
  }

  private static void switchOff(int hook, String what, Throwable t) {
    int different = 0;
    synchronized (LOCK) {
      if (faults[hook] != null) {
        return;
      }
      String id = name(hook);
      for (int i = 0; i < MAX_HOOKS; i++) {
        if (i == hook || id.equals(ids[i])) {
          faults[i] = what;
          STATE[i] = OFF;
        }
      }
      for (int i = 0; i < MAX_HOOKS; i++) {
        different += faults[i] != null && firstOf(i) ? 1 : 0;
      }
    }
    System.err.println(
        "[sightglass] hook "
            + name(hook)
            + " failed and is switched off, the job is not affected: "
            + stack(t));
    if (different >= LIMIT && !off) {
      stop(different + " different hooks failed, the last one " + name(hook) + ": " + what);
      System.err.println(
          "[sightglass] switched off after " + different + " different hooks failed");
    }
    CHANGES.incrementAndGet();
  }

  /** Whether no place before {@code i} has its id. */
  private static boolean firstOf(int i) {
    for (int k = 0; k < i; k++) {
      if (ids[i] != null && ids[i].equals(ids[k])) {
        return false;
      }
    }
    return true;
  }

  /**
   * Counts a failure of one of the agent's own threads; prints the first, switches off after ten.
   * Never throws.
   */
  public static void fail(Throwable t) {
    try {
      ERRORS.incrementAndGet();
      long n = OWN.incrementAndGet();
      if (n == 1) {
        System.err.println("[sightglass] the agent failed, the job is not affected: " + stack(t));
      }
      if (n >= OWN_LIMIT && !off) {
        stop(n + " failures of the agent, the last one: " + what(t));
        System.err.println("[sightglass] switched off after " + n + " failures");
      }
    } catch (Throwable ignored) {
      // as above
    }
  }

  /** Class and place of a failure. Messages stay out: they may hold values of the job. */
  private static String what(Throwable t) {
    StackTraceElement[] st = t.getStackTrace();
    return t.getClass().getName() + (st.length == 0 ? "" : " at " + st[0]);
  }

  private static String stack(Throwable t) {
    StackTraceElement[] st = t.getStackTrace();
    StringBuilder s = new StringBuilder(t.getClass().getName());
    for (int i = 0; i < Math.min(st.length, FRAMES); i++) {
      s.append(i == 0 ? " at " : ", ").append(st[i]);
    }
    return s.toString();
  }

  private static String name(int hook) {
    String id = ids[hook];
    return id == null ? "number " + hook : id;
  }

  private static boolean essential(int hook) {
    return essential[hook];
  }

  /** Grows when a hook was switched off by a failure, and when hooks were switched on. */
  public static long changes() {
    return CHANGES.get();
  }

  /** Why the hook is off, or null: it did not fail. */
  public static String fault(int hook) {
    synchronized (LOCK) {
      return faults[hook];
    }
  }

  /** How often the hook failed since the start of the process. */
  public static int failures(int hook) {
    return FAILED.get(hook);
  }

  // ---- what runs

  /**
   * A hook ran, told each time or the first time in its class; {@code hook} is its place in the
   * list of hooks.
   */
  public static void fired(int hook) {
    FIRED.incrementAndGet(hook);
  }

  /** How often each hook said that it ran. */
  public static AtomicIntegerArray fired() {
    return FIRED;
  }

  /**
   * A hook does not simply run: it is off, or measured, or to fail for a test.
   *
   * @return {@link #SKIP}, 0 to go on, or the time at which it began, for {@link #measured}
   */
  public static long special(int hook) {
    switch (STATE[hook]) {
      case RUN:
      case REST:
        return 0;
      case MEASURE:
        if (turn <= 0) {
          return 0;
        }
        turn--; // not exact when several tasks have the hook, and need not be
        long now = System.nanoTime();
        return now == 0 || now == SKIP ? 1 : now;
      case FAULT:
        throw new InjectedFault();
      default:
        return SKIP;
    }
  }

  /**
   * A measured call is over.
   *
   * @param firings 1, or 0 for what belongs to a firing that counts at another place
   */
  public static void measured(int hook, long began, int firings) {
    int took = (int) Math.min(System.nanoTime() - began, 10_000_000);
    NANOS.addAndGet(hook, Math.max(0, took - CLOCK));
    MEASURED.addAndGet(hook, firings);
    if (NANOS.get(hook) > 1 << 30) {
      NANOS.set(hook, NANOS.get(hook) / 2);
      MEASURED.set(hook, MEASURED.get(hook) / 2);
    }
  }

  /** Mean cost of a firing, ns; -1 = not measured. */
  public static int cost(int hook) {
    int n = MEASURED.get(hook);
    return n == 0 ? -1 : NANOS.get(hook) / n;
  }

  /** The next hook's turn to be measured. Called by the clock thread. */
  public static void measureNext() {
    synchronized (LOCK) {
      if (measuring >= 0 && STATE[measuring] == MEASURE) {
        STATE[measuring] = normal(measuring);
      }
      for (int i = 0; i < MAX_HOOKS; i++) {
        measuring = (measuring + 1) % MAX_HOOKS;
        if (ids[measuring] != null && STATE[measuring] == RUN) {
          turn = TURN;
          STATE[measuring] = MEASURE;
          return;
        }
      }
    }
  }

  private static int clock() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 200; i++) {
      long t = System.nanoTime();
      least = Math.min(least, System.nanoTime() - t);
    }
    return (int) Math.min(least, 10_000);
  }

  // ---- all at once

  /** {@link #off} as it is now, for a thread that asks again and again. */
  public static boolean isOff() {
    return stopped;
  }

  /** Switches all hooks off. */
  public static void stop(String why) {
    synchronized (LOCK) {
      reason = why;
      off = true;
      Arrays.fill(STATE, OFF);
      stopped = true;
    }
  }

  /**
   * Switches hooks on again, those too that failed; contexts that lived while they were off must
   * have been closed before.
   */
  public static void start() {
    synchronized (LOCK) {
      reason = "";
      OWN.set(0);
      Arrays.fill(faults, null);
      stopped = false;
      off = false;
      for (int i = 0; i < MAX_HOOKS; i++) {
        STATE[i] = normal(i);
      }
    }
    CHANGES.incrementAndGet();
  }

  /** Why hooks are off; empty while they are on. */
  public static String reason() {
    return reason;
  }

  /** How many hooks failed since the start of the process. */
  public static long errors() {
    return ERRORS.get();
  }

  // ---- for tests of the agent

  /** What a hook throws that was told to fail. */
  static final class InjectedFault extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Lets every call of one hook fail; nobody but tests of the agent calls it. */
  public static void inject(int hook) {
    synchronized (LOCK) {
      for (int i = 0; i < MAX_HOOKS; i++) {
        if (i == hook || ids[hook] != null && ids[hook].equals(ids[i])) {
          STATE[i] = FAULT;
        }
      }
    }
  }

  /** The id of a hook; null = there is none. */
  public static String id(int hook) {
    synchronized (LOCK) {
      return ids[hook];
    }
  }
}
