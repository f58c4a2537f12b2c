package dev.sightglass.bootstrap;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
public final class TaskContext implements Tape.Owner {
  // Kinds of invocations, spec/recording.md section 4.
  static final int ELEMENTS = 16;
  static final int SOURCE = 17;
  static final int EVENT_TIMER = 18;
  static final int PROCESSING_TIMER = 19;
  static final int MAIL = 20;
  static final int CALLBACK = 21;
  static final int RECOVERED = 22;

  private static final int LANE_OUT = 1;
  private static final int LANE_DET = 2;
  private static final int LANE_SOURCE = 3;
  private static final int LANES = 4;

  /** Steps told of one invocation; the rest is only counted. */
  private static final int MAX_STEPS = 96;

  /** A run that is older is written, so that times stay exact and a slow task is visible, µs. */
  private static final long RUN_SPAN = 10_000;

  private static final int HASH = 31;

  private static final ThreadLocal<TaskContext> CURRENT = new ThreadLocal<>();

  /** What the other side keeps for this attempt. */
  public final Object identity;

  public final Tape tape;
  public final PathTable paths = new PathTable();
  public final Completions completions = new Completions();

  private final TextTable texts = new TextTable();
  private OutputContext[] outputs = new OutputContext[4];
  private ChannelContext[] channels = new ChannelContext[8];
  private SplitContext[] splits = new SplitContext[4];
  private int outputCount;
  private int channelCount;
  private int splitCount;

  /** No probe does anything for it any more. */
  boolean closed;

  private volatile boolean ended;

  /** A legacy source: elements come from another thread, under the checkpoint lock. */
  private boolean legacy;

  // The invocation at hand.
  private final Frame frame = new Frame();
  private Frame[] outer = new Frame[2];
  private int depth;
  private long last;
  private int[] operators = new int[16];
  private int operatorDepth;
  private int[] path = new int[256];
  private int pathEnd;

  // The run that is not written yet.
  private int runCount;
  private int runKind;
  private int runOperator;
  private ChannelContext runChannel;
  private int runPath;
  private int runText;
  private long runTime;
  private long runFirst;
  private long runBegin;

  private long stamped;

  // The Kafka record at hand.
  private SplitContext recordSplit;
  private long recordOffset;
  private long recordTime;
  private int recordEmitted;
  private byte[] recordKey;
  private byte[] recordValue;
  private byte[] recordHeaders;
  private int recordHeadersLength;
  private boolean record;
  private SplitContext currentSplit;

  /** A watermark that the task's input reached within the invocation at hand. */
  private boolean watermarkPending;

  private int watermarkInput;
  private long watermarkTime;

  // Steps past MAX_STEPS or in paths without a number.
  private long[] entered = new long[0];
  private long[] emitted = new long[0];
  private boolean counted;

  private final Lost[] lost = new Lost[LANES];

  private Thrown thrown;

  /** What a frame of {@link #begin} keeps of the invocation. */
  private static final class Frame {
    long invocation;
    int kind;
    int operator;
    ChannelContext channel;
    int text;
    long time;
    long begin;
    int pathStart;
    int hash;
    int steps;
    boolean cut;
    int operatorBase;
    int ordinal;

    void copy(Frame f) {
      invocation = f.invocation;
      kind = f.kind;
      operator = f.operator;
      channel = f.channel;
      text = f.text;
      time = f.time;
      begin = f.begin;
      pathStart = f.pathStart;
      hash = f.hash;
      steps = f.steps;
      cut = f.cut;
      operatorBase = f.operatorBase;
      ordinal = f.ordinal;
    }
  }

  /** What one lane lost since room was there last. */
  public static final class Lost {
    public final int lane;
    public long first;
    public long last;
    public long events;
    public long bytes;
    public long from;
    public long to;

    Lost(int lane) {
      this.lane = lane;
    }
  }

  /** The first place where an exception was seen. */
  public static final class Thrown {
    public final Throwable throwable;
    public final long invocation;
    public final int operator;

    /** The element or Kafka record being handled; empty when there was none. */
    public final String element;

    public final boolean source;

    Thrown(Throwable throwable, long invocation, int operator, String element, boolean source) {
      this.throwable = throwable;
      this.invocation = invocation;
      this.operator = operator;
      this.element = element;
      this.source = source;
    }
  }

  public TaskContext(Object identity, ChunkPool pool) {
    this.identity = identity;
    for (int i = 1; i < LANES; i++) {
      lost[i] = new Lost(i);
    }
    tape = new Tape(pool, this);
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
    long now = Clock.now();
    if (now != stamped) {
      tick(now);
    }
    int token = depth;
    if (token > 0) {
      nest();
    }
    depth = token + 1;
    Frame f = frame;
    f.invocation = ++last;
    f.kind = kind;
    f.operator = operator;
    f.channel = channel;
    f.text = text;
    f.time = time;
    f.begin = now;
    f.pathStart = pathEnd;
    f.hash = 0;
    f.steps = 0;
    f.cut = false;
    f.operatorBase = operatorDepth;
    f.ordinal = 0;
    append(code);
    push(operator);
    return token;
  }

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
    Frame f = frame;
    int p = paths.number(path, f.pathStart, pathEnd, f.hash);
    if (p == 0) {
      countSteps(f.pathStart);
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
    Frame f = frame;
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
    Frame o = outer[depth - 1];
    if (o == null) {
      o = outer[depth - 1] = new Frame();
    }
    o.copy(frame);
    // Rows stand in the order in which invocations ended: what ended before goes first.
    flushRun();
  }

  /** Begins an invocation for something that happens outside of all; -1 when there is one. */
  private int beginIfNone() {
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
    Frame f = frame;
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

  // ---- elements out

  /**
   * A serialized element, behind Flink's four length bytes, leaves on a subpartition; -1 = on all.
   */
  void emit(OutputContext o, ByteBuffer b, int subpartition) {
    long now = Clock.now();
    if (now != stamped) {
      tick(now);
    }
    int token = beginIfNone();
    int from = b.position() + 4;
    int len = b.limit() - from;
    int tag = len > 0 ? b.get(from) : -1;
    if (tag == 0 || tag == 1) {
      step(o.index << 3 | PathTable.OUTPUT);
    }
    if (len > TapeFormat.MAX_VALUE) {
      emitCut(o, b, subpartition, from, len);
    } else if (tape.room(TapeFormat.OUT_SIZE + len)) {
      tape.putInt(TapeFormat.OUT | o.index << 16);
      tape.putInt(subpartition);
      tape.putLong(frame.invocation);
      tape.putInt(len);
      copy(b, from, len);
      tape.publish();
    } else {
      lose(LANE_OUT, frame.invocation, 1, len);
    }
    o.count(subpartition);
    if (token >= 0) {
      end(token);
    }
  }

  private void emitCut(OutputContext o, ByteBuffer b, int subpartition, int from, int len) {
    long hash;
    if (b.hasArray()) {
      hash = Xxh64.hash(b.array(), b.arrayOffset() + from, len);
    } else {
      byte[] all = new byte[len];
      ByteBuffer d = b.duplicate();
      d.position(from);
      d.get(all);
      hash = Xxh64.hash(all, 0, len);
    }
    if (!tape.room(TapeFormat.OUT_SIZE + 16 + TapeFormat.KEPT)) {
      lose(LANE_OUT, frame.invocation, 1, len);
      return;
    }
    tape.putInt(TapeFormat.OUT | TapeFormat.CUT << 8 | o.index << 16);
    tape.putInt(subpartition);
    tape.putLong(frame.invocation);
    tape.putInt(TapeFormat.KEPT);
    tape.putLong(len);
    tape.putLong(hash);
    copy(b, from, TapeFormat.KEPT);
    tape.publish();
  }

  private void copy(ByteBuffer b, int from, int len) {
    if (b.hasArray()) {
      tape.putBytes(b.array(), b.arrayOffset() + from, len);
    } else {
      ByteBuffer d = b.duplicate();
      d.position(from);
      d.get(tape.array(), tape.position(), len);
      tape.advance(len);
    }
  }

  /** A barrier goes out on all subpartitions of an output. */
  public void barrierOut(OutputContext o, long checkpoint, int flags) {
    flushRun();
    if (tape.room(20)) {
      tape.putInt(TapeFormat.BARRIER_OUT | flags << 8 | o.index << 16);
      tape.putLong(checkpoint);
      tape.putLong(last);
      tape.publish();
    }
  }

  // ---- events in

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

  /** A watermark or status comes in through an input. */
  void input(int index) {
    watermarkInput = index;
  }

  /** The combined watermark of that input moved. */
  void watermark(long time) {
    watermarkPending = true;
    watermarkTime = time;
  }

  /**
   * The task takes its snapshot: the consumed counts of all channels as they are now belong to it.
   * In an unaligned checkpoint an edge may stay aligned, so what its own barrier said goes before
   * what the task was told.
   */
  void checkpoint(long checkpoint, boolean unaligned) {
    flushRun();
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
    if (tape.room(12)) {
      tape.putInt(TapeFormat.CHECKPOINTED);
      tape.putLong(checkpoint);
      tape.publish();
    }
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
    int token = begin(SOURCE, operator, null, 0, TapeFormat.NONE, operator << 3 | PathTable.ROOT);
    record = true;
    recordSplit = s;
    recordOffset = offset;
    recordTime = time;
    recordEmitted = 0;
    recordKey = key != null && key.length > TapeFormat.MAX_VALUE ? null : key;
    recordValue = value;
    recordHeadersLength = -1;
    if (headers != null && headers.length > 0) {
      byte[] h = Hooks.inspector().headers(headers);
      if (h != null && h.length <= TapeFormat.MAX_VALUE) {
        recordHeaders = h;
        recordHeadersLength = h.length;
      }
    }
    return token;
  }

  /** True while a Kafka record is read: what is collected now came out of it. */
  boolean reading() {
    return record;
  }

  void collected() {
    recordEmitted++;
  }

  void endRecord(int token) {
    byte[] key = recordKey;
    byte[] value = recordValue;
    int keyLength = key == null ? -1 : key.length;
    int valueLength = value == null ? -1 : value.length;
    boolean cut = valueLength > TapeFormat.MAX_VALUE;
    int kept = cut ? TapeFormat.KEPT : valueLength;
    int bytes = Math.max(0, keyLength) + Math.max(0, kept) + Math.max(0, recordHeadersLength);
    if (tape.room(TapeFormat.KAFKA_SIZE + (cut ? 16 : 0) + bytes)) {
      tape.putInt(TapeFormat.KAFKA | (cut ? TapeFormat.CUT << 8 : 0) | recordSplit.index << 16);
      tape.putLong(recordOffset);
      tape.putLong(recordTime);
      tape.putLong(frame.invocation);
      tape.putInt(recordEmitted);
      tape.putInt(keyLength);
      tape.putInt(kept);
      tape.putInt(recordHeadersLength);
      if (cut) {
        tape.putLong(valueLength);
        tape.putLong(Xxh64.hash(value, 0, valueLength));
      }
      if (keyLength > 0) {
        tape.putBytes(key, 0, keyLength);
      }
      if (kept > 0) {
        tape.putBytes(value, 0, kept);
      }
      if (recordHeadersLength > 0) {
        tape.putBytes(recordHeaders, 0, recordHeadersLength);
      }
      tape.publish();
    } else {
      lose(LANE_SOURCE, frame.invocation, 1, bytes);
    }
    record = false;
    recordKey = null;
    recordValue = null;
    recordHeaders = null;
    end(token);
  }

  /** A record of a source whose bytes are not known. */
  int beginOther(int operator) {
    return begin(SOURCE, operator, null, 0, TapeFormat.NONE, operator << 3 | PathTable.ROOT);
  }

  void endOther(int token, SplitContext s, long time) {
    if (s == null) {
      s = currentSplit != null ? currentSplit : (currentSplit = split(null, 0, ""));
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

  // ---- tables

  /** Adds an output; the caller has its index from {@link #outputs()}. */
  public void add(OutputContext o) {
    if (outputCount == outputs.length) {
      outputs = Arrays.copyOf(outputs, outputCount * 2);
    }
    outputs[outputCount++] = o;
  }

  public int outputs() {
    return outputCount;
  }

  public OutputContext output(int index) {
    return outputs[index];
  }

  /** Adds a channel; the caller has its index from {@link #channels()}. */
  public void add(ChannelContext c) {
    if (channelCount == channels.length) {
      channels = Arrays.copyOf(channels, channelCount * 2);
    }
    channels[channelCount++] = c;
  }

  public int channels() {
    return channelCount;
  }

  public ChannelContext channel(int index) {
    return channels[index];
  }

  /** The split of that topic and partition, or of that id. */
  SplitContext split(String topic, int partition, String id) {
    for (int i = 0; i < splitCount; i++) {
      SplitContext s = splits[i];
      if (s.partition == partition
          && (topic == null ? s.topic == null && s.id.equals(id) : topic.equals(s.topic))) {
        return s;
      }
    }
    if (splitCount == splits.length) {
      splits = Arrays.copyOf(splits, splitCount * 2);
    }
    SplitContext s =
        new SplitContext(splitCount, topic, partition, id == null ? topic + "-" + partition : id);
    splits[splitCount++] = s;
    return s;
  }

  public SplitContext split(int index) {
    return splits[index];
  }

  int text(Object key) {
    return texts.number(key);
  }

  /** Text {@code number}, from 1. */
  public String text(int number) {
    return texts.text(number);
  }

  // ---- writing

  private void tick(long now) {
    if (runCount > 0 && now - runBegin > RUN_SPAN) {
      flushRun();
    }
    stamped = now;
    stamp(now);
  }

  private void stamp(long now) {
    if (tape.room(TapeFormat.STAMP_SIZE)) {
      tape.putInt(TapeFormat.STAMP);
      tape.putLong(now);
      tape.publish();
    }
  }

  /** Writes the run that is at hand: nothing may join it any more. */
  void flushRun() {
    int n = runCount;
    if (n == 0) {
      return;
    }
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

  /** The task has nothing to do for now. A legacy source's own thread may be at work meanwhile. */
  void idle() {
    if (!legacy) {
      flushRun();
    }
  }

  private void count(int code) {
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
    c[i]++;
    counted = true;
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

  private void flushCounts() {
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

  private void lose(int lane, long invocation, long events, long bytes) {
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

  @Override
  public int recoverySize() {
    int size = 3 * TapeFormat.GAP_SIZE + TapeFormat.STAMP_SIZE + 20 + 8 * channelCount;
    for (int i = 0; i < outputCount; i++) {
      size += 4 + 8 * outputs[i].subpartitions;
    }
    return size;
  }

  @Override
  public void recovered(Tape tape) {
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
    tape.putInt(TapeFormat.RESYNC);
    tape.putLong(last);
    tape.putInt(outputCount);
    for (int i = 0; i < outputCount; i++) {
      OutputContext o = outputs[i];
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
    tape.putInt(TapeFormat.STAMP);
    tape.putLong(stamped);
    tape.publish();
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
    String element = "";
    boolean source = false;
    if (depth > 0) {
      Frame f = frame;
      if (f.channel != null) {
        ChannelContext c = f.channel;
        element = hex(c.partition) + ":" + c.subpartition + ":" + c.count;
      } else if (record) {
        source = operatorDepth == f.operatorBase + 1;
        element = recordSplit.topic + "/" + recordSplit.partition + "@" + recordOffset;
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

  private static String hex(long v) {
    String s = Long.toHexString(v);
    return "0000000000000000".substring(s.length()) + s;
  }

  // ---- end

  /** Elements come from a thread of their own. */
  public void setLegacy() {
    legacy = true;
  }

  boolean legacy() {
    return legacy;
  }

  /** The task is over: what is at hand is written, and nothing after it. */
  public void end() {
    if (!closed) {
      closed = true;
      if (!legacy) {
        flushRun();
      }
    }
    ended = true;
  }

  /** Nothing is told any more, and numbers are lost: hooks were switched off. */
  public void abandon() {
    closed = true;
    ended = true;
  }

  /** The writer has stopped. */
  public boolean ended() {
    return ended;
  }

  /** The highest invocation number given. For the drain, after {@link #ended()}. */
  public long invocations() {
    return last;
  }

  /** UTF-8 bytes of a text, for layouts that the probes write. */
  static byte[] utf8(String s) {
    return s.getBytes(StandardCharsets.UTF_8);
  }
}
