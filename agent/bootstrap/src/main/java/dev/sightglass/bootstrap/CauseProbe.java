package dev.sightglass.bootstrap;

import java.util.Arrays;

/**
 * What an operator hands on in another invocation than the one that brought it: results of
 * asynchronous calls, members of mini-batches. Told at level trace.
 */
public final class CauseProbe {
  private static final int KIND = 60;
  private static final int ASYNC = 1;
  private static final int BUNDLE = 2;

  /** Runs of members of a bundle that are remembered; later ones are lost, and counted as that. */
  static final int MOST = 1 << 16;

  private CauseProbe() {}

  /** Kept on an entry of a queue of asynchronous results. */
  private static final class Entry {
    final TaskContext task;
    final int operator;
    final long invocation;

    Entry(TaskContext task) {
      this.task = task;
      this.operator = task.operatorAtWork();
      this.invocation = task.invocation();
    }
  }

  /** Kept on an operator that collects records before it handles them. */
  static final class Bundle extends Traced {
    private long[] first = new long[16];
    private long[] count = new long[16];
    private int size;
    private long lost;

    Bundle(TaskContext task, int operator) {
      super(task, operator);
    }

    void add(long invocation) {
      if (size > 0 && invocation - first[size - 1] <= count[size - 1]) {
        // The one before again, or the next.
        count[size - 1] = invocation - first[size - 1] + 1;
      } else if (size < MOST) {
        if (size == first.length) {
          first = Arrays.copyOf(first, size * 2);
          count = Arrays.copyOf(count, size * 2);
        }
        first[size] = invocation;
        count[size++] = 1;
      } else {
        lost++;
      }
    }

    void tell() {
      for (int i = 0; i < size; i++) {
        task.note(TaskNote.TRACE, KIND, operator)
            .what(BUNDLE)
            .number(first[i])
            .number2(count[i])
            .write();
      }
      if (lost > 0) {
        task.lose(TaskNote.TRACE, task.invocation(), lost, 0);
      }
    }
  }

  /** Context for an entry of a queue: the invocation that puts its record in. */
  public static Object entry() {
    TaskContext t = TaskContext.current();
    return t == null || t.closed || !t.isTraced(t.operatorAtWork()) ? Nothing.HERE : new Entry(t);
  }

  /** The results of an entry go out. */
  public static void result(Object context) {
    if (context instanceof Entry) {
      Entry e = (Entry) context;
      TaskContext t = e.task;
      if (!t.closed && t.isTraced(e.operator)) {
        int steps = t.steps();
        t.note(TaskNote.TRACE, KIND, e.operator)
            .what(ASYNC)
            .number(e.invocation)
            .number2(steps)
            .write();
      }
    }
  }

  /** Context for an operator that collects records. */
  public static Object bundle(Object operator) {
    TaskContext t = TaskContext.current();
    return t == null ? Nothing.HERE : new Bundle(t, Hooks.inspector().operator(t, operator));
  }

  /** A record is put into the bundle. */
  public static void member(Object context) {
    if (context instanceof Bundle) {
      Bundle b = (Bundle) context;
      if (b.isTold()) {
        b.add(b.task.invocation());
      }
    }
  }

  /**
   * The bundle is handled. Before a checkpoint that is outside of all invocations: then it is one
   * of its own, so that what is read, written and sent belongs together.
   *
   * @return what {@link #finished} wants
   */
  public static int finish(Object context) {
    int token = -1;
    if (context instanceof Bundle) {
      Bundle b = (Bundle) context;
      if (b.size > 0) {
        if (b.isTold()) {
          token = b.task.beginIfNone();
          b.tell();
        }
        b.size = 0;
        b.lost = 0;
      }
    }
    return token;
  }

  public static void finished(Object context, int token) {
    if (token >= 0) {
      ((Bundle) context).task.end(token);
    }
  }

  public static void failed(Object context, int token, Throwable thrown) {
    finished(context, token);
  }
}
