package dev.sightglass.bootstrap;

/** Clocks that Flink's runtime reads for a task. */
public final class ClockProbe {
  private ClockProbe() {}

  /** The processing-time service told the time, ms. */
  public static void processingTime(long millis) {
    TaskContext t = TaskContext.working();
    if (t != null) {
      t.reads.glanced(Reads.RUNTIME);
      t.reads.clock(Reads.RUNTIME, millis);
    }
  }

  /** A clock that stands still while the task is held up told its time, ns. */
  public static void relative(long nanos) {
    TaskContext t = TaskContext.working();
    if (t != null) {
      t.reads.told(Reads.RELATIVE_NANOS, nanos);
    }
  }

  /** A callback is registered for {@code time}; only once. */
  public static void registered(Object service, long time, Object callback) {
    TaskContext t = TaskContext.working();
    if (t != null) {
      t.reads.registrations.add(service, time, callback, false);
    } else {
      ServeProbe.registering(callback);
    }
  }

  /** A callback is registered that comes again and again. */
  public static void scheduled(Object service, Object callback) {
    TaskContext t = TaskContext.working();
    if (t != null) {
      t.reads.registrations.add(service, 0, callback, true);
    } else {
      ServeProbe.registering(callback);
    }
  }

  /**
   * Callbacks of a task that wait for a processing time, or were taken back: number of the
   * registration, service, time (0: comes again and again), callback.
   */
  public static java.util.List<Object[]> waiting(TaskContext t, int most) {
    return t.reads.registrations.waiting(most);
  }
}
