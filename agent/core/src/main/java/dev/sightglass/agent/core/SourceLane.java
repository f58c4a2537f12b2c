package dev.sightglass.agent.core;

/** Lane 3: records that a source read. */
public interface SourceLane {
  /**
   * A record with its bytes (kind 32).
   *
   * @param split definition of kind 8, or {@link AttemptRecorder#NONE}
   * @param splitTime the record's own timestamp, ms, or {@link AttemptRecorder#NO_TIME}
   * @param emitted how many values the deserializer gave
   * @param valueLen −1 = null, as are {@code keyLen} and {@code headersLen}
   * @param headers layout of column 50, {@code spec/block.md}
   */
  void record(
      long invocation,
      int operator,
      int split,
      long offset,
      long splitTime,
      int emitted,
      byte[] value,
      int valueOff,
      int valueLen,
      byte[] key,
      int keyOff,
      int keyLen,
      byte[] headers,
      int headersOff,
      int headersLen);

  /** As {@link #record} with a value that was cut before it came here. */
  void recordCut(
      long invocation,
      int operator,
      int split,
      long offset,
      long splitTime,
      int emitted,
      byte[] value,
      int valueOff,
      int valueLen,
      byte[] key,
      int keyOff,
      int keyLen,
      byte[] headers,
      int headersOff,
      int headersLen,
      long fullLength,
      long hash);

  /**
   * {@code n} records one behind the other, each of which gave {@code emitted} values, told by
   * their places alone (kind 34).
   */
  void run(long invocation, int n, int operator, int split, long offset, int emitted);

  /** A record of a source whose bytes are not known (kind 33). */
  void reference(long invocation, int operator, int split, long offset, long eventTime);
}
