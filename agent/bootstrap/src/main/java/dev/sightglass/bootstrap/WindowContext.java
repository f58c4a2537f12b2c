package dev.sightglass.bootstrap;

/** Kept on a window operator, or on what it triggers windows with. */
public abstract class WindowContext extends Traced {
  static final int ASSIGNED = 53;
  static final int MERGED = 54;
  static final int FIRED = 55;
  static final int PURGED = 56;

  /** A trigger wanted a window purged that fires first. */
  Object purging;

  protected WindowContext(TaskContext task, int operator) {
    super(task, operator);
  }

  /**
   * Tells something about a window of the key at hand.
   *
   * @param what of a purge: 1 the trigger wanted it, 2 its time is over
   * @param into the window that it is merged into, or null
   */
  protected abstract void tell(int kind, Object window, int what, Object into);
}
