package dev.sightglass.bootstrap;

import java.util.ArrayList;
import java.util.List;

/**
 * What classes of a job tell of their lines, in a process where a recorded task runs again. Nothing
 * else is woven with it.
 *
 * <p>Each probe costs one test of a field while nothing is traced. Values are given one by one, so
 * that nothing is boxed or collected for a line that nobody looks at, and no branch is added to the
 * job's methods.
 */
public final class LineProbe {
  /** What a method without a result returns. */
  public static final Object NOTHING = new Object();

  private static final List<LineMethod> METHODS = new ArrayList<>();

  /** Some invocation that may be at hand is traced. Set by the thread that reads it. */
  private static boolean on;

  private static long from;
  private static long to;
  private static LineTrace trace;

  /** The line whose variables follow is traced. */
  private static boolean open;

  /** In here: what is looked at must not tell of itself. */
  private static boolean busy;

  private static volatile String statics;

  private LineProbe() {}

  // ---- for who weaves, and who traces

  /** A class of the job that was loaded has a static field in which something may be kept. */
  public static void keepsInStatics(String field) {
    statics = field;
  }

  /** Such a field, null = no class that was loaded has one. */
  public static String statics() {
    return statics;
  }

  /** Gives the number that the probes of the method say. */
  public static int declare(LineMethod m) {
    synchronized (METHODS) {
      METHODS.add(m);
      return METHODS.size() - 1;
    }
  }

  public static LineMethod method(int number) {
    synchronized (METHODS) {
      return METHODS.get(number);
    }
  }

  /**
   * Invocations from {@code first} to {@code last} are traced from now on; others are not. Called
   * by the task's thread.
   */
  public static void trace(LineTrace by, long first, long last) {
    trace = by;
    from = first;
    to = last;
    on = by != null && last >= first;
    open = false;
  }

  // ---- probes

  public static void enter(int method) {
    if (on && begin()) {
      try {
        trace.enter(method);
      } catch (Throwable t) {
        broken(t);
      }
      busy = false;
    }
  }

  public static void line(int method, int line) {
    if (on && (open = begin())) {
      try {
        trace.line(method, line);
      } catch (Throwable t) {
        broken(t);
      }
      busy = false;
    }
  }

  public static void local(Object value, int index) {
    if (on && open) {
      tell(value, index);
    }
  }

  public static void local(int value, int index) {
    if (on && open) {
      tell(value, index);
    }
  }

  public static void local(long value, int index) {
    if (on && open) {
      tell(value, index);
    }
  }

  public static void local(float value, int index) {
    if (on && open) {
      tell(value, index);
    }
  }

  public static void local(double value, int index) {
    if (on && open) {
      tell(value, index);
    }
  }

  public static void field(Object value, String name, String descriptor, int method) {
    if (on && begin()) {
      try {
        trace.field(value, name, descriptor, method);
      } catch (Throwable t) {
        broken(t);
      }
      busy = false;
    }
  }

  public static void field(int value, String name, String descriptor, int method) {
    if (on) {
      field((Object) value, name, descriptor, method);
    }
  }

  public static void field(long value, String name, String descriptor, int method) {
    if (on) {
      field((Object) value, name, descriptor, method);
    }
  }

  public static void field(float value, String name, String descriptor, int method) {
    if (on) {
      field((Object) value, name, descriptor, method);
    }
  }

  public static void field(double value, String name, String descriptor, int method) {
    if (on) {
      field((Object) value, name, descriptor, method);
    }
  }

  public static void exit(int method) {
    if (on) {
      exit(NOTHING, method);
    }
  }

  public static void exit(Object value, int method) {
    if (on && begin()) {
      try {
        trace.exit(value, method);
      } catch (Throwable t) {
        broken(t);
      }
      busy = false;
    }
  }

  public static void exit(int value, int method) {
    if (on) {
      exit((Object) value, method);
    }
  }

  public static void exit(long value, int method) {
    if (on) {
      exit((Object) value, method);
    }
  }

  public static void exit(float value, int method) {
    if (on) {
      exit((Object) value, method);
    }
  }

  public static void exit(double value, int method) {
    if (on) {
      exit((Object) value, method);
    }
  }

  public static void thrown(Throwable thrown, int method) {
    if (on && begin()) {
      try {
        trace.thrown(thrown, method);
      } catch (Throwable t) {
        broken(t);
      }
      busy = false;
    }
  }

  private static void tell(Object value, int index) {
    TaskContext t = TaskContext.current();
    if (t == null || busy) {
      return;
    }
    busy = true;
    try {
      trace.local(value, index);
    } catch (Throwable e) {
      broken(e);
    }
    busy = false;
  }

  /** Whether what happens now is traced. Threads of the job's own have no context. */
  private static boolean begin() {
    TaskContext t = TaskContext.current();
    if (t == null || busy) {
      return false;
    }
    long i = t.invocation();
    if (i < from || i > to) {
      return false;
    }
    busy = true;
    trace.at(i, t.frame.notes, t.frame.sent);
    return true;
  }

  private static void broken(Throwable t) {
    on = false;
    open = false;
    try {
      trace.broken(t);
    } catch (Throwable again) {
      // Nothing more can be said.
    }
  }
}
