package dev.sightglass.bootstrap;

/**
 * Makes contexts for what is told at level trace. Called once for each object of Flink, on the
 * task's thread; what it throws ends in {@link Hooks#fail}.
 */
public interface Tracer {
  /** The backends of an operator were made: a {@code StreamOperatorStateContext}. */
  void backends(TaskContext task, Object operatorId, Object backends);

  /**
   * A keyed backend made {@code state} by {@code descriptor}; {@code namespace} is the serializer
   * of its namespaces.
   */
  void created(TaskContext task, Object backend, Object descriptor, Object namespace, Object state);

  /** An operator's backend gave {@code state}. */
  void operatorState(TaskContext task, Object backend, Object state);

  /** Context for a state object, or null: it is not told. */
  StateContext state(TaskContext task, Object state);

  /** A timer service got its name. */
  void named(TaskContext task, String name, Object service);

  /** Context for a timer service, or null. */
  TimerContext timers(TaskContext task, Object service);

  /** Context of the timer service that fires timers of {@code target}, or null. */
  TimerContext firing(TaskContext task, Object target);

  /** Context for a window operator, or null. */
  WindowContext windows(TaskContext task, Object operator);

  /** Chain index of the operator whose output leads to that one; -1 = none. */
  int parent(TaskContext task, int operator);

  /** Chain index of the operator that emits to a {@code RecordWriter}; -1 = not known. */
  int writer(TaskContext task, Object writer);

  /**
   * Which input holds a combined watermark back.
   *
   * @param combined a valve, a multiplexer, or the combined watermark of an operator
   * @param own takes that input's own watermark
   * @return index of the input or name of the split, or null when none does
   */
  Object holder(Object combined, long[] own);

  /** The {@code InputChannelInfo} of a gate's channel by its place. */
  Object channelInfo(Object gate, int place);

  /** A request of an asynchronous state was made, or null: it is not told. */
  AsyncRead request(TaskContext task, Object controller, Object state, Object type, Object payload);
}
