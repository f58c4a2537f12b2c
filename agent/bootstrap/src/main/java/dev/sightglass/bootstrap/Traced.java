package dev.sightglass.bootstrap;

/**
 * Kept on an object of Flink that belongs to one operator, where what happens to it is told at
 * level trace: a state, a service of timers, a window operator, an output.
 */
public abstract class Traced {
  public final TaskContext task;

  /** Chain index, or -1. */
  public final int operator;

  /**
   * The operator is at level trace. Kept up to date by the task when levels change, so that a hook
   * pays one load for the question.
   */
  boolean told;

  protected Traced(TaskContext task, int operator) {
    this.task = task;
    this.operator = operator;
    task.add(this);
  }

  /** Takes over what is recorded from now on. */
  void follow(Levels l, boolean traced) {
    told = traced;
  }

  /** Whether anything is to be told now. */
  protected final boolean isTold() {
    return told && !task.closed;
  }
}
