package dev.sightglass.bootstrap;

import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * The net under all rules about drops: metrics of a task's operators whose names say that they
 * count late records that were dropped. They are read when the clock moves (200 times a second at
 * most), and compared with the rows that were told. What is left over is told as {@link
 * DropReason#UNEXPLAINED}, and from then on the metrics are read at the end of each invocation, so
 * that the next ones are tied to their record ({@link DropReason#COUNTED_BY_A_LATE_METRIC}).
 *
 * <p>Made when the first such metric is registered; a task without one has null instead.
 */
public final class LateCounters {
  private final TaskContext task;
  private int[] operators = new int[2];
  private String[] names = new String[2];
  private MethodHandle[] counts = new MethodHandle[2];
  private long[] seen = new long[2];
  private int size;

  /** Drops told and not yet found in a metric, by operator + 1. */
  private int[] told = new int[4];

  /** Rises found and not yet told, by metric. */
  private long[] left = new long[2];

  /** Each invocation is looked at. */
  private boolean watching;

  private boolean checking;
  private long checkedAt;

  private LateCounters(TaskContext task) {
    this.task = task;
  }

  /**
   * An operator registers a metric that counts late records.
   *
   * @param operator chain index, -1 = not known
   * @param count a handle of type () → long that reads the metric
   */
  public static void register(TaskContext task, int operator, String name, MethodHandle count) {
    if (task.late == null) {
      task.late = new LateCounters(task);
    }
    task.late.add(operator, name, count);
  }

  private void add(int operator, String name, MethodHandle count) {
    if (size == operators.length) {
      operators = Arrays.copyOf(operators, 2 * size);
      names = Arrays.copyOf(names, 2 * size);
      counts = Arrays.copyOf(counts, 2 * size);
      seen = Arrays.copyOf(seen, 2 * size);
      left = Arrays.copyOf(left, 2 * size);
    }
    if (operator + 1 >= told.length) {
      told = Arrays.copyOf(told, 2 * (operator + 2));
    }
    operators[size] = operator;
    names[size] = name;
    counts[size] = count;
    seen[size] = read(count);
    size++;
  }

  private static long read(MethodHandle count) {
    try {
      return (long) count.invokeExact();
    } catch (Throwable t) {
      Hooks.fail(t);
      return 0;
    }
  }

  /** A row explains one step of the operator's metric. */
  void explained(int operator) {
    if (operator + 1 < told.length) {
      told[operator + 1]++;
    }
  }

  /** The invocation at hand ends. */
  void invocationEnds() {
    if (watching) {
      check(true);
    }
  }

  /**
   * Compares.
   *
   * @param exact whatever rose, rose in the invocation at hand
   */
  void check(boolean exact) {
    if (checking) {
      return;
    }
    checking = true;
    try {
      boolean rose = false;
      for (int i = 0; i < size; i++) {
        long now = read(counts[i]);
        left[i] = now - seen[i];
        seen[i] = now;
        if (left[i] > 0) {
          int o = operators[i] + 1;
          int known = (int) Math.min(left[i], told[o]);
          left[i] -= known;
          told[o] -= known;
          rose |= left[i] > 0;
        }
      }
      // A row that no metric counted explains nothing that comes later.
      Arrays.fill(told, 0);
      if (rose) {
        tell(exact);
      }
      checkedAt = task.last;
    } finally {
      checking = false;
    }
  }

  private void tell(boolean exact) {
    long since = exact ? 1 : task.last - checkedAt;
    watching = true;
    for (int i = 0; i < size; i++) {
      if (left[i] > 0) {
        task.drops.tellCounted(
            exact ? DropReason.COUNTED_BY_A_LATE_METRIC : DropReason.UNEXPLAINED,
            operators[i],
            left[i],
            since,
            names[i]);
      }
    }
  }
}
