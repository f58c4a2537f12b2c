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
  private byte[] headers;

  /** Values that the deserializer gave so far. */
  int emitted;

  void open(
      SplitContext split, long offset, long time, byte[] key, byte[] value, Object[] headers) {
    this.split = split;
    this.offset = offset;
    this.time = time;
    this.emitted = 0;
    this.key = kept(key);
    this.value = value;
    this.headers =
        headers == null || headers.length == 0 ? null : kept(Hooks.inspector().headers(headers));
  }

  /** A key or headers of that size are not worth the memory; a value is cut instead. */
  private static byte[] kept(byte[] b) {
    return b == null || b.length > TapeFormat.MAX_VALUE ? null : b;
  }

  SplitContext split() {
    return split;
  }

  boolean isOpen() {
    return split != null;
  }

  void close() {
    split = null;
    key = null;
    value = null;
    headers = null;
  }

  private static int length(byte[] b) {
    return b == null ? -1 : b.length;
  }

  /** Bytes of key, value and headers. */
  int bytes() {
    return Math.max(0, length(key)) + Math.max(0, length(value)) + Math.max(0, length(headers));
  }

  /** False: there is no room. */
  boolean write(Tape tape, long invocation) {
    boolean cut = length(value) > TapeFormat.MAX_VALUE;
    int kept = cut ? TapeFormat.KEPT : length(value);
    int size = bytes() - (cut ? length(value) - TapeFormat.KEPT - 16 : 0);
    if (!tape.room(TapeFormat.KAFKA_SIZE + size)) {
      return false;
    }
    tape.putInt(TapeFormat.KAFKA | (cut ? TapeFormat.CUT << 8 : 0) | split.index << 16);
    tape.putLong(offset);
    tape.putLong(time);
    tape.putLong(invocation);
    tape.putInt(emitted);
    tape.putInt(length(key));
    tape.putInt(kept);
    tape.putInt(length(headers));
    if (cut) {
      tape.putLong(value.length);
      tape.putLong(Xxh64.hash(value, 0, value.length));
    }
    put(tape, key, length(key));
    put(tape, value, kept);
    put(tape, headers, length(headers));
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
