package dev.sightglass.bootstrap;

/** What a task is for all its life, and its end: in order, or because hooks were switched off. */
abstract class TaskLife extends TaskElements {
  private volatile int sourceOperator;
  private volatile boolean ended;
  private volatile boolean abandoned;
  private volatile String fault;

  /** A legacy source: elements come from another thread, under the checkpoint lock. */
  private boolean legacy;

  TaskLife(ChunkPool pool) {
    super(pool);
  }

  /** Elements come from a thread of their own. */
  public void setLegacy() {
    legacy = true;
  }

  boolean legacy() {
    return legacy;
  }

  /** The task is over: what is at hand is written, and nothing after it. */
  public void end() {
    if (!closed) {
      if (!legacy) {
        checkLate();
        flushRun();
      }
      closed = true;
    }
    ended = true;
  }

  /**
   * Nothing is told any more, and numbers are lost: hooks were switched off, or one of them failed.
   *
   * @param why what failed, or null
   */
  public void abandon(String why) {
    if (why != null && fault == null) {
      fault = why;
    }
    abandoned = true;
    closed = true;
    ended = true;
  }

  /** Chain index of the source that the task reads, 0 for most. Set when its chain is known. */
  public int sourceOperator() {
    return sourceOperator;
  }

  public void setSourceOperator(int operator) {
    sourceOperator = operator;
  }

  /** What failed, so that nothing more is told; null = nothing did. */
  public String fault() {
    return fault;
  }

  /** Nothing more is written. */
  public boolean ended() {
    return ended;
  }

  /** Gives the tape's memory back; by the drain, when all is read. */
  public void release() {
    tape.release(!legacy && !abandoned);
  }

  /** The highest invocation number given. For the drain, after {@link #ended()}. */
  public long invocations() {
    return last;
  }
}
