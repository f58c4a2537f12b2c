package dev.sightglass.bootstrap;

/**
 * The Kafka record that a source is reading: told when it is done, since only then it is known how
 * many values it gave.
 */
final class SourceRecord {
  private SplitContext split;
  private long offset;
  private long time;
  private byte[] key;
  private byte[] value;
  private Object[] headers;
  private byte[] encoded;

  /** Something of the four above may be set. */
  private boolean hasParts;

  private boolean isOpen;

  /** Values that the deserializer gave so far. */
  int emitted;

  /** It can not be read, and that was told; or its handling failed. */
  boolean unreadable;

  void open(
      SplitContext split, long offset, long time, byte[] key, byte[] value, Object[] headers) {
    open(split, offset);
    this.time = time;
    this.key = kept(key);
    this.value = value;
    this.headers = headers == null || headers.length == 0 ? null : headers;
    this.hasParts = true;
  }

  /** A record of which no more is at hand than its place. */
  void open(SplitContext split, long offset) {
    if (this.split != split) {
      this.split = split;
    }
    this.offset = offset;
    this.emitted = 0;
    this.unreadable = false;
    this.isOpen = true;
  }

  /** In the layout of column 50; made when they are wanted. */
  private byte[] headers() {
    if (headers != null) {
      encoded = kept(Hooks.inspector().headers(headers));
      headers = null;
    }
    return encoded;
  }

  long offset() {
    return offset;
  }

  /** A key or headers of that size are not worth the memory; a value is cut instead. */
  private static byte[] kept(byte[] b) {
    return b == null || b.length > TapeFormat.MAX_VALUE ? null : b;
  }

  SplitContext split() {
    return split;
  }

  /** Its bytes can be told, not only its place. */
  boolean hasBytes() {
    return split.topic != null;
  }

  boolean isOpen() {
    return isOpen;
  }

  void close() {
    isOpen = false;
    if (hasParts) {
      hasParts = false;
      key = null;
      value = null;
      headers = null;
      encoded = null;
    }
  }

  private static int length(byte[] b) {
    return b == null ? -1 : b.length;
  }

  /** Bytes of key, value and headers. */
  int bytes() {
    return Math.max(0, length(key)) + Math.max(0, length(value)) + Math.max(0, length(headers()));
  }

  /**
   * Puts it on the tape. False: there is no room.
   *
   * @param payload {@link Levels#FULL}, or what is kept of the value: key and headers are withheld
   * @param flags {@link TapeFormat#KEPT} or 0
   */
  boolean write(Tape tape, long invocation, int payload, int flags) {
    boolean whole = payload == Levels.FULL;
    byte[] k = whole ? key : null;
    byte[] h = whole ? headers() : null;
    boolean cut = length(value) > (whole ? TapeFormat.MAX_VALUE : 0);
    int kept = cut ? (whole ? TapeFormat.KEPT : 0) : length(value);
    int size = Math.max(0, length(k)) + Math.max(0, kept) + Math.max(0, length(h));
    if (!tape.room(TapeFormat.KAFKA_SIZE + size + (cut ? 16 : 0))) {
      return false;
    }
    tape.putInt(TapeFormat.KAFKA | (flags | (cut ? TapeFormat.CUT : 0)) << 8 | split.index << 16);
    tape.putLong(offset);
    tape.putLong(time);
    tape.putLong(invocation);
    tape.putInt(emitted);
    tape.putInt(length(k));
    tape.putInt(kept);
    tape.putInt(length(h));
    if (cut) {
      tape.putLong(value.length);
      tape.putLong(payload == Levels.NONE ? 0 : Xxh64.hash(value, 0, value.length));
    }
    put(tape, k, length(k));
    put(tape, value, kept);
    put(tape, h, length(h));
    tape.publish();
    return true;
  }

  private static void put(Tape tape, byte[] b, int len) {
    if (len > 0) {
      tape.putBytes(b, 0, len);
    }
  }

  /** {@code topic/partition@offset}. */
  @Override
  public String toString() {
    return split.topic + "/" + split.partition + "@" + offset;
  }
}
