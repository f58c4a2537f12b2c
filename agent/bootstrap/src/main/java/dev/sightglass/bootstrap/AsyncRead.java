package dev.sightglass.bootstrap;

/**
 * A request to an asynchronous state whose answer is not there yet. It is made on the task's
 * thread, answered on any, and told on the task's thread again, as a part of the invocation that
 * made it.
 */
public abstract class AsyncRead {
  final TaskContext task;
  final long invocation;
  final int ordinal;
  protected Object answer;
  AsyncRead next;

  protected AsyncRead(TaskContext task) {
    this.task = task;
    this.invocation = task.reserve();
    this.ordinal = task.reservedOrdinal();
  }

  /** The answer; any thread. */
  final void answer(Object v) {
    answer = v;
    task.answered(this);
  }

  /** Tells it; the task's thread. */
  protected abstract void tell();

  /** A note in the place that was kept for it. */
  protected final TaskNote note(int kind, int operator) {
    return task.noteFor(kind, operator, invocation, ordinal);
  }
}
