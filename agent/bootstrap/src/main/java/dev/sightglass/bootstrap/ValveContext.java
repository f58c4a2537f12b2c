package dev.sightglass.bootstrap;

/** Kept on a {@code StatusWatermarkValve}. */
final class ValveContext {
  private final TaskContext task;
  private long last = Long.MIN_VALUE;

  ValveContext(TaskContext task) {
    this.task = task;
  }

  void reached(long output) {
    if (output != last && !task.closed) {
      last = output;
      task.watermark(output);
    }
  }
}
