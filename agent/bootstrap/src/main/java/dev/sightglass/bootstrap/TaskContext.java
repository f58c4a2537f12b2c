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
public final class TaskContext extends TaskInvocations {

  private static final ThreadLocal<TaskContext> CURRENT = new ThreadLocal<>();

  /** What the other side keeps for this attempt. */
  public final Object identity;

  public final Completions completions = new Completions();
  final TaskParts parts = new TaskParts(this);
  private volatile int sourceOperator;
  private volatile boolean ended;
  private volatile boolean abandoned;
  private volatile String fault;

  private SplitContext currentSplit;
  private final TaskNote note = new TaskNote(this);
  private int reserved;

  private GateContext watermarkGate;
  private Thrown thrown;

  public TaskContext(Object identity, ChunkPool pool) {
    super(pool);
    this.identity = identity;
  }

  /** The context of the task whose thread this is, or null. */
  public static TaskContext current() {
    return CURRENT.get();
  }

  static void enterThread(TaskContext t) {
    if (t == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(t);
    }
  }

  // ---- what an invocation does

  /** The task has nothing to do for now. A legacy source's own thread may be at work meanwhile. */
  void idle() {
    if (!legacy) {
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
    put(o, b, subpartition, from, len, record, frame.invocation);
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
    if (light) {
      materialize();
    }
    int of = operator < 0 ? operatorOnTop() : operator;
    if (depth == 0) {
      // Outside of all: an invocation of its own.
      int token = beginIfNone();
      note.begin(lane, kind, of, frame.invocation, 0);
      end(token);
      return note;
    }
    return note.begin(lane, kind, of, frame.invocation, frame.notes++);
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

  /** Steps of the path that the invocation at hand took so far. */
  int steps() {
    return depth > 0 ? frame.steps : 0;
  }

  /** Chain index of the operator at work, -1 = not known. */
  int operatorAtWork() {
    return light ? lightOperator : operatorOnTop();
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

  /** True while a Kafka record is read: what is collected now came out of it. */
  boolean reading() {
    return record.isOpen();
  }

  void collected() {
    record.emitted++;
  }

  void endRecord(int token) {
    endRecord(frame.operator, frame.invocation, frame.key);
    end(token);
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
    if (tape.room(TapeFormat.OTHER_SIZE)) {
      tape.putInt(TapeFormat.OTHER | s.index << 16);
      tape.putLong(s.position);
      tape.putLong(frame.invocation);
      tape.putLong(time);
      tape.publish();
    } else {
      lose(LANE_SOURCE, frame.invocation, 1, 0);
    }
    s.position++;
    end(token);
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
    if (thrown != null && caused(t, thrown.throwable)) {
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

  /** The first place that saw {@code t} or one of its causes, or null. */
  public Thrown thrownBy(Throwable t) {
    Thrown first = thrown;
    return first != null && caused(t, first.throwable) ? first : null;
  }

  private static boolean caused(Throwable t, Throwable cause) {
    for (int i = 0; t != null && i < 64; i++, t = t.getCause()) {
      if (t == cause) {
        return true;
      }
    }
    return false;
  }

  // ---- end

  /** Elements come from a thread of their own. */
  public void setLegacy() {
    legacy = true;
  }

  boolean legacy() {
    return legacy;
  }

  /** Whether elements come from a thread of their own. */
  public boolean isLegacy() {
    return legacy;
  }

  /** The task is over: what is at hand is written, and nothing after it. */
  public void end() {
    if (!closed) {
      if (asked) {
        tellAnswers();
      }
      closed = true;
      if (!legacy) {
        flushRun();
      }
    }
    ended = true;
  }

  /**
   * Nothing is told any more, and numbers are lost: hooks were switched off, or one of them failed.
   *
   * @param why what failed, or null
   */
  public void abandon(String why) {
    if (why != null && fault == null) {
      fault = why;
    }
    abandoned = true;
    closed = true;
    ended = true;
  }

  /** Chain index of the source that the task reads, 0 for most. Set when its chain is known. */
  public int sourceOperator() {
    return sourceOperator;
  }

  public void setSourceOperator(int operator) {
    sourceOperator = operator;
  }

  /** What failed, so that nothing more is told; null = nothing did. */
  public String fault() {
    return fault;
  }

  /** Nothing more is written. */
  public boolean ended() {
    return ended;
  }

  /** Gives the tape's memory back; by the drain, when all is read. */
  public void release() {
    tape.release(!legacy && !abandoned);
  }

  /** The highest invocation number given. For the drain, after {@link #ended()}. */
  public long invocations() {
    return last;
  }
}
