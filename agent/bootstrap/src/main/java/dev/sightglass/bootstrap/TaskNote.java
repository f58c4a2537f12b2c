package dev.sightglass.bootstrap;

/**
 * A row of lane trace, state, log or env on its way to the tape: what an operator did beside
 * handling records. A task has one, which {@link TaskContext#note} hands out empty; it is filled
 * and written before the next one is asked for.
 *
 * <p>Byte strings are not copied before {@link #write}: the arrays must stay as they are until
 * then.
 */
public final class TaskNote {
  /** Lanes, spec/recording.md section 4. */
  public static final int TRACE = 4;

  public static final int STATE = 5;
  public static final int LOG = 7;
  public static final int ENV = 9;

  private static final int DROPPED = 57;

  // Which members are there, in the mask of the record.
  public static final int TIME = 1;
  public static final int NUMBER = 2;
  public static final int NUMBER2 = 4;
  public static final int WHAT = 8;
  public static final int REASON = 16;
  public static final int FLAGS = 32;
  public static final int TEXT = 64;
  public static final int DESCRIBED = 128;
  public static final int KEY = 256;
  public static final int NAMESPACE = 512;
  public static final int MAP_KEY = 1024;
  public static final int VALUE = 2048;
  public static final int BEFORE = 4096;
  public static final int WITHHELD = 8192;

  /** Longer byte strings are withheld. */
  static final int MAX_BYTES = 1 << 20;

  private static final String BY_BUDGET = "the budget leaves no room for payload";
  private static final String BY_POLICY = "the policy keeps no payload of this operator";

  private static final int STRINGS = 5;
  private static final int FIXED = 28;

  private final TaskContext task;
  private int lane;
  private int kind;
  private int operator;
  private long invocation;
  private int ordinal;
  private int mask;
  private boolean withholds;
  private long time;
  private long number;
  private long number2;
  private int what;
  private int reason;
  private int flags;
  private int text;
  private int state;
  private final byte[][] bytes = new byte[STRINGS][];
  private final int[] offsets = new int[STRINGS];
  private final int[] lengths = new int[STRINGS];

  TaskNote(TaskContext task) {
    this.task = task;
  }

  TaskNote begin(int lane, int kind, int operator, long invocation, int ordinal) {
    this.lane = lane;
    this.kind = kind;
    this.operator = operator;
    this.invocation = invocation;
    this.ordinal = ordinal;
    this.mask = 0;
    // What replay needs is never left out; who reads payload from outside looks at levels itself.
    this.withholds =
        lane != ENV
            && lane != LOG
            && (task.levels.lean || task.levels.payload(operator) != Levels.FULL);
    return this;
  }

  /** Chain index of the operator that it is about, -1 = not known. */
  public int operator() {
    return operator;
  }

  public long invocation() {
    return invocation;
  }

  /** A timestamp in ms. */
  public TaskNote time(long ms) {
    time = ms;
    mask |= TIME;
    return this;
  }

  public TaskNote number(long v) {
    number = v;
    mask |= NUMBER;
    return this;
  }

  public TaskNote number2(long v) {
    number2 = v;
    mask |= NUMBER2;
    return this;
  }

  public TaskNote what(int v) {
    what = v;
    mask |= WHAT;
    return this;
  }

  public TaskNote reason(int v) {
    reason = v;
    mask |= REASON;
    return this;
  }

  public TaskNote flags(int v) {
    flags = v;
    mask |= FLAGS;
    return this;
  }

  public TaskNote text(String word) {
    text = task.word(word);
    mask |= TEXT;
    return this;
  }

  /**
   * The state that it is about: body of a definition of kind 5, spec/recording.md section 3, as
   * {@link TaskContext#word} numbered it.
   */
  public TaskNote state(int definition) {
    state = definition;
    mask |= DESCRIBED;
    return this;
  }

  public TaskNote key(byte[] b, int off, int len) {
    return put(0, KEY, b, off, len);
  }

  public TaskNote namespace(byte[] b, int off, int len) {
    return put(1, NAMESPACE, b, off, len);
  }

  public TaskNote mapKey(byte[] b, int off, int len) {
    return put(2, MAP_KEY, b, off, len);
  }

  public TaskNote value(byte[] b, int off, int len) {
    return put(3, VALUE, b, off, len);
  }

  public TaskNote before(byte[] b, int off, int len) {
    return put(4, BEFORE, b, off, len);
  }

  /** There are bytes that are not kept. */
  public TaskNote withheld() {
    mask |= WITHHELD;
    return this;
  }

  private TaskNote put(int i, int bit, byte[] b, int off, int len) {
    if (b == null) {
      return this;
    }
    if (withholds && lane == STATE) {
      text(task.levels.lean ? BY_BUDGET : BY_POLICY);
    }
    if (withholds || len > MAX_BYTES) {
      return withheld();
    }
    bytes[i] = b;
    offsets[i] = off;
    lengths[i] = len;
    mask |= bit;
    return this;
  }

  /** Puts it on the tape, or counts it as lost. */
  public void write() {
    // Drops and determinants are told of all keys.
    if ((lane == STATE || lane == TRACE && kind != DROPPED) && task.leavesOut(operator)) {
      return;
    }
    int size = FIXED + 8 * 3 + 4 * 5;
    int content = 0;
    for (int i = 0; i < STRINGS; i++) {
      if ((mask & KEY << i) != 0) {
        content += lengths[i];
        size += 4;
      }
    }
    Tape tape = task.tape;
    if (!tape.room(size + content)) {
      task.lose(lane, invocation, 1, content);
      return;
    }
    tape.putInt(TapeFormat.NOTE | lane << 8 | operator + 1 << 16);
    tape.putInt(kind);
    tape.putInt(mask);
    tape.putLong(invocation);
    tape.putInt(ordinal);
    if ((mask & TIME) != 0) {
      tape.putLong(time);
    }
    if ((mask & NUMBER) != 0) {
      tape.putLong(number);
    }
    if ((mask & NUMBER2) != 0) {
      tape.putLong(number2);
    }
    if ((mask & WHAT) != 0) {
      tape.putInt(what);
    }
    if ((mask & REASON) != 0) {
      tape.putInt(reason);
    }
    if ((mask & FLAGS) != 0) {
      tape.putInt(flags);
    }
    if ((mask & TEXT) != 0) {
      tape.putInt(text);
    }
    if ((mask & DESCRIBED) != 0) {
      tape.putInt(state);
    }
    for (int i = 0; i < STRINGS; i++) {
      if ((mask & KEY << i) != 0) {
        tape.putInt(lengths[i]);
        tape.putBytes(bytes[i], offsets[i], lengths[i]);
      }
    }
    tape.publish();
  }
}
