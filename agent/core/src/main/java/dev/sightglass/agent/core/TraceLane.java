package dev.sightglass.agent.core;

/** Lane 4: external writes with the places that they got, and what operators did. */
public interface TraceLane extends NoteLane {
  /**
   * A write that was acknowledged (kind 48).
   *
   * @param ordinal which write of its invocation, from 0
   * @param split definition of kind 8: where it went
   * @param offset −1 = not told
   * @param splitTime ms, or {@link AttemptRecorder#NO_TIME}
   */
  void written(
      long invocation,
      int operator,
      int ordinal,
      int split,
      long offset,
      long splitTime,
      WrittenRecord record);

  /** A write that failed (kind 49). {@code text}: definition of the error's class. */
  void failed(
      long invocation, int operator, int ordinal, int split, int text, WrittenRecord record);

  /**
   * Sets the wall clock of this lane's next rows, µs: acknowledgements come later than the task's
   * clock says.
   */
  void stamp(long wallMicros);
}
