package dev.sightglass.bootstrap;

/**
 * Kept on an object of Flink that belongs to one operator of a chain: a chained output, a timer
 * service.
 */
public final class OperatorContext extends Traced {
  /** Requests that its asynchronous function got. */
  long requests;

  /** Paths are told. Kept up to date by the task when levels change, as {@link #told}. */
  boolean entered;

  public OperatorContext(TaskContext task, int operator) {
    super(task, operator);
  }

  @Override
  void follow(Levels l, boolean traced) {
    super.follow(l, traced);
    entered = operator >= 0 && l.paths;
  }
}
