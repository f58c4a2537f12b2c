package dev.sightglass.agent.hooks.drain;

import dev.sightglass.agent.core.AttemptRecorder;
import dev.sightglass.bootstrap.Clock;

/** What a JobManager tells of one job. */
public final class JobRecording extends Recording {
  private final PendingDefinition process;
  private boolean described;

  /** What comes after a job's last state is still taken for that long, µs. */
  private static final long LATE = 5_000_000;

  private volatile long finishedAt;
  private boolean broken;

  public JobRecording(AttemptRecorder recorder, PendingDefinition process) {
    super(recorder);
    this.process = process;
  }

  @Override
  boolean poll() {
    if (!described) {
      described = true;
      recorder.describe(recorder.define(process.kind, process.body));
    }
    return writeBodies(Clock.read());
  }

  /** The job reached its last state. Any thread. */
  public void finished() {
    finishedAt = Clock.read();
  }

  @Override
  void fail() {
    broken = true;
  }

  @Override
  boolean isOver() {
    long at = finishedAt;
    return broken || at != 0 && Clock.read() - at > LATE;
  }

  @Override
  void end() {
    poll();
    recorder.end();
  }
}
