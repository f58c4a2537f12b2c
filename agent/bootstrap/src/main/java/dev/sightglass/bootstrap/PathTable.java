package dev.sightglass.bootstrap;

import java.util.Arrays;

/**
 * The different paths that invocations of one task took, each with a small number. A path is a
 * sequence of codes, from the root to the last step; a code is {@code argument << 3 | kind}.
 *
 * <p>The task's thread adds, the drain reads an entry after a tape record named it; entries never
 * change. The number of entries is bounded: later new paths have the number 0, not known.
 */
public final class PathTable {
  /** Kinds of codes. */
  public static final int NOTHING = 0;

  public static final int ENTER = 1;
  public static final int EXIT = 2;
  public static final int OUTPUT = 3;
  public static final int WRITE = 4;
  public static final int CUT = 5;
  public static final int ROOT = 6;
  public static final int ROOT_OTHER = 7;

  static final int LIMIT = 4096;

  /** In place of a number: where nothing is told of paths. */
  public static final int NOT_TOLD = -1;

  private static final int[] NO_PATH = new int[0];

  /**
   * {@code entries[i]} has the number i + 1. Replaced when it grows; the tape's release publishes
   * both.
   */
  private int[][] entries = new int[16][];

  private int size;

  /** Open addressing over numbers; 0 = free. Twice as large as entries at least. */
  private int[] slots = new int[64];

  private int[] hashes = new int[16];

  private int[] last = NO_PATH;
  private int lastHash;
  private int lastNumber;

  /** The number of the path in {@code codes[from, to)}, 0 when the table is full. */
  int number(int[] codes, int from, int to, int hash) {
    if (hash == lastHash && same(last, codes, from, to)) {
      return lastNumber;
    }
    return search(codes, from, to, hash);
  }

  /** Whether the path that was named last has that code at step {@code i}. */
  boolean isLast(int i, int code) {
    int[] l = last;
    return i < l.length && l[i] == code;
  }

  /** Whether the path that was named last has so many steps. */
  boolean isLast(int steps) {
    return steps == last.length && lastNumber > 0;
  }

  int last(int i) {
    return last[i];
  }

  int lastNumber() {
    return lastNumber;
  }

  private int search(int[] codes, int from, int to, int hash) {
    int mask = slots.length - 1;
    int i = spread(hash) & mask;
    int n;
    while ((n = slots[i]) != 0) {
      if (hashes[n - 1] == hash && same(entries[n - 1], codes, from, to)) {
        return remember(n);
      }
      i = i + 1 & mask;
    }
    if (size == LIMIT) {
      return 0;
    }
    if (size == entries.length) {
      grow();
      return search(codes, from, to, hash);
    }
    entries[size] = Arrays.copyOfRange(codes, from, to);
    hashes[size] = hash;
    slots[i] = ++size;
    return remember(size);
  }

  private int remember(int number) {
    last = entries[number - 1];
    lastHash = hashes[number - 1];
    lastNumber = number;
    return number;
  }

  private void grow() {
    int capacity = entries.length * 2;
    entries = Arrays.copyOf(entries, capacity);
    hashes = Arrays.copyOf(hashes, capacity);
    int[] bigger = new int[capacity * 4];
    int mask = bigger.length - 1;
    for (int n = 1; n <= size; n++) {
      int i = spread(hashes[n - 1]) & mask;
      while (bigger[i] != 0) {
        i = i + 1 & mask;
      }
      bigger[i] = n;
    }
    slots = bigger;
  }

  private static boolean same(int[] path, int[] codes, int from, int to) {
    if (path.length != to - from) {
      return false;
    }
    for (int i = 0; i < path.length; i++) {
      if (path[i] != codes[from + i]) {
        return false;
      }
    }
    return true;
  }

  private static int spread(int hash) {
    return hash * 0x9E3779B9 >>> 7;
  }

  /** The codes of path {@code number}, from 1. For the drain; not to be changed. */
  public int[] codes(int number) {
    return entries[number - 1];
  }
}
