package dev.sightglass.agent.core;

/** Columns 48 to 52 of a record of Kafka: value, key and headers. */
final class RecordColumns {
  /** Longer keys and headers are withheld: only a value can be cut. */
  static final int MAX_KEY = 1 << 20;

  private final PayloadColumns values = new PayloadColumns();
  private final BytesColumn keys = new BytesColumn(49);
  private final BytesColumn headers = new BytesColumn(50);

  /** Bytes that a row will keep. Lengths: −1 = null. */
  static int kept(int valueLen, int keyLen, int headersLen) {
    return PayloadColumns.kept(valueLen) + Math.max(keyLen, 0) + Math.max(headersLen, 0);
  }

  /** As {@link PayloadColumns#add}; the key and the headers come with {@link #addKey}. */
  int addValue(byte[] buf, int off, int len, long fullLength, long hash) {
    return values.add(buf, off, len, fullLength, hash);
  }

  int addKey(byte[] buf, int off, int len) {
    return addBounded(keys, buf, off, len);
  }

  int addHeaders(byte[] buf, int off, int len) {
    return addBounded(headers, buf, off, len);
  }

  /** A row without bytes. */
  void addNone() {
    values.add(null, 0, -1, 0, 0);
    keys.addNull();
    headers.addNull();
  }

  /** Adds to another column of the block what is kept whole or not at all. */
  int addBounded(BytesColumn column, byte[] buf, int off, int len) {
    if (len > MAX_KEY) {
      withhold();
      column.addNull();
      return 0;
    }
    column.add(buf, off, len);
    return Math.max(len, 0);
  }

  /** The block lacks bytes that there were. */
  void withhold() {
    values.withhold();
  }

  int flags() {
    return values.flags();
  }

  void write(Bytes columns) {
    values.writeValues(columns);
    keys.write(columns);
    headers.write(columns);
    values.writeCuts(columns);
  }

  void clear() {
    values.clear();
    keys.clear();
    headers.clear();
  }
}
