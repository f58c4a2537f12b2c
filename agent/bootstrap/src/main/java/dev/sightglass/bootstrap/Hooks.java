package dev.sightglass.bootstrap;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/** The switch of all hooks, and the place where their failures end. */
public final class Hooks {
  /** How many failures switch all hooks off. */
  public static final int LIMIT = 10;

  /**
   * Read first by every hook. Plain on purpose: a thread may see the change a little later, and
   * pays nothing for it until then.
   */
  public static boolean off;

  /** More hooks than there will be. */
  public static final int MAX_HOOKS = 256;

  private static final AtomicIntegerArray FIRED = new AtomicIntegerArray(MAX_HOOKS);
  private static final AtomicLong ERRORS = new AtomicLong();

  /** Failures since hooks were switched on last. */
  private static final AtomicLong SINCE_START = new AtomicLong();

  private static volatile boolean stopped;
  private static volatile Inspector inspector;
  private static volatile String reason = "";

  private Hooks() {}

  /** Puts the part in that looks into Flink's objects. Hooks stay silent until it is there. */
  public static void install(Inspector in) {
    inspector = in;
  }

  static Inspector inspector() {
    return inspector;
  }

  /**
   * Counts a failure inside a hook; prints the first, switches off after {@link #LIMIT}. Never
   * throws.
   */
  public static void fail(Throwable t) {
    try {
      ERRORS.incrementAndGet();
      long n = SINCE_START.incrementAndGet();
      if (n == 1) {
        System.err.println("[sightglass] a hook failed, the job is not affected: " + where(t));
      }
      if (n >= LIMIT && !off) {
        stop(n + " failures in hooks, the last one: " + where(t));
        System.err.println("[sightglass] switched off after " + n + " failures in hooks");
      }
    } catch (Throwable ignored) {
      // Nothing is left to try: most likely the stack or the heap is exhausted, and that is the
      // job's to report.
    }
  }

  /** Class and place of a failure. Messages stay out: they may hold values of the job. */
  private static String where(Throwable t) {
    StackTraceElement[] st = t.getStackTrace();
    return t.getClass().getName() + (st.length == 0 ? "" : " at " + st[0]);
  }

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

  /** {@link #off} as it is now, for a thread that asks again and again. */
  public static boolean isOff() {
    return stopped;
  }

  /** Switches all hooks off. */
  public static void stop(String why) {
    reason = why;
    off = true;
    stopped = true;
  }

  /**
   * Switches hooks on again; contexts that lived while they were off must have been closed before.
   */
  public static void start() {
    reason = "";
    SINCE_START.set(0);
    stopped = false;
    off = false;
  }

  /** Why hooks are off; empty while they are on. */
  public static String reason() {
    return reason;
  }

  /** How many hooks failed since the start of the process. */
  public static long errors() {
    return ERRORS.get();
  }
}
