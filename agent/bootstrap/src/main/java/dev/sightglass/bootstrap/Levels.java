package dev.sightglass.bootstrap;

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

  /** Length and XXH64. */
  public static final int HASHED = 1;

  /** Length. */
  public static final int NONE = 2;

  /** Everything that crosses a border, and nothing inside. */
  public static final Levels DEFAULT = new Levels("", FLIGHT, new byte[0], new byte[0]);

  /** As the recording says it; empty: not worth a row. */
  final String text;

  private final byte rest;
  private final byte[] levels;
  private final byte[] payloads;

  /** Some operator is above positions: paths are told. */
  final boolean paths;

  /** Some operator is at trace. */
  final boolean traces;

  /**
   * @param rest level of operators that are not in the list
   * @param levels by chain index
   * @param payloads what is kept of payload, by chain index; {@link #FULL} for those not in the
   *     list
   */
  public Levels(String text, int rest, byte[] levels, byte[] payloads) {
    this.text = text;
    this.rest = (byte) rest;
    this.levels = levels.clone();
    this.payloads = payloads.clone();
    int most = levels.length == 0 ? rest : POSITIONS;
    for (byte l : levels) {
      most = Math.max(most, l);
    }
    this.paths = most > POSITIONS;
    this.traces = most == TRACE;
  }

  /** Level of an operator; of what belongs to none (-1) the highest of all. */
  int of(int operator) {
    if (operator < 0) {
      return traces ? TRACE : paths ? FLIGHT : POSITIONS;
    }
    return operator < levels.length ? levels[operator] : rest;
  }

  int payload(int operator) {
    return operator >= 0 && operator < payloads.length ? payloads[operator] : FULL;
  }
}
