package dev.sightglass.agent.core;

import java.util.Arrays;

/** A column of signed numbers that mostly grow slowly: constant, or zigzag deltas. */
final class DeltaColumn {
  private static final int ZZ_DELTA = 2;
  private static final int CONSTANT = 5;

  private final int id;
  private long[] values = new long[32];
  private int size;
  private boolean constant;

  /** Bytes of all deltas but the first, which is taken from what is known at the end. */
  private int length;

  DeltaColumn(int id) {
    this.id = id;
  }

  void add(long v) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    if (size == 0) {
      constant = true;
      length = 0;
    } else {
      long delta = v - values[size - 1];
      constant &= delta == 0;
      length += Bytes.uvLength(Bytes.zigzag(delta));
    }
    values[size++] = v;
  }

  void clear() {
    size = 0;
  }

  /**
   * @param base what the first delta is taken from
   * @param absent the column is left out when all values are this
   */
  void write(Bytes out, long base, long absent) {
    if (size == 0 || constant && values[0] == absent) {
      return;
    }
    int all = length + Bytes.uvLength(Bytes.zigzag(values[0] - base));
    // A constant holds the value itself, without the base: one large number against many zeros.
    if (constant && Bytes.uvLength(values[0]) < all) {
      head(out, CONSTANT, Bytes.uvLength(values[0]));
      out.uv(values[0]);
      return;
    }
    head(out, ZZ_DELTA, all);
    long last = base;
    for (int i = 0; i < size; i++) {
      out.zz(values[i] - last);
      last = values[i];
    }
  }

  private void head(Bytes out, int encoding, int length) {
    out.u8(id);
    out.u8(encoding);
    out.uv(length);
  }
}
