package dev.sightglass.agent.core;

import java.util.Arrays;

/** Columns 48, 51 and 52: a value, cut when it is too long. */
final class PayloadColumns {
  /** A longer value is cut … */
  static final int MAX_VALUE = 4 << 20;

  /** … to so many bytes. */
  static final int CUT = 64 << 10;

  private static final int HASH = 52;
  private static final int FIXED64 = 8;

  private final BytesColumn values = new BytesColumn(48);
  private final NumberColumn fullLengths = new NumberColumn(51, 0);
  private long[] hashes = new long[8];
  private int rows;
  private boolean cut;
  private boolean withheld;

  /** How many bytes of a value of {@code len} (−1 = null) are kept. */
  static int kept(int len) {
    return len > MAX_VALUE ? CUT : Math.max(len, 0);
  }

  /**
   * Adds one row.
   *
   * @param fullLength 0 = {@code buf} holds the whole value
   * @return how many bytes were kept
   */
  int add(byte[] buf, int off, int len, long fullLength, long hash) {
    long full = fullLength;
    long sum = hash;
    if (len > MAX_VALUE) {
      if (full == 0) {
        full = len;
        sum = XxHash64.hash(buf, off, len);
      }
    }
    int kept = kept(len);
    values.add(buf, off, len < 0 ? -1 : kept);
    if (full != 0 && !cut) {
      cut = true;
      fullLengths.clear();
      for (int i = 0; i < rows; i++) {
        cutRow(i, 0, 0);
      }
    }
    if (cut) {
      cutRow(rows, full, sum);
    }
    rows++;
    return kept;
  }

  /** The block lacks bytes that there were. */
  void withhold() {
    withheld = true;
  }

  private void cutRow(int row, long full, long hash) {
    if (row >= hashes.length) {
      hashes = Arrays.copyOf(hashes, 2 * row);
    }
    fullLengths.add(full);
    hashes[row] = hash;
  }

  int flags() {
    return cut || withheld ? BlockAssembler.FLAG_PAYLOAD_CUT : 0;
  }

  void clear() {
    values.clear();
    fullLengths.clear();
    rows = 0;
    cut = false;
    withheld = false;
  }

  /** Writes column 48. */
  void writeValues(Bytes out) {
    values.write(out);
  }

  /** Writes columns 51 and 52. */
  void writeCuts(Bytes out) {
    if (!cut) {
      return;
    }
    fullLengths.write(out);
    out.u8(HASH);
    out.u8(FIXED64);
    out.uv(8L * rows);
    for (int i = 0; i < rows; i++) {
      out.u64(hashes[i]);
    }
  }

  void write(Bytes out) {
    writeValues(out);
    writeCuts(out);
  }
}
