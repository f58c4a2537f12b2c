package dev.sightglass.agent.core;

import java.util.Arrays;

/**
 * A column of unsigned numbers, one a row, written in the smallest of the encodings constant, runs,
 * fixed8 and uv. When all rows have the default the column is left out.
 */
final class NumberColumn {
  private static final int FIXED8 = 0;
  private static final int UV = 1;
  private static final int RUNS = 3;
  private static final int CONSTANT = 5;

  private final int id;
  private final long absent;

  /** Of the rows; of no interest while all have the same value, as in most columns of a block. */
  private long[] values = new long[32];

  private int size;
  private int runs;
  private long first;
  private long last;
  private long seen;

  NumberColumn(int id, long absent) {
    this.id = id;
    this.absent = absent;
  }

  void add(long v) {
    if (size == 0) {
      first = last = seen = v;
      runs = 1;
    } else if (v != last) {
      if (runs++ == 1) {
        room(size);
        Arrays.fill(values, 0, size, first);
      }
      last = v;
      seen |= v;
    }
    if (runs > 1) {
      room(size + 1);
      values[size] = v;
    }
    size++;
  }

  private void room(int rows) {
    if (rows > values.length) {
      values = Arrays.copyOf(values, Math.max(rows, 2 * values.length));
    }
  }

  void clear() {
    size = 0;
  }

  void write(Bytes out) {
    if (size == 0) {
      return;
    }
    if (runs == 1) {
      if (first != absent) {
        head(out, CONSTANT, Bytes.uvLength(first));
        out.uv(first);
      }
      return;
    }
    boolean small = seen >>> 8 == 0;
    int plain = small ? size : plainBytes();
    // A run takes two bytes at least, which mostly settles it without measuring.
    int runBytes = 2 * runs < plain ? runBytes() : Integer.MAX_VALUE;
    if (runBytes < plain) {
      head(out, RUNS, runBytes);
      writeRuns(out);
    } else if (small) {
      head(out, FIXED8, size);
      out.room(size);
      byte[] to = out.array();
      int at = out.size();
      for (int i = 0; i < size; i++) {
        to[at + i] = (byte) values[i];
      }
      out.advance(size);
    } else {
      head(out, UV, plain);
      for (int i = 0; i < size; i++) {
        out.uv(values[i]);
      }
    }
  }

  private int plainBytes() {
    int bytes = 0;
    for (int i = 0; i < size; i++) {
      bytes += Bytes.uvLength(values[i]);
    }
    return bytes;
  }

  private int runBytes() {
    int bytes = 0;
    int start = 0;
    for (int i = 0; i < size; i++) {
      if (endsRun(i)) {
        bytes += Bytes.uvLength(i + 1 - start) + Bytes.uvLength(values[i]);
        start = i + 1;
      }
    }
    return bytes;
  }

  private boolean endsRun(int i) {
    return i + 1 == size || values[i + 1] != values[i];
  }

  private void writeRuns(Bytes out) {
    int start = 0;
    for (int i = 0; i < size; i++) {
      if (endsRun(i)) {
        out.uv(i + 1 - start);
        out.uv(values[i]);
        start = i + 1;
      }
    }
  }

  private void head(Bytes out, int encoding, int length) {
    out.u8(id);
    out.u8(encoding);
    out.uv(length);
  }
}
