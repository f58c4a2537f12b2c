package dev.sightglass.bootstrap;

/**
 * A task's life: {@code Task}, {@code StreamTask}, {@code MailboxProcessor}, {@code
 * SourceStreamTask}.
 */
public final class TaskProbe {
  private TaskProbe() {}

  /** Context for a {@code Task}; never null, so that the field is set once. */
  public static Object context(Object task) {
    Inspector in = Hooks.inspector();
    TaskContext t = in == null ? null : in.task(task);
    return t == null ? Nothing.HERE : t;
  }

  /** {@code Task.doRun} begins, on the task's thread. */
  public static void enter(Object context) {
    if (context instanceof TaskContext) {
      TaskContext.enterThread((TaskContext) context);
    }
  }

  /** {@code Task.doRun} is left, either way. */
  public static void leave(Object context) {
    if (context instanceof TaskContext) {
      TaskContext t = (TaskContext) context;
      TaskContext.enterThread(null);
      try {
        Hooks.inspector().ended(t);
        if (!t.closed) {
          t.reads.end();
        }
      } finally {
        t.end();
      }
    }
  }

  /** {@code Task.loadAndInstantiateInvokable} begins. */
  public static void starting(ClassLoader loader, String invokable, Object environment) {
    TaskContext t = TaskContext.current();
    if (t != null && !t.closed) {
      Hooks.inspector().starting(t, loader, invokable, environment);
    }
  }

  /** An operator of the chain was made. */
  public static void operator(Object factory, Object config, Object created) {
    TaskContext t = TaskContext.current();
    if (t != null && !t.closed) {
      Hooks.inspector().operatorCreated(t, factory, config, created);
    }
  }

  /** All operators of the chain were made; no element was seen yet. */
  public static void chained() {
    TaskContext t = TaskContext.current();
    if (t != null && !t.closed) {
      Hooks.inspector().chained(t);
    }
  }

  /** {@code Task.transitionState} gave {@code changed}. */
  public static void state(
      boolean changed, Object context, Object from, Object to, Throwable cause) {
    if (changed && context instanceof TaskContext) {
      Hooks.inspector().state((TaskContext) context, from, to, cause);
    }
  }

  /**
   * {@code StreamTask.performCheckpoint} begins.
   *
   * @param time when the checkpoint was triggered, ms
   * @param options its {@code CheckpointOptions}
   */
  public static long checkpoint(
      boolean running, long checkpoint, boolean unaligned, long time, Object options) {
    TaskContext t = TaskContext.current();
    if (t == null || t.closed || !running) {
      return -1;
    }
    t.reads.flush();
    t.checkpoint(checkpoint, unaligned);
    byte[] barrier = Hooks.inspector().barrier(checkpoint, time, options);
    TaskNote n = t.reads.between(Reads.BARRIER, -1).number(checkpoint).time(time);
    n.value(barrier, 0, barrier == null ? 0 : barrier.length).write();
    return checkpoint;
  }

  /**
   * {@code StreamTask.performCheckpoint} is left: the snapshot is taken as far as the task's thread
   * does it, all barriers are out.
   */
  public static void checkpointed(long checkpoint, Object task) {
    TaskContext t = TaskContext.current();
    if (checkpoint >= 0 && t != null && !t.closed) {
      byte[] b = null;
      try {
        b = Hooks.inspector().transients(t, task);
      } finally {
        if (b != null) {
          TaskNote n = t.reads.between(Reads.TRANSIENT, -1).number(checkpoint);
          n.value(b, 0, b.length).write();
        }
        t.checkpointed(checkpoint);
      }
    }
  }

  /** {@code StreamTask.performCheckpoint} is left by an exception. */
  public static void notCheckpointed(long checkpoint) {
    TaskContext t = TaskContext.current();
    if (checkpoint >= 0 && t != null && !t.closed) {
      t.checkpointed(checkpoint);
    }
  }

  /** {@code MailboxProcessor.suspendDefaultAction}: no input, or no room for output. */
  public static void idle() {
    TaskContext t = TaskContext.current();
    if (t != null && !t.closed) {
      t.idle();
    }
  }

  /** Makes a context now, while the right thread is at work. */
  public static void keep(Object context) {
    // Fetching the argument did it.
  }

  /** A thread is made that emits for the task of the current one, under its checkpoint lock. */
  public static Object inherit(Object thread) {
    TaskContext t = TaskContext.current();
    if (t == null) {
      return Nothing.HERE;
    }
    Object lock = Hooks.inspector().checkpointLock(thread);
    t.setLegacy(lock == null ? Nothing.HERE : lock);
    return t;
  }
}
