package dev.sightglass.bootstrap;

/** Kept on a timer service. */
public abstract class TimerContext extends Traced {
  protected TimerContext(TaskContext task, int operator) {
    super(task, operator);
  }

  /**
   * Tells what became of a timer.
   *
   * @param kind 50 registered, 51 deleted
   * @param flags 1 event time, 2 processing time
   */
  protected abstract void tell(int kind, int flags, Object key, Object namespace, long time);

  /** Tells that a timer fires. */
  protected abstract void fired(int flags, Object timer, long time);
}
