package dev.sightglass.agent.core;

import java.util.Arrays;

/** Zone 1: counts by operator and kind. A block has few of them, so they are searched in order. */
final class Counts {
  /** A block with so many entries has to close, to keep its header small. */
  static final int MAX = 512;

  private int[] keys = new int[16];
  private long[] counts = new long[16];
  private int size;
  private int last;

  /** {@code operator} is a chain index or {@link AttemptRecorder#NONE}. */
  void add(int operator, int kind, long n) {
    int key = (operator + 1) << 8 | kind;
    if (last >= size || keys[last] != key) {
      last = find(key);
    }
    counts[last] += n;
  }

  private int find(int key) {
    // They mostly come in the same order again and again.
    int next = last + 1 < size ? last + 1 : 0;
    if (next < size && keys[next] == key) {
      return next;
    }
    for (int i = 0; i < size; i++) {
      if (keys[i] == key) {
        return i;
      }
    }
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
      counts = Arrays.copyOf(counts, 2 * size);
    }
    keys[size] = key;
    counts[size] = 0;
    return size++;
  }

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  void write(Bytes zone) {
    for (int i = 0; i < size; i++) {
      zone.uv(keys[i] >>> 8);
      zone.uv(keys[i] & 0xff);
      zone.uv(counts[i]);
    }
  }
}
