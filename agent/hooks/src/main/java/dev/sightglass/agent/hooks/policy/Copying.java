package dev.sightglass.agent.hooks.policy;

/** How much of the state files of a job's checkpoints is copied. */
public final class Copying {
  final Glob job;

  /** Of one subtask's snapshot; of a larger one nothing is copied. */
  public final long bytes;

  /** At most one snapshot of a subtask in that time. */
  public final long everyMillis;

  Copying(Glob job, long bytes, long everyMillis) {
    this.job = job;
    this.bytes = bytes;
    this.everyMillis = everyMillis;
  }
}
