package dev.sightglass.agent.core;

import java.util.Arrays;

/** A column of byte strings, one a row; null is told from empty. Left out when all are null. */
final class BytesColumn {
  private static final int BYTE_STRINGS = 6;

  private final int id;
  private final Bytes content = new Bytes(256);
  private int[] lengthsPlus1 = new int[32];
  private int size;
  private int headBytes;
  private boolean anything;

  BytesColumn(int id) {
    this.id = id;
  }

  /** Copies {@code len} bytes; −1 = null. */
  void add(byte[] buf, int off, int len) {
    if (size == lengthsPlus1.length) {
      lengthsPlus1 = Arrays.copyOf(lengthsPlus1, 2 * size);
    }
    lengthsPlus1[size++] = len + 1;
    headBytes += Bytes.uvLength(len + 1);
    if (len >= 0) {
      content.put(buf, off, len);
      anything = true;
    }
  }

  void addNull() {
    add(null, 0, -1);
  }

  void clear() {
    size = 0;
    headBytes = 0;
    anything = false;
    content.clear();
  }

  void write(Bytes out) {
    if (!anything) {
      return;
    }
    out.u8(id);
    out.u8(BYTE_STRINGS);
    out.uv(headBytes + content.size());
    for (int i = 0; i < size; i++) {
      out.uv(lengthsPlus1[i]);
    }
    out.put(content);
  }
}
