package dev.sightglass.agent.core;

import java.util.Arrays;

/** First, last, minimum, maximum and number of values by the slot of a {@link BlockTable}. */
final class Ranges {
  private long[] first = new long[8];
  private long[] last = new long[8];
  private long[] min = new long[8];
  private long[] max = new long[8];
  private long[] count = new long[8];

  /** Adds a value at {@code slot}; {@code fresh} when it is the slot's first in this block. */
  void add(int slot, long v, boolean fresh) {
    if (slot >= first.length) {
      int capacity = Math.max(slot + 1, 2 * first.length);
      first = Arrays.copyOf(first, capacity);
      last = Arrays.copyOf(last, capacity);
      min = Arrays.copyOf(min, capacity);
      max = Arrays.copyOf(max, capacity);
      count = Arrays.copyOf(count, capacity);
    }
    if (fresh) {
      first[slot] = v;
      min[slot] = v;
      max[slot] = v;
      count[slot] = 0;
    }
    last[slot] = v;
    min[slot] = Math.min(min[slot], v);
    max[slot] = Math.max(max[slot], v);
    count[slot]++;
  }

  /** {@code n} more values up to {@code v}, at a slot that has some. */
  void extend(int slot, long v, long n) {
    last[slot] = v;
    min[slot] = Math.min(min[slot], v);
    max[slot] = Math.max(max[slot], v);
    count[slot] += n;
  }

  long first(int slot) {
    return first[slot];
  }

  long last(int slot) {
    return last[slot];
  }

  long min(int slot) {
    return min[slot];
  }

  long max(int slot) {
    return max[slot];
  }

  long count(int slot) {
    return count[slot];
  }
}
