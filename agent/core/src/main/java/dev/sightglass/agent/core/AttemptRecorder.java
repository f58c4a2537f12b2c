package dev.sightglass.agent.core;

/**
 * Records one task attempt, or the lanes of a whole process: owns the lanes, their block numbers,
 * the tables of definitions, partitions and channels, and the sequence counters.
 *
 * <p><b>Threads.</b> One thread (the drain thread) calls everything here and on the lanes, except
 * {@link #gaps()}, which any thread may use.
 *
 * <p><b>One for each origin.</b> Block numbers begin at 0, and a server takes a number once: a
 * second recorder of an origin that was recorded before would be thrown away as repeated.
 *
 * <p><b>Failures.</b> A method called with an index that no table gave throws {@link
 * IndexOutOfBoundsException}: a fault of the caller. Nothing else is thrown, whatever the bytes.
 *
 * <p><b>Order.</b> Tables first, then rows that use their indexes. Rows of a lane come in the order
 * in which invocations ended.
 *
 * <p><b>Closing.</b> A lane's block closes at 512 rows, 128 KiB, 250 ms after its first row
 * (noticed by {@link #tick}), {@link #checkpoint}, {@link #resync}, {@link #flush} and {@link
 * #end}.
 */
public interface AttemptRecorder {
  /** No definition, operator, path, text or split. */
  int NONE = -1;

  /** No event time or split time. */
  long NO_TIME = Long.MIN_VALUE;

  /** The recording and the attempt key that the blocks carry. */
  Origin origin();

  /**
   * Makes or finds a definition; it reaches the sink before any block that names it.
   *
   * @param kind one of {@link DefinitionKind}
   * @param body JSON object in UTF-8, plain text for {@link DefinitionKind#STRING}; kept, so it
   *     must not be changed afterwards
   * @return its index in this attempt, or {@link #NONE} when the body is over 4 MiB or the attempt
   *     has used up its 65,536 definitions or 16 MiB of them
   */
  int define(int kind, byte[] body);

  /** {@link #define(int, byte[])} with the text's UTF-8 bytes. */
  int define(int kind, String body);

  /** The path definition (kind 9) of {@code text}, {@code spec/recording.md} 3.1. */
  int definePath(String text);

  /**
   * The id of a definition, as it is written into bodies: {@link Keys#hex(long)} gives its text.
   */
  long definitionId(int definition);

  /**
   * Names definitions in every block from now on, so that a segment explains itself: the attempt
   * definition, the process definition. At most 8; more are ignored.
   */
  void describe(int definition);

  /**
   * Adds a partition that this attempt writes or reads, or finds it.
   *
   * @param key partition key, {@link Keys#partition}
   * @param subpartitions how many it has when this attempt writes it, else 0
   * @param definition its definition, named by each block that touches the partition, or {@link
   *     #NONE}
   * @return its index
   */
  int partition(long key, int subpartitions, int definition);

  /**
   * Adds an input channel, or finds it; the same (partition, subpartition, gate, channel) gives the
   * same index.
   */
  int channel(int partition, int subpartition, int gate, int channel);

  /** Elements that leave the task. */
  OutLane out();

  /** The order of what the task did. */
  DetLane det();

  /** Records read from outside. */
  SourceLane source();

  /** External writes, and what operators did. */
  TraceLane trace();

  /** Accesses of state. */
  NoteLane state();

  /** What the task took from its environment: clocks, random numbers, orders of iteration. */
  NoteLane env();

  /** The job's and the task's life; bodies are JSON. */
  BodyLane job();

  /** Exceptions; bodies are payload. */
  BodyLane log();

  /** What was lost. Any thread. */
  GapLane gaps();

  /**
   * Sets the wall clock of all rows after this, µs since 1970, in all lanes. It may go backwards.
   */
  void stamp(long wallMicros);

  /**
   * Ends the checkpoint interval: closes the blocks of all lanes; later blocks carry {@code
   * checkpoint} as the one that opened their interval. Call it after the rows, barriers and
   * consumed counts of the checkpoint.
   */
  void checkpoint(long checkpoint);

  /**
   * After a lost stretch: closes all blocks and writes a {@link EventKind#RESYNC} row. Then set the
   * counters that moved on, with {@link OutLane#sent} and {@link DetLane#consumed}, before any row.
   */
  void resync(long invocation);

  /**
   * Lets blocks that are open for 250 ms close.
   *
   * @param nanos {@link System#nanoTime()} or any clock of that kind; call it at least every 50 ms
   */
  void tick(long nanos);

  /** Closes all open blocks. */
  void flush();

  /** Closes all open blocks and tells the sink that the attempt is over. Later rows are ignored. */
  void end();
}
