package dev.sightglass.bootstrap;

/** How the recording of a task attempt ends, and which threads may tell of it until then. */
abstract class TaskLife extends TaskTraces {
  private volatile int sourceOperator;
  private volatile boolean readsSource;
  private volatile boolean ended;
  private volatile boolean abandoned;
  private volatile String fault;

  /** A legacy source: elements come from another thread, under this lock; null for all others. */
  private Object lock;

  /** Of a legacy source's task: the thread that runs its mails. */
  private Thread mailThread;

  /** Of that thread: a mail that waits for the lock, as its description; null = none does. */
  String waitingMail;

  /** A log line is written right now: one within it is not told, see {@link LogProbe}. */
  boolean logging;

  TaskLife(ChunkPool pool) {
    super(pool);
  }

  /** Whether all of an operator's payload is kept. */
  public boolean keepsPayload(int operator) {
    return levels.payload(operator) == Levels.FULL;
  }

  /** Whether somebody else may be telling: the lock of a legacy source is not held. */
  boolean isElsewhere() {
    return lock != null && !Thread.holdsLock(lock);
  }

  /**
   * Elements come from a thread of their own, which holds {@code lock} while it gives them. Called
   * by the thread that runs the task's mails.
   */
  public void setLegacy(Object lock) {
    this.lock = lock;
    mailThread = Thread.currentThread();
  }

  /** Of a legacy source's task: whether this thread runs its mails. */
  boolean isMailThread() {
    return mailThread == Thread.currentThread();
  }

  boolean legacy() {
    return lock != null;
  }

  /** Whether elements come from a thread of their own. */
  public boolean isLegacy() {
    return lock != null;
  }

  /** The task is over: what is at hand is written, and nothing after it. */
  public void end() {
    if (!closed) {
      if (asked) {
        tellAnswers();
      }
      if (!legacy()) {
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
    readsSource = true;
  }

  /** Whether the task has a source. */
  boolean readsSource() {
    return readsSource;
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
    tape.release(!legacy() && !abandoned);
  }

  /** The highest invocation number given. For the drain, after {@link #ended()}. */
  public long invocations() {
    return last;
  }
}
