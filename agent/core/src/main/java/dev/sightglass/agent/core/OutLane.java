package dev.sightglass.agent.core;

/** Lane 1: the elements that leave a task, numbered per subpartition. */
public interface OutLane {
  /**
   * One element.
   *
   * @param kind {@link EventKind#RECORD} … {@link EventKind#INTERNAL_WATERMARK}
   * @param invocation the invocation that emitted it
   * @param operator chain index of the operator that emitted it, or {@link AttemptRecorder#NONE}
   * @param partition index from {@link AttemptRecorder#partition}
   * @param subpartitionPlus1 subpartition + 1; 0 = broadcast to all
   * @param eventTime ms; of a watermark its timestamp; {@link AttemptRecorder#NO_TIME} = none
   * @param buf the element without Flink's four length bytes; copied
   * @param len −1 = withheld
   */
  void record(
      int kind,
      long invocation,
      int operator,
      int partition,
      int subpartitionPlus1,
      long eventTime,
      byte[] buf,
      int off,
      int len);

  /**
   * {@link #record} of an element whose bytes were cut before they came here.
   *
   * @param fullLength bytes before the cut
   * @param hash {@link XxHash64} (seed 0) of the whole
   */
  void recordCut(
      int kind,
      long invocation,
      int operator,
      int partition,
      int subpartitionPlus1,
      long eventTime,
      byte[] buf,
      int off,
      int len,
      long fullLength,
      long hash);

  /**
   * Says of the next record how many rows of lanes trace, state and env its invocation made before,
   * plus 1.
   */
  void order(int rowsPlus1);

  /**
   * A barrier was broadcast on a partition: both ends compare the counters of its subpartitions.
   *
   * @param flags {@link RowFlags}
   */
  void barrier(long checkpoint, int partition, int flags);

  /**
   * Sets how many elements were sent on a subpartition so far in this attempt: some had no rows,
   * being lost, or not to be recorded.
   */
  void sent(int partition, int subpartition, long elements);
}
