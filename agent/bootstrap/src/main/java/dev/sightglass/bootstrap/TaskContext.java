// Size: everything that happens on the hot path of a task, so that the JIT and the reader see it in
// one place.
package dev.sightglass.bootstrap;

import java.nio.ByteBuffer;
import java.util.Arrays;

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
public final class TaskContext extends TaskTraces {

  /** Steps told of one invocation; the rest is only counted. */
  private static final int MAX_STEPS = 96;

  private static final int HASH = 31;
  private static final ThreadLocal<TaskContext> CURRENT = new ThreadLocal<>();

  /** What the other side keeps for this attempt. */
  public final Object identity;

  public final Completions completions = new Completions();
  final TaskParts parts = new TaskParts(this);
  private volatile int sourceOperator;
  private volatile boolean ended;
  private volatile boolean abandoned;

  /** A legacy source: elements come from another thread, under the checkpoint lock. */
  private boolean legacy;

  // The invocation at hand.
  private final Invocation frame = new Invocation();
  private Invocation[] outer = new Invocation[2];
  private int depth;
  private int[] operators = new int[16];
  private int operatorDepth;
  private int[] path = new int[256];
  private int pathEnd;
  private final SourceRecord record = new SourceRecord();
  private SplitContext currentSplit;
  private final TaskNote note = new TaskNote(this);
  private int reserved;

  /**
   * An element or a source record is at hand that has no frame: where paths are not told, most need
   * none. Whatever wants one makes it ({@link #materialize}).
   */
  private boolean light;

  private int lightKind;
  private int lightOperator;
  private ChannelContext lightChannel;
  private long lightOffset;

  /** A watermark that the task's input reached within the invocation at hand. */
  private boolean watermarkPending;

  private int watermarkInput;
  private GateContext watermarkGate;
  private long watermarkTime;
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

  // ---- invocations

  /**
   * Begins an invocation.
   *
   * @param operator chain index of what it enters, -1 = none
   * @param code root of its path
   * @return what {@link #end} wants
   */
  int begin(int kind, int operator, ChannelContext channel, int text, long time, int code) {
    if (light) {
      materialize();
    }
    long now = Clock.now();
    if (now != stamped) {
      tick(now);
    }
    if (asked) {
      tellAnswers();
    }
    return open(++last, kind, operator, channel, text, time, code);
  }

  private int open(
      long invocation,
      int kind,
      int operator,
      ChannelContext channel,
      int text,
      long time,
      int code) {
    int token = depth;
    if (token > 0) {
      nest();
    }
    depth = token + 1;
    Invocation f = frame;
    f.invocation = invocation;
    f.kind = kind;
    f.operator = operator;
    f.channel = channel;
    f.text = text;
    f.time = time;
    f.begin = stamped;
    f.pathStart = pathEnd;
    f.hash = 0;
    f.steps = 0;
    f.cut = false;
    f.operatorBase = operatorDepth;
    f.ordinal = 0;
    f.notes = 0;
    f.watched = watch == null ? 0 : watch.size;
    append(code);
    push(operator);
    return token;
  }

  // ---- invocations without a frame

  /** Whether an element or source record that begins now needs no frame. */
  boolean isLight() {
    return !levels.paths && depth == 0 && !light && !legacy;
  }

  /** An element comes in, {@link #isLight}. */
  void beginElement(ChannelContext c) {
    long now = Clock.now();
    if (now != stamped) {
      tick(now);
    }
    last++;
    light = true;
    lightKind = ELEMENTS;
    lightOperator = 0;
    lightChannel = c;
  }

  /** Ends what {@link #beginElement} or {@link #beginSource} began. */
  void endLight() {
    if (!light) {
      endSource();
      end(0);
      return;
    }
    light = false;
    ChannelContext c = lightChannel;
    if (c != null) {
      c.count++;
    }
    if (runCount > 0
        && runPath == PathTable.NOT_TOLD
        && runChannel == c
        && runKind == lightKind
        && last == runFirst + runCount
        && runCount < Integer.MAX_VALUE) {
      runCount++;
    } else {
      flushRun();
      runCount = 1;
      runKind = lightKind;
      runOperator = lightOperator;
      runChannel = c;
      runPath = PathTable.NOT_TOLD;
      runText = 0;
      runTime = TapeFormat.NONE;
      runFirst = last;
      runBegin = stamped;
    }
    if (c == null) {
      endSource();
    }
  }

  /** A source record is read, {@link #isLight}; only its place will be told. */
  void beginSource(int operator, SplitContext s, long offset) {
    beginElement(null);
    lightKind = SOURCE;
    lightOperator = operator;
    lightOffset = offset;
    record.open(s, offset, TapeFormat.NONE, null, null, null);
  }

  private void endSource() {
    if (record.isOpen()) {
      sourceRead(record.split(), lightOffset, record.emitted);
      record.close();
    }
  }

  /** Gives the element or source record at hand a frame. */
  private void materialize() {
    light = false;
    open(
        last,
        lightKind,
        lightOperator,
        lightChannel,
        0,
        TapeFormat.NONE,
        lightOperator << 3 | PathTable.ROOT);
  }

  // ---- ends

  /**
   * Ends the invocation that {@link #begin} gave {@code token} for, and those inside that nobody
   * ended.
   */
  void end(int token) {
    while (depth > token + 1) {
      drop();
    }
    if (depth != token + 1) {
      return;
    }
    Invocation f = frame;
    if (watch != null && watch.size > f.watched) {
      look(f.watched);
    }
    int p = PathTable.NOT_TOLD;
    if (levels.paths) {
      p = paths.number(path, f.pathStart, pathEnd, f.hash);
      if (p == 0) {
        countSteps(f.pathStart);
      }
    }
    ChannelContext c = f.channel;
    if (c != null && f.kind == ELEMENTS) {
      c.count++;
    }
    if (runCount > 0
        && f.invocation == runFirst + runCount
        && runPath == p
        && runChannel == c
        && runKind == f.kind
        && runOperator == f.operator
        && runText == f.text
        && runTime == f.time
        && runCount < Integer.MAX_VALUE) {
      runCount++;
    } else {
      flushRun();
      runCount = 1;
      runKind = f.kind;
      runOperator = f.operator;
      runChannel = c;
      runPath = p;
      runText = f.text;
      runTime = f.time;
      runFirst = f.invocation;
      runBegin = f.begin;
    }
    long invocation = f.invocation;
    drop();
    if (counted) {
      flushCounts();
    }
    if (watermarkPending) {
      watermarkPending = false;
      flushRun();
      if (tape.room(20)) {
        tape.putInt(TapeFormat.WATERMARK | watermarkInput << 16);
        tape.putLong(invocation);
        tape.putLong(watermarkTime);
        tape.publish();
      } else {
        lose(LANE_DET, invocation, 1, 0);
      }
    }
    if (legacy) {
      flushRun();
    }
  }

  /** Forgets the innermost invocation and goes back to the one around it. */
  private void drop() {
    Invocation f = frame;
    if (watch != null && watch.size > f.watched) {
      watch.drop(f.watched);
    }
    pathEnd = f.pathStart;
    operatorDepth = f.operatorBase;
    depth--;
    if (depth > 0) {
      f.copy(outer[depth - 1]);
    } else {
      f.channel = null;
    }
  }

  /** Looks at the values that were handed out. A fault there must not keep the invocation open. */
  private void look(int from) {
    try {
      watch.end(from);
    } catch (Throwable t) {
      watch.drop(from);
      Hooks.fail(t);
    }
  }

  private void nest() {
    if (depth > outer.length) {
      outer = Arrays.copyOf(outer, outer.length * 2);
    }
    Invocation o = outer[depth - 1];
    if (o == null) {
      o = outer[depth - 1] = new Invocation();
    }
    o.copy(frame);
  }

  /** Begins an invocation for something that happens outside of all; -1 when there is one. */
  private int beginIfNone() {
    if (light) {
      materialize();
    }
    return depth > 0 ? -1 : begin(MAIL, -1, null, 0, TapeFormat.NONE, PathTable.NOTHING);
  }

  private void append(int code) {
    if (pathEnd == path.length) {
      path = Arrays.copyOf(path, path.length * 2);
    }
    path[pathEnd++] = code;
    frame.hash = frame.hash * HASH + code;
  }

  private void push(int operator) {
    if (operatorDepth == operators.length) {
      operators = Arrays.copyOf(operators, operators.length * 2);
    }
    operators[operatorDepth++] = operator;
  }

  /** False: the path is full, the step is only counted. */
  private boolean step(int code) {
    Invocation f = frame;
    if (f.steps == MAX_STEPS) {
      if (!f.cut) {
        f.cut = true;
        append(PathTable.CUT);
      }
      count(code);
      return false;
    }
    f.steps++;
    append(code);
    return true;
  }

  /**
   * A record enters a chained operator.
   *
   * @return what {@link #leave} wants
   */
  int enter(int operator) {
    int token = beginIfNone() >= 0 ? 1 : 0;
    token |= operatorDepth << 2;
    if (step(operator << 3 | PathTable.ENTER)) {
      token |= 2;
    }
    push(operator);
    return token;
  }

  void leave(int token) {
    operatorDepth = token >>> 2;
    if ((token & 2) != 0 && !frame.cut) {
      append(PathTable.EXIT);
    }
    if ((token & 1) != 0) {
      end(0);
    }
  }

  private int operatorOnTop() {
    return operatorDepth == 0 ? -1 : operators[operatorDepth - 1];
  }

  /**
   * The path from {@code start} has no number: its steps are counted instead. A timer enters no
   * operator.
   */
  private void countSteps(int start) {
    for (int i = start; i < pathEnd; i++) {
      int kind = path[i] & 7;
      if (kind == PathTable.ENTER || kind == PathTable.OUTPUT) {
        count(path[i]);
      } else if (kind == PathTable.ROOT && (frame.kind <= SOURCE || frame.kind == RECOVERED)) {
        count(path[i] & ~7 | PathTable.ENTER);
      }
    }
  }

  /** The task has nothing to do for now. A legacy source's own thread may be at work meanwhile. */
  void idle() {
    if (!legacy) {
      flushRun();
    }
  }

  // ---- what an invocation does

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

  /**
   * A serialized element, behind Flink's four length bytes, leaves on a subpartition; -1 = on all.
   */
  void emit(OutputContext o, ByteBuffer b, int subpartition) {
    if (!o.told) {
      int from = b.position() + 4;
      if (from < b.limit() && (b.get(from) & ~1) == 0) {
        o.counted++;
        o.jumped = true;
        o.count(subpartition);
        return;
      }
    }
    tell(o, b, subpartition);
  }

  private void tell(OutputContext o, ByteBuffer b, int subpartition) {
    long now = Clock.now();
    if (now != stamped) {
      tick(now);
    }
    int token = beginIfNone();
    if (o.jumped) {
      tellSent(o);
    }
    int from = b.position() + 4;
    int len = b.limit() - from;
    int tag = len > 0 ? b.get(from) : -1;
    boolean record = tag == 0 || tag == 1;
    if (record) {
      step(o.index << 3 | PathTable.OUTPUT);
    }
    put(o, b, subpartition, from, len, record, frame.invocation);
    o.count(subpartition);
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
    if (!record.write(tape, frame.invocation)) {
      lose(LANE_SOURCE, frame.invocation, 1, record.bytes());
    }
    record.close();
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

  /** Nothing is told any more, and numbers are lost: hooks were switched off. */
  public void abandon() {
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
