// Size: what happens to every record of a task, so that the JIT and the reader see it in one place.
package dev.sightglass.bootstrap;

import java.util.Arrays;

/**
 * The invocations of a task: the one at hand, those around it, the operators on the stack, and the
 * path taken so far.
 */
abstract class TaskInvocations extends TaskLife {
  /** Steps told of one invocation; the rest is only counted. */
  private static final int MAX_STEPS = 96;

  private static final int HASH = 31;

  // The invocation at hand.
  final Invocation frame = new Invocation();
  Invocation[] outer = new Invocation[2];
  int depth;
  int[] operators = new int[16];
  int operatorDepth;
  int[] path = new int[256];
  int pathEnd;

  /**
   * The outermost invocation took so many steps of the path that was taken last, and no others:
   * they are not written down yet, {@link #writeDown}. -1: they are.
   */
  private int guessed = -1;

  final SourceRecord record = new SourceRecord();

  /**
   * An element or a source record is at hand that has no frame: where paths are not told, most need
   * none. Whatever wants one makes it ({@link #materialize}).
   */
  boolean light;

  int lightKind;
  int lightOperator;
  ChannelContext lightChannel;
  long lightKey;

  /** The invocation without a frame entered operators that no path tells of. */
  boolean lightSteps;

  /** Hash of the key that the keyed backend was told last. */
  long currentKey = KeyProbe.NONE;

  /** Hash of the key of the record that leaves next. */
  long leavingKey = KeyProbe.NONE;

  /** A watermark that the task's input reached within the invocation at hand. */
  boolean watermarkPending;

  int watermarkInput;
  long watermarkTime;

  /** A replay: less is told than in the recording. */
  boolean quiet;

  final DropTeller drops = new DropTeller((TaskContext) this);

  TaskInvocations(ChunkPool pool) {
    super(pool);
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
    if (asked) {
      tellAnswers();
    }
    if (quiet) {
      passOver();
    }
    return open(++last, kind, operator, channel, text, time, code);
  }

  /** Leaves out numbers that the recording gave to what is not told now. */
  abstract void passOver();

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
      writeDown();
      nest();
    } else {
      guessed = 0;
    }
    depth = token + 1;
    Invocation f = frame;
    f.invocation = invocation;
    f.kind = kind;
    f.operator = operator;
    if (f.channel != channel) {
      // The collector has work with every reference that an old object gets.
      f.channel = channel;
    }
    f.text = text;
    f.time = time;
    f.begin = stamped;
    f.pathStart = pathEnd;
    f.hash = 0;
    f.steps = 0;
    f.cut = false;
    f.pathless = false;
    f.more = false;
    f.key = kind == EVENT_TIMER || kind == PROCESSING_TIMER ? currentKey : KeyProbe.NONE;
    f.operatorBase = operatorDepth;
    f.ordinal = 0;
    f.notes = 0;
    f.sent = 0;
    f.watched = watch == null ? 0 : watch.size;
    append(code);
    push(operator);
    return token;
  }

  /** Whether nothing is at hand. */
  final boolean isBetween() {
    return depth == 0 && !light;
  }

  // ---- invocations without a frame

  /** Whether an element or source record that begins now needs no frame. */
  boolean isLight() {
    return (!levels.paths || levels.sampled) && depth == 0 && !light && !legacy();
  }

  /** An element comes in, {@link #isLight}. */
  void beginElement(ChannelContext c) {
    clock();
    if (quiet) {
      passOver();
    }
    last++;
    light = true;
    lightKind = ELEMENTS;
    lightOperator = 0;
    if (lightChannel != c) {
      lightChannel = c;
    }
    lightKey = KeyProbe.NONE;
    lightSteps = false;
  }

  /** Ends what {@link #beginElement} or {@link #beginSource} began. */
  void endLight() {
    if (light && lightChannel == null) {
      drops.tellIfNothing(record);
    }
    if (light && late != null) {
      late.invocationEnds();
    }
    if (!light) {
      // Something in it, or about it, wanted a frame.
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
      if (runCount > 0) {
        flushInvocations();
      }
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
    beginPlace(operator, s, offset);
    record.open(s, offset, time, key, value, headers);
  }

  /** {@link #beginSource} of a record of which no more is at hand than its place. */
  void beginPlace(int operator, SplitContext s, long offset) {
    beginElement(null);
    lightKind = SOURCE;
    lightOperator = operator;
    record.open(s, offset);
  }

  final void clock() {
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
  final void endRecord(int operator, long invocation, long key) {
    if (!levels.paths) {
      sourceRead(record.split(), record.offset(), record.emitted, invocation);
      record.close();
      return;
    }
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
    endSourceRun();
    int payload = levels.topicPayload(record.split().topic, operator);
    if (!record.write(tape, invocation, payload, flags)) {
      lose(flags == TapeFormat.LOOK_BACK ? LANE_KEPT : LANE_SOURCE, invocation, 1, record.bytes());
    }
  }

  /** Gives the element or source record at hand a frame. */
  final void materialize() {
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
  final void meet(long hash) {
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
    if (late != null) {
      late.invocationEnds();
    }
    Invocation f = frame;
    if (watch != null && watch.size > f.watched) {
      look(f.watched);
    }
    int p = PathTable.NOT_TOLD;
    if (levels.paths) {
      if (f.pathless || f.key >= levels.limit) {
        // A run that has no path tells of its root by itself.
        writeDown();
        boolean now = counted;
        countSteps(f.pathStart + 1);
        countedLater |= counted;
        counted = now;
      } else {
        p = pathNumber(f);
        if (p == 0) {
          countSteps(f.pathStart);
        }
      }
    }
    ChannelContext c = f.channel;
    if (c != null && f.kind == ELEMENTS) {
      c.count++;
    }
    if (f.more) {
      // It has no number, so it is no row.
    } else if (runCount > 0
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
      if (runCount > 0) {
        flushInvocations();
      }
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

  private int pathNumber(Invocation f) {
    if (guessed >= 0 && paths.isLast(guessed)) {
      return paths.lastNumber();
    }
    writeDown();
    return paths.number(path, f.pathStart, pathEnd, f.hash);
  }

  /** Writes down the steps that were the same as last time. */
  private void writeDown() {
    int n = guessed;
    guessed = -1;
    for (int i = 0; i < n; i++) {
      append(paths.last(i));
    }
  }

  /** Forgets the innermost invocation and goes back to the one around it. */
  private void drop() {
    Invocation f = frame;
    if (watch != null && watch.size > f.watched) {
      watch.drop(f.watched);
    }
    guessed = -1;
    pathEnd = f.pathStart;
    operatorDepth = f.operatorBase;
    depth--;
    if (depth > 0) {
      f.copy(outer[depth - 1]);
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
  final int beginIfNone() {
    if (light) {
      materialize();
    }
    if (depth > 0) {
      return -1;
    }
    if (isMore()) {
      return beginMore();
    }
    return begin(MAIL, -1, null, 0, TapeFormat.NONE, PathTable.NOTHING);
  }

  /** What follows is told of the invocation that began last, and has none of its own. */
  final int beginMore() {
    if (light) {
      materialize();
    }
    clock();
    int token = open(Math.max(1, last), MAIL, -1, null, 0, TapeFormat.NONE, PathTable.NOTHING);
    frame.more = true;
    return token;
  }

  /**
   * Whether what is told now outside of all has no invocation of its own: the task runs again, and
   * less was recorded of it.
   */
  abstract boolean isMore();

  private void append(int code) {
    int n = guessed;
    if (n >= 0) {
      if (paths.isLast(n, code)) {
        guessed = n + 1;
        return;
      }
      writeDown();
    }
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
  final boolean step(int code) {
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

  final int operatorOnTop() {
    return operatorDepth == 0 ? -1 : operators[operatorDepth - 1];
  }

  /**
   * Chain index of the operator that handles a record now, by the task's thread; -1 = none, or not
   * told at this level.
   */
  public final int atWork() {
    return light ? -1 : operatorOnTop();
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
}
