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
public final class TaskContext extends TaskLife {

  /** Steps told of one invocation; the rest is only counted. */
  private static final int MAX_STEPS = 96;

  private static final int HASH = 31;
  private static final ThreadLocal<TaskContext> CURRENT = new ThreadLocal<>();

  /** What the other side keeps for this attempt. */
  public final Object identity;

  public final Completions completions = new Completions();
  final TaskParts parts = new TaskParts(this);

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

  /** What the task takes from outside. */
  final Reads reads = new Reads(this);

  /**
   * An element or a source record is at hand that has no frame: where paths are not told, most need
   * none. Whatever wants one makes it ({@link #materialize}).
   */
  private boolean light;

  private int lightKind;
  private int lightOperator;
  private ChannelContext lightChannel;
  private long lightKey;

  /** The invocation without a frame entered operators that no path tells of. */
  private boolean lightSteps;

  /** Hash of the key that the keyed backend was told last. */
  private long currentKey = KeyProbe.NONE;

  /** Hash of the key of the record that leaves next. */
  private long leavingKey = KeyProbe.NONE;

  /** A watermark that the task's input reached within the invocation at hand. */
  private boolean watermarkPending;

  private int watermarkInput;
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

  /**
   * {@link #current} where something may be told now, else null: the thread of a legacy source runs
   * the user's code outside of its lock too, while the task's own thread is at work.
   */
  static TaskContext telling() {
    TaskContext t = CURRENT.get();
    return t == null || t.closed || t.isElsewhere() ? null : t;
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
    clock();
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
    f.pathless = false;
    f.key = kind == EVENT_TIMER || kind == PROCESSING_TIMER ? currentKey : KeyProbe.NONE;
    f.operatorBase = operatorDepth;
    f.ordinal = 0;
    f.notes = 0;
    append(code);
    push(operator);
    return token;
  }

  // ---- invocations without a frame

  /** Whether an element or source record that begins now needs no frame. */
  boolean isLight() {
    return (!levels.paths || levels.sampled) && depth == 0 && !light && !legacy();
  }

  /** An element comes in, {@link #isLight}. */
  void beginElement(ChannelContext c) {
    clock();
    last++;
    light = true;
    lightKind = ELEMENTS;
    lightOperator = 0;
    lightChannel = c;
    lightKey = KeyProbe.NONE;
    lightSteps = false;
  }

  /** Ends what {@link #beginElement} or {@link #beginSource} began. */
  void endLight() {
    if (!light) {
      endSource(frame.invocation, frame.key);
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
      endSource(last, lightKey);
    }
  }

  /**
   * A source record is read, {@link #isLight}; its place will be told, and its bytes if they are
   * there and its key is one of the sample.
   */
  void beginSource(
      int operator,
      SplitContext s,
      long offset,
      long time,
      byte[] key,
      byte[] value,
      Object[] headers) {
    beginElement(null);
    lightKind = SOURCE;
    lightOperator = operator;
    record.open(s, offset, time, key, value, headers);
  }

  private void clock() {
    long now = Clock.now();
    if (now != stamped) {
      Levels before = levels;
      tick(now);
      if (levels != before) {
        changedWithin();
      }
    }
  }

  /** Paths of what is at hand lack what was not told before. */
  private void changedWithin() {
    lightSteps = true;
    frame.pathless = true;
    for (int i = 0; i < depth - 1; i++) {
      outer[i].pathless = true;
    }
  }

  private void endSource(long invocation, long key) {
    if (record.isOpen()) {
      endRecord(lightOperator, invocation, key);
    }
  }

  /** Tells the record that was read: with its bytes, or by its place alone. */
  private void endRecord(int operator, long invocation, long key) {
    boolean wanted = record.hasBytes() && key < levels.limit(operator);
    if (wanted && levels.of(operator) >= Levels.FLIGHT) {
      tellRecord(operator, invocation, 0);
    } else {
      if (wanted && levels.keeps(operator)) {
        tellRecord(operator, invocation, TapeFormat.LOOK_BACK);
      }
      sourceRead(record.split(), record.offset(), record.emitted, invocation);
    }
    record.close();
  }

  private void tellRecord(int operator, long invocation, int flags) {
    int payload = levels.topicPayload(record.split().topic, operator);
    if (!record.write(tape, invocation, payload, flags)) {
      lose(flags == TapeFormat.LOOK_BACK ? LANE_KEPT : LANE_SOURCE, invocation, 1, record.bytes());
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
    frame.key = lightKey;
    frame.pathless = lightSteps;
  }

  // ---- keys

  /** The keyed backend is told the key of what follows. */
  void keyed(long hash) {
    currentKey = hash;
    meet(hash);
  }

  /** A record of that key leaves next, on a keyed edge. */
  void leaving(long hash) {
    leavingKey = hash;
  }

  /** The invocation at hand has to do with a key. */
  private void meet(long hash) {
    if (light) {
      lightKey = lightKey < 0 ? hash : Math.min(lightKey, hash);
      if (lightKey < levels.limit) {
        materialize();
      }
    } else if (depth > 0) {
      frame.key = frame.key < 0 ? hash : Math.min(frame.key, hash);
    }
  }

  /** Whether an operator tells nothing of the invocation at hand: its keys are not sampled. */
  boolean leavesOut(int operator) {
    long key = light ? lightKey : depth > 0 ? frame.key : KeyProbe.NONE;
    return key >= levels.limit(operator);
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
    int p = PathTable.NOT_TOLD;
    if (levels.paths) {
      if (f.pathless || f.key >= levels.limit) {
        // A run that has no path tells of its root by itself.
        boolean now = counted;
        countSteps(f.pathStart + 1);
        countedLater |= counted;
        counted = now;
      } else {
        p = paths.number(path, f.pathStart, pathEnd, f.hash);
        if (p == 0) {
          countSteps(f.pathStart);
        }
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
    if (legacy()) {
      flushRun();
    }
  }

  /** Forgets the innermost invocation and goes back to the one around it. */
  private void drop() {
    Invocation f = frame;
    pathEnd = f.pathStart;
    operatorDepth = f.operatorBase;
    depth--;
    if (depth > 0) {
      f.copy(outer[depth - 1]);
    } else {
      f.channel = null;
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
    if (light && lightKey >= levels.limit) {
      lightSteps = true;
      return -1;
    }
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
    if (!legacy()) {
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

  /** The invocation at hand, 0 = none. */
  long invocationAtHand() {
    return light ? last : depth > 0 ? frame.invocation : 0;
  }

  /** Chain index of the operator at work, -1 = none or not known. */
  int operatorAtWork() {
    return depth > 0 ? atWork(-1) : -1;
  }

  @Override
  void forgotten() {
    reads.forget();
  }

  /** A watermark or status comes in through an input. */
  void input(int index) {
    watermarkInput = index;
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
        element = Thrown.hex(c.partition) + ":" + c.subpartition + ":" + c.count;
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
    return first != null && Thrown.caused(t, first.throwable) ? first : null;
  }
}
