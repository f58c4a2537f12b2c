package dev.sightglass.bootstrap;

import java.util.Arrays;
import java.util.function.ToIntFunction;

/**
 * What is recorded of each operator of a task, spec/recording.md section 7. Immutable; made by the
 * agent's other side, taken over by the task itself between two invocations.
 */
public final class Levels {
  public static final int POSITIONS = 0;
  public static final int FLIGHT = 1;
  public static final int TRACE = 2;

  /** What is kept of payload. */
  public static final int FULL = 0;

  /** Length and XXH64, where there is a column for them. */
  public static final int HASHED = 1;

  /** Length. */
  public static final int NONE = 2;

  /** Limit of a sample that takes every key. */
  public static final long ALL = 1L << 32;

  /** Log lines of these levels and above are told. */
  public static final int LOG_OFF = 0;

  public static final int LOG_ERROR = 1;
  public static final int LOG_WARN = 2;
  public static final int LOG_INFO = 3;
  public static final int LOG_DEBUG = 4;
  public static final int LOG_TRACE = 5;

  /** No rule names a topic. */
  public static final ToIntFunction<String> NO_TOPICS = topic -> -1;

  /** Everything that crosses a border, and nothing inside. */
  public static final Levels DEFAULT = new Levels("", FLIGHT, new byte[0], new byte[0]);

  /** As the recording says it; empty: not worth a row. */
  final String text;

  private final byte rest;
  private final byte[] levels;
  private final byte[] payloads;
  private final int strictest;
  private final long[] limits;
  private final boolean[] kept;
  private final byte[] outputs;
  private final ToIntFunction<String> topics;

  /** Least severe log level that is told, {@link #LOG_OFF} to {@link #LOG_TRACE}. */
  public final int logs;

  /** Notes leave their bytes out. */
  final boolean lean;

  /** All payload is kept, of every operator, output and topic. */
  final boolean keepsAll;

  /** Paths are told: some operator is above positions, or its flight is kept. */
  final boolean paths;

  /** Some operator is at flight or above: its bytes are told. */
  final boolean bytes;

  /** Some operator's flight is kept and not told. */
  final boolean keeps;

  /** Some operator is at trace. */
  final boolean traces;

  /** Some operator tells only of some keys. */
  final boolean sampled;

  /** A key whose hash is not below it is told of by no operator, {@link KeyProbe}. */
  final long limit;

  /**
   * @param rest level of operators that are not in the list
   * @param levels by chain index
   * @param payloads what is kept of payload, by chain index; {@link #FULL} for those not in the
   *     list
   */
  public Levels(String text, int rest, byte[] levels, byte[] payloads) {
    this(
        text,
        rest,
        levels.clone(),
        payloads.clone(),
        new long[0],
        new boolean[0],
        new byte[0],
        NO_TOPICS,
        LOG_INFO,
        false);
  }

  private Levels(
      String text,
      int rest,
      byte[] levels,
      byte[] payloads,
      long[] limits,
      boolean[] kept,
      byte[] outputs,
      ToIntFunction<String> topics,
      int logs,
      boolean lean) {
    this.text = text;
    this.rest = (byte) rest;
    this.levels = levels;
    this.payloads = payloads;
    int most = FULL;
    for (byte p : payloads) {
      most = Math.max(most, p);
    }
    this.strictest = most;
    this.limits = limits;
    this.kept = kept;
    this.outputs = outputs;
    this.topics = topics;
    this.logs = logs;
    this.lean = lean;
    this.keepsAll = isFull(payloads) && isFull(outputs) && topics == NO_TOPICS;
    int highest = levels.length == 0 ? rest : POSITIONS;
    long widest = levels.length == 0 ? ALL : 0;
    boolean few = false;
    boolean anyKept = false;
    for (int i = 0; i < levels.length; i++) {
      highest = Math.max(highest, levels[i]);
      if (levels[i] > POSITIONS || keeps(i)) {
        widest = Math.max(widest, limit(i));
        few |= limit(i) < ALL;
      }
      anyKept |= keeps(i);
    }
    this.bytes = highest > POSITIONS;
    this.keeps = anyKept;
    this.paths = bytes || keeps;
    this.traces = highest == TRACE;
    this.sampled = few;
    this.limit = few ? widest : ALL;
  }

  /**
   * Keys are told of whose hash is below a limit.
   *
   * @param limits by chain index, {@link #ALL} = every key
   */
  public Levels sampling(long[] limits) {
    return new Levels(
        text, rest, levels, payloads, limits.clone(), kept, outputs, topics, logs, lean);
  }

  /**
   * Flight is kept while the level is positions.
   *
   * @param kept by chain index
   */
  public Levels keeping(boolean[] kept) {
    return new Levels(
        text, rest, levels, payloads, limits, kept.clone(), outputs, topics, logs, lean);
  }

  /**
   * What is kept of payload beside that of operators.
   *
   * @param outputs by index of the task's outputs
   * @param topics of a topic's records, -1 = as of the operator
   */
  public Levels withheld(byte[] outputs, ToIntFunction<String> topics) {
    return new Levels(
        text, rest, levels, payloads, limits, kept, outputs.clone(), topics, logs, lean);
  }

  /** Whether notes leave their bytes out. */
  public Levels lean(boolean lean) {
    return new Levels(text, rest, levels, payloads, limits, kept, outputs, topics, logs, lean);
  }

  /** Least severe log level that is told. */
  public Levels logging(int level) {
    return new Levels(text, rest, levels, payloads, limits, kept, outputs, topics, level, lean);
  }

  private static boolean isFull(byte[] payloads) {
    for (byte p : payloads) {
      if (p != FULL) {
        return false;
      }
    }
    return true;
  }

  /** Level of an operator; of what belongs to none (-1) the highest of all. */
  int of(int operator) {
    if (operator < 0) {
      return traces ? TRACE : bytes ? FLIGHT : POSITIONS;
    }
    return operator < levels.length ? levels[operator] : rest;
  }

  /** Whether an operator is at positions and its flight is kept. */
  boolean keeps(int operator) {
    return operator >= 0
        && operator < kept.length
        && kept[operator]
        && operator < levels.length
        && levels[operator] == POSITIONS;
  }

  /** What an operator tells of: keys whose hash is below it. */
  long limit(int operator) {
    return operator >= 0 && operator < limits.length ? limits[operator] : ALL;
  }

  /**
   * What is kept of an operator's payload; of what belongs to none that is known the least of all.
   */
  int payload(int operator) {
    if (operator < 0) {
      return strictest;
    }
    return operator < payloads.length ? payloads[operator] : FULL;
  }

  /** What is kept of the payload that leaves on an output. */
  int outputPayload(int index, int operator) {
    return index < outputs.length ? outputs[index] : payload(operator);
  }

  /** What is kept of the payload of a topic's records. */
  int topicPayload(String topic, int operator) {
    int p = topic == null ? -1 : topics.applyAsInt(topic);
    return p < 0 ? payload(operator) : p;
  }

  /** Whether some operator tells only of some keys. */
  public boolean isSampled() {
    return sampled;
  }

  /** Whether nothing differs but the policy's version: then the recording says nothing of it. */
  boolean sameAs(Levels other) {
    int a = text.indexOf(';');
    int b = other.text.indexOf(';');
    return a >= 0
        && b >= 0
        && logs == other.logs
        && lean == other.lean
        && topics == other.topics
        && Arrays.equals(outputs, other.outputs)
        && text.substring(a).equals(other.text.substring(b));
  }

  /** As the recording says it. */
  @Override
  public String toString() {
    return text;
  }
}
