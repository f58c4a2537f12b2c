package dev.sightglass.bootstrap;

/** What a task hears of checkpoints, and what it says of them. */
public final class CheckpointProbe {
  private static final int COMPLETE = 1;
  private static final int ABORTED = 2;
  private static final int SUBSUMED = 3;

  private CheckpointProbe() {}

  /** {@code SubtaskCheckpointCoordinatorImpl.notifyCheckpointComplete} begins. */
  public static void complete(long checkpoint) {
    notified(checkpoint, COMPLETE);
  }

  public static void aborted(long checkpoint) {
    notified(checkpoint, ABORTED);
  }

  public static void subsumed(long checkpoint) {
    notified(checkpoint, SUBSUMED);
  }

  private static void notified(long checkpoint, int how) {
    TaskContext t = TaskContext.telling();
    if (t != null) {
      t.reads.told(Reads.NOTIFIED, checkpoint, how);
    }
  }

  /** The task reports its snapshot; a thread of its own. */
  public static void reported(Object manager, long checkpoint, Object snapshot) {
    Inspector in = Hooks.inspector();
    if (in != null && snapshot != null) {
      in.snapshot(manager, checkpoint, snapshot);
    }
  }
}
