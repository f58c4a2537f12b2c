package dev.sightglass.bootstrap;

/**
 * Records of a task's tape. All numbers are fixed-width and little-endian: bytes are cheaper here
 * than instructions. The first int of a record is {@code type | a << 8 | b << 16}.
 *
 * <pre>
 * STAMP        µs i64
 * OUT          a = flags, b = output; subpartition i32 (-1 = all); invocation i64; length i32; with flag 2 number i64; with flag 8 order i32;
 *              [CUT: full length i64, xxh64 i64]; bytes
 * RUN          a = kind, b = operator + 1; channel i32; path i32 (0 = not known, its steps are counted; -1 = not told); n i32; first i64; time i64; text i32;
 *              begin µs i64
 * KAFKA        b = split; offset i64; timestamp i64; invocation i64; emitted i32; key, value, headers length i32 each (-1 = none);
 *              [a = CUT: full length i64, xxh64 i64]; key, value, headers
 * OTHER        b = split; position i64; invocation i64; event time i64
 * BARRIER_OUT  a = flags, b = output; checkpoint i64; invocation i64
 * BARRIER_IN   a = flags; channel i32; checkpoint i64; invocation i64
 * CHECKPOINT   a = flags; checkpoint i64; invocation i64; count i32; (channel i32, flags i32)*
 * RECOVERED    channel i32; invocation i64
 * ENDED        channel i32; invocation i64
 * WATERMARK    b = input; invocation i64; time i64
 * GAP          a = lane; first i64; last i64; events i64; bytes i64; from µs i64; to µs i64
 * RESYNC       invocation i64; outputs i32; (subpartitions i32, next seq i64 *)*; channels i32; (next seq i64)*
 * COUNTS       count i32; (step code i32, n i64)*: steps that no path tells of, {@link PathTable}
 * CHECKPOINTED checkpoint i64: what belongs to the checkpoint was told
 * LEVEL        word i32: what is recorded from the next invocation on; invocation i64
 * SENT         a = flags, b = output; (next seq i64)*, one for each subpartition: elements before were counted only
 * SOURCE_RUN   b = split; offset i64; n i32; emitted i32; first invocation i64
 * NOTE         a = lane, b = operator + 1; kind i32; mask i32; invocation i64; ordinal i32; then what the mask of {@link TaskNote}
 *              says, in its order: time, number, number 2 i64 each; what, reason, flags, text, state i32 each; byte strings: length i32, bytes
 * </pre>
 *
 * Channels, splits, paths and texts are indexes into tables of {@link TaskContext}, which grow
 * before a record names a new entry.
 */
public final class TapeFormat {
  public static final int STAMP = 1;
  public static final int OUT = 2;
  public static final int RUN = 3;
  public static final int KAFKA = 4;
  public static final int OTHER = 5;
  public static final int BARRIER_OUT = 6;
  public static final int BARRIER_IN = 7;
  public static final int CHECKPOINT = 8;
  public static final int RECOVERED = 9;
  public static final int ENDED = 10;
  public static final int WATERMARK = 11;
  public static final int GAP = 12;
  public static final int RESYNC = 13;
  public static final int COUNTS = 14;
  public static final int CHECKPOINTED = 15;
  public static final int NOTE = 16;
  public static final int LEVEL = 17;
  public static final int SOURCE_RUN = 18;
  public static final int SENT = 19;

  /** Flag of OUT and KAFKA: the value was cut. */
  public static final int CUT = 1;

  /** Flag of OUT: the number of the element follows, i64. */
  public static final int NUMBERED = 2;

  /** Flag of OUT: rows of lanes trace, state and env that its invocation made before, plus 1. */
  public static final int ORDERED = 8;

  /** Flag of OUT, SENT and KAFKA: it is kept, and not sent unless somebody asks for it. */
  public static final int LOOK_BACK = 4;

  /** No time. */
  public static final long NONE = Long.MIN_VALUE;

  /** A value of more bytes is cut to {@link #KEPT}. */
  public static final int MAX_VALUE = 4 * 1024 * 1024;

  public static final int KEPT = 64 * 1024;

  static final int STAMP_SIZE = 12;
  static final int RUN_SIZE = 52;
  static final int OUT_SIZE = 32;
  static final int KAFKA_SIZE = 44;
  static final int OTHER_SIZE = 28;
  static final int SOURCE_RUN_SIZE = 28;
  static final int GAP_SIZE = 52;

  private TapeFormat() {}
}
