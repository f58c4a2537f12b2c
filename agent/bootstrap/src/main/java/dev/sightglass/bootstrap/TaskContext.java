package dev.sightglass.bootstrap;

import java.nio.ByteBuffer;

/**
 * What the agent knows of one task attempt while it runs: the number of the invocation at hand, the
 * operators that are on the stack, the path taken so far, and the run of equal invocations that is
 * not written yet.
 *
 * <p>An <i>invocation</i> is one thing that the task's loop does: an element, a source record, a
 * timer, a mail. {@link #begin} and {@link #end} enclose it; they nest when a mail runs inside an
 * element or a timer fires inside a watermark. Everything that happens in between is told with its
 * number. Whatever happens outside of all of them gets an invocation of its own, of kind mail
 * without a text.
 *
 * <p>Used by the task's thread, or under the checkpoint lock of a legacy source. Tables are read by
 * the drain, see {@link Tape}.
 */
public final class TaskContext extends TaskAgain {
  private static final ThreadLocal<TaskContext> CURRENT = new ThreadLocal<>();

  /** What the other side keeps for this attempt. */
  public final Object identity;

  public final Completions completions = new Completions();
  final TaskParts parts = new TaskParts(this);
  private SplitContext currentSplit;
  private final TaskNote note = new TaskNote(this);

  /** What the task takes from outside. */
  final Reads reads;

  /** Where a legacy source gives records that have no time: what is kept on outputs elsewhere. */
  private SourceProbe.Context plainSource;

  /** The thread at work was another task's, or none's. */
  private boolean taken;

  private TaskContext before;

  private int reserved;

  private GateContext watermarkGate;
  private Thrown thrown;

  public TaskContext(Object identity, ChunkPool pool) {
    super(pool);
    this.identity = identity;
    this.reads = recorded == null ? new Reads(this) : new ServedReads(this, recorded);
  }

  /** The context of the task whose thread this is, or null. */
  public static TaskContext current() {
    return CURRENT.get();
  }

  /**
   * {@link #current} where something may be told now, else null: the thread of a legacy source runs
   * the user's code outside of its lock too, while the task's own thread is at work.
   */
  static TaskContext telling() {
    TaskContext t = CURRENT.get();
    return t == null || t.closed || t.isElsewhere() ? null : t;
  }

  /**
   * {@link #telling} of what the task does, else null: what the function of a legacy source reads
   * between the records that it gives is no part of what a replay does.
   */
  static TaskContext working() {
    TaskContext t = telling();
    return t == null || t.legacy() && t.isBetween() && !t.isMailThread() ? null : t;
  }

  static void enterThread(TaskContext t) {
    if (t == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(t);
    }
  }

  /**
   * Until {@link #giveThreadBack} this thread is one of the task's: the function of a legacy source
   * may give records by threads that it made itself.
   */
  void takeThread() {
    TaskContext t = CURRENT.get();
    if (t != this) {
      taken = true;
      before = t;
      CURRENT.set(this);
    }
  }

  void giveThreadBack() {
    if (taken && isBetween()) {
      taken = false;
      enterThread(before);
      before = null;
    }
  }

  // ---- what an invocation does

  /** The task has nothing to do for now. A legacy source's own thread may be at work meanwhile. */
  void idle() {
    if (!legacy()) {
      checkLate();
      flushRun();
    }
  }

  /** An external write begins; gives its ticket. */
  Completions.Ticket write() {
    int token = beginIfNone();
    step(PathTable.WRITE);
    Completions.Ticket t =
        new Completions.Ticket(completions, frame.invocation, operatorOnTop(), frame.ordinal++);
    if (token >= 0) {
      end(token);
    }
    return t;
  }

  /** What is kept of the payload of a record that is written; -1: it is not told of. */
  int writePayload(int operator, String topic) {
    return levels.of(operator) < Levels.FLIGHT || leavesOut(operator)
        ? -1
        : levels.topicPayload(topic, operator);
  }

  /**
   * A serialized element, behind Flink's four length bytes, leaves on a subpartition; -1 = on all.
   */
  void emit(OutputContext o, ByteBuffer b, int subpartition) {
    if (!o.told || levels.sampled) {
      int from = b.position() + 4;
      if (from < b.limit() && (b.get(from) & ~1) == 0 && (!o.told || leavesOut(o))) {
        o.counted++;
        o.jumped = true;
        o.count(subpartition);
        return;
      }
    }
    tell(o, b, subpartition);
  }

  /** Whether a record that leaves is not told of. It may be the first that says what its key is. */
  private boolean leavesOut(OutputContext o) {
    long key = leavingKey;
    if (key >= 0) {
      leavingKey = KeyProbe.NONE;
      meet(key);
    }
    key = light ? lightKey : depth > 0 ? frame.key : key;
    return key >= o.limit;
  }

  private void tell(OutputContext o, ByteBuffer b, int subpartition) {
    clock();
    int token = beginIfNone();
    int from = b.position() + 4;
    int len = b.limit() - from;
    int tag = len > 0 ? b.get(from) : -1;
    boolean record = tag == 0 || tag == 1;
    boolean kept = record && o.kept;
    if (o.jumped && !kept && !(o.limit < Levels.ALL && subpartition >= 0)) {
      tellSent(o);
    }
    if (record) {
      step(o.index << 3 | PathTable.OUTPUT);
    }
    order = record && levels.traces ? frame.notes + 1 : 0;
    put(o, b, subpartition, from, len, record, frame.invocation);
    frame.sent++;
    o.count(subpartition);
    o.jumped |= kept;
    if (token >= 0) {
      end(token);
    }
  }

  // ---- what operators do

  /**
   * An empty note about the invocation at hand.
   *
   * @param lane {@link TaskNote#TRACE}, {@link TaskNote#STATE} or {@link TaskNote#ENV}
   * @param operator chain index; -1 = the one at work
   */
  public TaskNote note(int lane, int kind, int operator) {
    return fill(note, lane, kind, operator);
  }

  TaskNote fill(TaskNote n, int lane, int kind, int operator) {
    if (light) {
      materialize();
    }
    if (depth == 0) {
      // Outside of all: an invocation of its own.
      int token = beginIfNone();
      n.begin(lane, kind, operator, frame.invocation, 0);
      end(token);
      return n;
    }
    return n.begin(lane, kind, atWork(operator), frame.invocation, frame.notes++);
  }

  /**
   * Chain index of the operator that reads messages, as far as it is known: the one at work, else
   * the task's source, which may read before a record of it begins; -1 where there is none.
   */
  int reader() {
    int top = depth > 0 && levels.paths ? atWork() : -1;
    return top >= 0 || !readsSource() ? top : sourceOperator();
  }

  /** Chain index of the operator at work; -1 where chained operators are not told apart. */
  private int atWork(int operator) {
    return operator >= 0 ? operator : levels.paths ? operatorOnTop() : -1;
  }

  /**
   * A note about what happens between two invocations: it stands at the one before, as barriers do.
   * Inside of an invocation it belongs to that one.
   */
  TaskNote fillBetween(TaskNote n, int lane, int kind, int operator) {
    return light || depth > 0
        ? fill(n, lane, kind, operator)
        : n.begin(lane, kind, operator, last, 0);
  }

  /** The frame that keeps what is counted of the invocation at hand, or of what is between two. */
  Invocation atHand() {
    return frame;
  }

  /** Names the invocation at hand, or else the stretch behind the last one; never 0. */
  long place() {
    return light ? last : depth > 0 ? frame.invocation : ~last;
  }

  @Override
  void forgotten() {
    reads.forget();
  }

  /** A note that belongs to an invocation of before, in the place that {@link #reserve} kept. */
  TaskNote noteFor(int kind, int operator, long invocation, int ordinal) {
    return note.begin(TaskNote.STATE, kind, operator, invocation, ordinal);
  }

  /** Keeps a place for a note of the invocation at hand; gives its number. */
  long reserve() {
    if (light) {
      materialize();
    }
    asked = true;
    reserved = depth == 0 ? 0 : frame.notes++;
    return depth == 0 ? last : frame.invocation;
  }

  /** The place that was kept last. */
  int reservedOrdinal() {
    return reserved;
  }

  /** Number of the invocation at hand, 0 = none. */
  public long invocation() {
    return depth > 0 ? frame.invocation : light ? last : 0;
  }

  /**
   * Of a task that runs again no more is told than the order of what it does, or all again. By its
   * thread.
   */
  public void quiet(boolean q) {
    quiet = q && recorded != null;
    Hooks.inspector().quiet(this, quiet);
    takeLevels();
  }

  /** The number that the next invocation gets. */
  public long nextInvocation() {
    return last + 1;
  }

  /** The next invocation gets that number: a task that runs again is numbered as the recorded. */
  public void renumber(long next) {
    flushRun();
    last = next - 1;
  }

  /** Number of the invocation at hand, or of the last one. */
  long newest() {
    return depth > 0 ? frame.invocation : last;
  }

  /** The channel that the element at hand came in through, or null. */
  ChannelContext channelAtHand() {
    return depth > 0 ? frame.channel : light ? lightChannel : null;
  }

  /** The split of the source record at hand, or null. */
  SplitContext splitAtHand() {
    return record.isOpen() ? record.split() : null;
  }

  /** Steps of the path that the invocation at hand took so far. */
  int steps() {
    return depth > 0 ? frame.steps : 0;
  }

  /** Chain index of the operator at work, -1 = none or not known. */
  int operatorAtWork() {
    return light ? levels.paths ? lightOperator : -1 : depth > 0 ? atWork(-1) : -1;
  }

  /** A watermark or status comes in through an input, by its gate. */
  void input(int index, GateContext gate) {
    watermarkInput = index;
    watermarkGate = gate;
  }

  /** The gate of the last watermark that came in, or null. */
  GateContext gate() {
    return watermarkGate;
  }

  /** The combined watermark of that input moved. */
  void watermark(long time) {
    watermarkPending = true;
    watermarkTime = time;
  }

  // ---- source records

  /** A Kafka record is about to be read. */
  int beginRecord(
      int operator,
      SplitContext s,
      long offset,
      long time,
      byte[] key,
      byte[] value,
      Object[] headers) {
    int token = beginOther(operator);
    record.open(s, offset, time, key, value, headers);
    return token;
  }

  /** What stands for the output of a legacy source whose records have no time. */
  SourceProbe.Context plainSource() {
    if (plainSource == null) {
      plainSource = new SourceProbe.Context(this, null);
    }
    return plainSource;
  }

  /** True while a Kafka record is read: what is collected now came out of it. */
  boolean reading() {
    return record.isOpen();
  }

  void collected() {
    record.emitted++;
  }

  void endRecord(int token) {
    drops.tellIfNothing(record);
    endRecord(frame.operator, frame.invocation, frame.key);
    end(token);
  }

  /** The source record at hand can not be read, and it was told; or its handling failed. */
  void unreadable() {
    record.unreadable = true;
  }

  /** A record of a source whose bytes are not known. */
  int beginOther(int operator) {
    return begin(SOURCE, operator, null, 0, TapeFormat.NONE, operator << 3 | PathTable.ROOT);
  }

  /** The split that the reader is at; one without a name when it did not say. */
  SplitContext currentSplit() {
    return currentSplit != null ? currentSplit : (currentSplit = split(null, 0, ""));
  }

  void endOther(int token, SplitContext s, long time) {
    if (s == null) {
      s = currentSplit();
    }
    tellOther(s, time);
    s.position++;
    end(token);
  }

  private void tellOther(SplitContext s, long time) {
    if (time == TapeFormat.NONE) {
      sourceRead(s, s.position, 1, frame.invocation);
      return;
    }
    endSourceRun();
    if (tape.room(TapeFormat.OTHER_SIZE)) {
      tape.putInt(TapeFormat.OTHER | s.index << 16);
      tape.putLong(s.position);
      tape.putLong(frame.invocation);
      tape.putLong(time);
      tape.publish();
    } else {
      lose(LANE_SOURCE, frame.invocation, 1, 0);
    }
  }

  /** The reader goes on with another split. */
  void turn(String split) {
    currentSplit = split(null, 0, split);
  }

  // ---- exceptions

  /**
   * An exception passes by on its way out. The first place that sees it is remembered, with what
   * was being handled.
   */
  void thrown(Throwable t) {
    if (thrown != null && Thrown.caused(t, thrown.throwable)) {
      return;
    }
    if (light) {
      materialize();
    }
    String element = "";
    boolean source = false;
    if (depth > 0) {
      Invocation f = frame;
      if (f.channel != null) {
        ChannelContext c = f.channel;
        element = GateContext.hex(c.partition) + ":" + c.subpartition + ":" + c.count;
      } else if (record.isOpen()) {
        source = operatorDepth == f.operatorBase + 1;
        element = record.toString();
      }
    }
    thrown = new Thrown(t, depth > 0 ? frame.invocation : 0, operatorOnTop(), element, source);
  }

  /**
   * The first place that saw {@code t}, one of its causes, or what Flink put around it on its way
   * and took off again; or null.
   */
  public Thrown thrownBy(Throwable t) {
    Thrown first = thrown;
    boolean is =
        first != null && (Thrown.caused(t, first.throwable) || Thrown.caused(first.throwable, t));
    return is ? first : null;
  }
}
