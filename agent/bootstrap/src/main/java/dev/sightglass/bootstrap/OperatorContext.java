package dev.sightglass.bootstrap;

/**
 * Kept on an object of Flink that belongs to one operator of a chain: a chained output, a timer
 * service.
 */
public final class OperatorContext extends Traced {
  /** Requests that its asynchronous function got. */
  long requests;

  public OperatorContext(TaskContext task, int operator) {
    super(task, operator);
  }
}
