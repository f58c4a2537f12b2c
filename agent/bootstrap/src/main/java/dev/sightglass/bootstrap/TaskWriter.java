// Size: the runs that wait and all that ends them, so that nothing is written out of turn.
package dev.sightglass.bootstrap;

import java.util.Arrays;

/**
 * Writes a task's tape: stamps of the clock, runs of equal invocations, events of checkpoints and
 * channels, counts, and what was lost for want of room.
 */
abstract class TaskWriter extends TaskTables implements Tape.Owner {
  /** Bytes of a record of bases, without outputs and channels: no more than that. */
  private static final int BASES = 64;

  // Kinds of invocations, spec/recording.md section 4.
  static final int ELEMENTS = 16;
  static final int SOURCE = 17;
  static final int EVENT_TIMER = 18;
  static final int PROCESSING_TIMER = 19;
  static final int MAIL = 20;
  static final int CALLBACK = 21;
  static final int RECOVERED = 22;
  static final int LANE_OUT = 1;
  static final int LANE_DET = 2;
  static final int LANE_SOURCE = 3;

  /** What the look-back buffer would have kept; a tape loses no rows of lane gap itself. */
  public static final int LANE_KEPT = 8;

  private static final int LANES = 10;

  /** A run that is older is written, so that times stay exact and a slow task is visible, µs. */
  private static final long RUN_SPAN = 10_000;

  public final Tape tape;

  /** No probe does anything for it any more. */
  boolean closed;

  /** Number of the last invocation that began. */
  long last;

  // The run that is not written yet.
  int runCount;
  int runKind;
  int runOperator;
  ChannelContext runChannel;
  int runPath;
  int runText;
  long runTime;
  long runFirst;
  long runBegin;

  /** When the task came to be, µs: the time of what is told before the first {@link #tick}. */
  public final long began = Clock.now();

  /** When the clock moved last. Just before it at first, so that the first look at it is a tick. */
  long stamped = began - 1;

  // The run of source records that is not written yet.
  private SplitContext sourceSplit;
  private long sourceOffset;
  private int sourceCount;
  private int sourceEmitted;
  private long sourceFirst;
  private long sourceBegin;

  /** What is recorded now; by the task alone. */
  Levels levels = Levels.DEFAULT;

  private volatile Levels wanted = Levels.DEFAULT;

  private volatile Levels next = Levels.DEFAULT;

  /** Null in tasks whose operators count no late records. */
  LateCounters late;

  // Steps past MAX_STEPS or in paths without a number.
  private long[] entered = new long[0];
  private long[] emitted = new long[0];
  boolean counted;

  /** There are counts that may wait for the clock. */
  boolean countedLater;

  private final Lost[] lost = new Lost[LANES];

  TaskWriter(ChunkPool pool) {
    for (int i = 1; i < LANES; i++) {
      lost[i] = new Lost(i);
    }
    tape = new Tape(pool, this);
  }

  // ---- clock and runs

  void tick(long now) {
    if (runCount > 0 && now - runBegin > RUN_SPAN) {
      flushInvocations();
    }
    if (sourceCount > 0 && now - sourceBegin > RUN_SPAN) {
      flushSourceRun();
    }
    stamped = now;
    stamp(now);
    if (!levels.paths || levels.sampled || levels.keeps) {
      countOutputs();
    }
    if (wanted != levels) {
      changeLevels();
    }
    checkLate();
  }

  final void checkLate() {
    if (late != null) {
      late.check(false);
    }
  }

  // ---- levels

  /** What is to be recorded; any thread. The task changes to it within the clock's period. */
  public void want(Levels l) {
    wanted = l;
  }

  /** Takes over what is to be recorded at once: before the task's first invocation, its thread. */
  public void takeLevels() {
    if (wanted != levels) {
      changeLevels();
    }
  }

  /** Whether keys decide what is told, now or soon; any thread. */
  public boolean isSampled() {
    return wanted.sampled || levels.sampled || next.sampled;
  }

  /** Whether paths are told, now or soon; any thread. */
  public boolean tellsPaths() {
    return wanted.paths || levels.paths || next.paths;
  }

  /** Whether some operator is at level trace, now or soon; any thread. */
  public boolean traces() {
    return wanted.traces || levels.traces || next.traces;
  }

  /** What {@link #want} will be told next; any thread. */
  public void willWant(Levels l) {
    next = l;
  }

  /** Whether it has not changed over yet; any thread, so it may be late. */
  public boolean isBehind() {
    return wanted != levels;
  }

  private void changeLevels() {
    Levels l = wanted;
    if (l.sameAs(levels)) {
      levels = l;
      return;
    }
    flushRun();
    countOutputs();
    levels = l;
    for (int i = 0; i < outputCount; i++) {
      outputs[i].follow(l);
    }
    levelsChanged();
    tellLevels();
  }

  /** {@link #levels} are others now. */
  abstract void levelsChanged();

  private void tellLevels() {
    if (levels.text.isEmpty()) {
      return;
    }
    if (tape.room(16)) {
      tape.putInt(TapeFormat.LEVEL);
      tape.putInt(word(levels.text));
      tape.putLong(last + 1);
      tape.publish();
    } else {
      lose(LANE_DET, last, 1, 0);
    }
  }

  /** Tells how many records left that have no rows of their own. */
  private void countOutputs() {
    boolean any = countedLater;
    countedLater = false;
    for (int i = 0; i < outputCount; i++) {
      OutputContext o = outputs[i];
      if (o.counted > 0) {
        count(o.index << 3 | PathTable.OUTPUT, o.counted);
        o.counted = 0;
        any = true;
      }
    }
    if (any) {
      flushCounts();
    }
  }

  private void stamp(long now) {
    if (tape.room(TapeFormat.STAMP_SIZE)) {
      tape.putInt(TapeFormat.STAMP);
      tape.putLong(now);
      tape.publish();
    }
  }

  /** Writes the runs that are at hand: nothing may join them any more. */
  void flushRun() {
    endSourceRun();
    if (runCount > 0) {
      flushInvocations();
    }
  }

  /**
   * Writes the run of invocations that is at hand. Source records go on: a filter makes invocations
   * differ in their paths where the source reads straight on.
   */
  final void flushInvocations() {
    int n = runCount;
    if (tape.room(TapeFormat.RUN_SIZE)) {
      tape.putInt(TapeFormat.RUN | runKind << 8 | runOperator + 1 << 16);
      tape.putInt(runChannel == null ? -1 : runChannel.index);
      tape.putInt(runPath);
      tape.putInt(n);
      tape.putLong(runFirst);
      tape.putLong(runTime);
      tape.putInt(runText);
      tape.putLong(runBegin);
      tape.publish();
    } else {
      lose(LANE_DET, runFirst, n, 0);
    }
    runCount = 0;
    runChannel = null;
  }

  /** The invocation read a source record that is told by its place alone. */
  void sourceRead(SplitContext s, long offset, int emitted, long invocation) {
    if (sourceCount > 0
        && s == sourceSplit
        && offset == sourceOffset + sourceCount
        && emitted == sourceEmitted
        && invocation == sourceFirst + sourceCount) {
      sourceCount++;
      return;
    }
    if (sourceCount > 0) {
      flushSourceRun();
    }
    sourceSplit = s;
    sourceOffset = offset;
    sourceEmitted = emitted;
    sourceFirst = invocation;
    sourceBegin = stamped;
    sourceCount = 1;
  }

  /** Writes the run of source records that is at hand, before one that has a row of its own. */
  final void endSourceRun() {
    if (sourceCount > 0) {
      flushSourceRun();
    }
  }

  private void flushSourceRun() {
    int n = sourceCount;
    sourceCount = 0;
    if (tape.room(TapeFormat.SOURCE_RUN_SIZE)) {
      tape.putInt(TapeFormat.SOURCE_RUN | sourceSplit.index << 16);
      tape.putLong(sourceOffset);
      tape.putInt(n);
      tape.putInt(sourceEmitted);
      tape.putLong(sourceFirst);
      tape.publish();
    } else {
      lose(LANE_SOURCE, sourceFirst, n, 0);
    }
  }

  // ---- events

  /** Tells the numbers of an output whose elements were counted only. */
  void tellSent(OutputContext o) {
    o.jumped = false;
    tellSent(o, 0);
  }

  void tellSent(OutputContext o, int flags) {
    if (tape.room(4 + 8 * o.subpartitions)) {
      tape.putInt(TapeFormat.SENT | flags << 8 | o.index << 16);
      for (int s = 0; s < o.subpartitions; s++) {
        tape.putLong(o.next(s));
      }
      tape.publish();
    }
    // Without room nothing else finds room either, and what comes after tells all numbers.
  }

  /** A barrier goes out on all subpartitions of an output. */
  public void barrierOut(OutputContext o, long checkpoint, int flags) {
    flushRun();
    if (o.jumped) {
      tellSent(o);
    }
    if (tape.room(20)) {
      tape.putInt(TapeFormat.BARRIER_OUT | flags << 8 | o.index << 16);
      tape.putLong(checkpoint);
      tape.putLong(last);
      tape.publish();
    }
  }

  public void barrierIn(ChannelContext c, long checkpoint, int flags) {
    c.barrier = checkpoint;
    c.barrierFlags = flags;
    flushRun();
    if (tape.room(24)) {
      tape.putInt(TapeFormat.BARRIER_IN | flags << 8);
      tape.putInt(c.index);
      tape.putLong(checkpoint);
      tape.putLong(last);
      tape.publish();
    } else {
      lose(LANE_DET, last, 1, 0);
    }
  }

  /** The channel's state is read back: what comes now is live. */
  public void recovered(ChannelContext c) {
    flushRun();
    c.recovering = false;
    c.count = 0;
    event(TapeFormat.RECOVERED, c);
  }

  public void endOfChannel(ChannelContext c) {
    flushRun();
    event(TapeFormat.ENDED, c);
  }

  private void event(int type, ChannelContext c) {
    if (tape.room(16)) {
      tape.putInt(type);
      tape.putInt(c.index);
      tape.putLong(last);
      tape.publish();
    } else {
      lose(LANE_DET, last, 1, 0);
    }
  }

  /**
   * The task takes its snapshot: the consumed counts of all channels as they are now belong to it.
   * In an unaligned checkpoint an edge may stay aligned, so what its own barrier said goes before
   * what the task was told.
   */
  void checkpoint(long checkpoint, boolean unaligned) {
    flushRun();
    forgotten();
    if (!tape.room(24 + 8 * channelCount)) {
      lose(LANE_DET, last, 1, 0);
      return;
    }
    int flag = unaligned ? Inspector.UNALIGNED : 0;
    tape.putInt(TapeFormat.CHECKPOINT | flag << 8);
    tape.putLong(checkpoint);
    tape.putLong(last);
    tape.putInt(channelCount);
    for (int i = 0; i < channelCount; i++) {
      ChannelContext c = channels[i];
      int flags = c.barrier == checkpoint ? c.barrierFlags : flag;
      tape.putInt(i);
      tape.putInt(c.recovering ? flags | Inspector.RECOVERING : flags);
    }
    tape.publish();
  }

  void checkpointed(long checkpoint) {
    flushRun();
    forgotten();
    if (tape.room(12)) {
      tape.putInt(TapeFormat.CHECKPOINTED);
      tape.putLong(checkpoint);
      tape.publish();
    }
  }

  // ---- counts

  void count(int code) {
    count(code, 1);
  }

  private void count(int code, long n) {
    long[] c = (code & 7) == PathTable.OUTPUT ? emitted : entered;
    int i = code >>> 3;
    if (code == PathTable.WRITE) {
      return;
    }
    if (i >= c.length) {
      c = Arrays.copyOf(c, i + 8);
      if ((code & 7) == PathTable.OUTPUT) {
        emitted = c;
      } else {
        entered = c;
      }
    }
    c[i] += n;
    counted = true;
  }

  void flushCounts() {
    counted = false;
    int n = 0;
    for (long v : entered) {
      n += v == 0 ? 0 : 1;
    }
    for (long v : emitted) {
      n += v == 0 ? 0 : 1;
    }
    if (tape.room(8 + 12 * n)) {
      tape.putInt(TapeFormat.COUNTS);
      tape.putInt(n);
      putCounts(entered, PathTable.ENTER);
      putCounts(emitted, PathTable.OUTPUT);
      tape.publish();
    }
  }

  private void putCounts(long[] counts, int kind) {
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] != 0) {
        tape.putInt(i << 3 | kind);
        tape.putLong(counts[i]);
        counts[i] = 0;
      }
    }
  }

  // ---- losses

  void lose(int lane, long invocation, long events, long bytes) {
    Lost l = lost[lane];
    if (l.events == 0) {
      l.first = invocation;
      l.from = stamped;
    }
    l.events += events;
    l.bytes += bytes;
    l.last = Math.max(invocation + (lane == LANE_DET ? events - 1 : 0), l.last);
    l.to = stamped;
  }

  /** What could not be told until the end. For the drain, after {@link #ended()}. */
  public Lost lost(int lane) {
    Lost l = lost[lane];
    return l == null || l.events == 0 ? null : l;
  }

  /** One more than the highest lane that can lose rows here. */
  public int lanes() {
    return LANES;
  }

  /** What was told before cannot be built upon any more: rows were lost, or an interval begins. */
  abstract void forgotten();

  @Override
  public int recoverySize() {
    int size = (LANES - 1) * TapeFormat.GAP_SIZE + TapeFormat.STAMP_SIZE + 36 + 8 * channelCount;
    for (int i = 0; i < outputCount; i++) {
      size += 4 + 8 * outputs[i].subpartitions;
    }
    return size;
  }

  @Override
  public void recovered(Tape tape) {
    forgotten();
    for (int i = 1; i < LANES; i++) {
      Lost l = lost[i];
      if (l.events > 0) {
        tape.putInt(TapeFormat.GAP | i << 8);
        tape.putLong(l.first);
        tape.putLong(l.last);
        tape.putLong(l.events);
        tape.putLong(l.bytes);
        tape.putLong(l.from);
        tape.putLong(l.to);
        l.events = 0;
        l.bytes = 0;
        l.last = 0;
      }
    }
    putBases();
  }

  /** What follows does not go on from what was told, but from the numbers as they are now. */
  final void tellBases() {
    forgotten();
    int size = BASES;
    for (int i = 0; i < outputCount; i++) {
      size += 4 + 8 * outputs[i].subpartitions;
    }
    if (tape.room(size + 8 * channelCount)) {
      putBases();
    }
  }

  /** Writes the numbers that what follows goes on with. */
  private void putBases() {
    tape.putInt(TapeFormat.RESYNC);
    tape.putLong(last);
    tape.putInt(outputCount);
    for (int i = 0; i < outputCount; i++) {
      OutputContext o = outputs[i];
      o.jumped = false;
      tape.putInt(o.subpartitions);
      for (int s = 0; s < o.subpartitions; s++) {
        tape.putLong(o.next(s));
      }
    }
    tape.putInt(channelCount);
    for (int i = 0; i < channelCount; i++) {
      ChannelContext c = channels[i];
      // The run at hand is written later than this and will take its numbers then.
      boolean open = runCount > 0 && runChannel == c && runKind == ELEMENTS;
      tape.putLong(c.count - (open ? runCount : 0));
    }
    if (!levels.text.isEmpty()) {
      tape.putInt(TapeFormat.LEVEL);
      tape.putInt(word(levels.text));
      tape.putLong(last + 1);
    }
    tape.putInt(TapeFormat.STAMP);
    tape.putLong(stamped);
    tape.publish();
  }
}
