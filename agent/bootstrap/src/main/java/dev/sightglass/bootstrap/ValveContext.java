package dev.sightglass.bootstrap;

/** Kept on a {@code StatusWatermarkValve}: the input's combined watermark, and what raised it. */
final class ValveContext {
  private final TaskContext task;
  private long last = Long.MIN_VALUE;
  private long raised = Long.MIN_VALUE;
  private ChannelContext channel;
  private long raisedAt;

  ValveContext(TaskContext task) {
    this.task = task;
    task.drops.add(this);
  }

  /** A watermark is about to go out: operators will see it before {@link #reached}. */
  void raised(long output) {
    if (!task.closed) {
      raised = output;
      channel = task.channelAtHand();
      raisedAt = task.invocation();
    }
  }

  void reached(long output) {
    if (output != last && !task.closed) {
      last = output;
      task.watermark(output);
    }
  }

  /** It goes on where it was at a checkpoint. */
  void startAt(long output) {
    last = output;
    raised = output;
  }

  /** The watermark that it gave out last. */
  long raised() {
    return raised;
  }

  /** The channel whose element raised it, or null. */
  ChannelContext channel() {
    return channel;
  }

  /** The invocation in which that was. */
  long raisedAt() {
    return raisedAt;
  }
}
