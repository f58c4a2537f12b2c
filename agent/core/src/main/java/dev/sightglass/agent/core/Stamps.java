package dev.sightglass.agent.core;

import java.util.Arrays;

/** Column 7 and the header's range of the wall clock: only changes are kept. */
final class Stamps {
  private static final int STAMPS = 7;
  private static final int OWN = 7;

  private int[] rows = new int[16];
  private long[] micros = new long[16];
  private int size;
  private long min;
  private long max;

  /** Row {@code row} happened at {@code wall}, µs. */
  void row(int row, long wall) {
    if (size > 0 && micros[size - 1] == wall) {
      return;
    }
    if (size == rows.length) {
      rows = Arrays.copyOf(rows, 2 * size);
      micros = Arrays.copyOf(micros, 2 * size);
    }
    min = size == 0 ? wall : Math.min(min, wall);
    max = size == 0 ? wall : Math.max(max, wall);
    rows[size] = row;
    micros[size++] = wall;
  }

  boolean isEmpty() {
    return size == 0;
  }

  long min() {
    return min;
  }

  long max() {
    return max;
  }

  void clear() {
    size = 0;
  }

  void write(Bytes out, Bytes scratch) {
    // Rows before the first stamp are at the minimum, so a first stamp that says so is not written.
    int from = size > 0 && micros[0] == min ? 1 : 0;
    if (from >= size) {
      return;
    }
    scratch.clear();
    scratch.uv(size - from);
    int row = 0;
    long at = min;
    for (int i = from; i < size; i++) {
      scratch.uv(rows[i] - row);
      scratch.zz(micros[i] - at);
      row = rows[i];
      at = micros[i];
    }
    out.u8(STAMPS);
    out.u8(OWN);
    out.uv(scratch.size());
    out.put(scratch);
  }
}
