package dev.sightglass.bootstrap;

/**
 * Kept on an object of Flink that belongs to one operator of a chain: a chained output, a timer
 * service.
 */
public final class OperatorContext {
  final TaskContext task;

  /** Chain index, or -1. */
  final int operator;

  /** Requests that its asynchronous function got. */
  long requests;

  public OperatorContext(TaskContext task, int operator) {
    this.task = task;
    this.operator = operator;
  }
}
