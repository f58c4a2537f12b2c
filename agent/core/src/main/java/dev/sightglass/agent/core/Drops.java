package dev.sightglass.agent.core;

import java.util.Arrays;

/** Zone 7: how many records each operator dropped, by reason. */
final class Drops {
  private int[] operators = new int[4];
  private int[] reasons = new int[4];
  private long[] counts = new long[4];
  private int size;

  void add(int operator, int reason, long records) {
    for (int i = 0; i < size; i++) {
      if (operators[i] == operator && reasons[i] == reason) {
        counts[i] += records;
        return;
      }
    }
    if (size == operators.length) {
      operators = Arrays.copyOf(operators, 2 * size);
      reasons = Arrays.copyOf(reasons, 2 * size);
      counts = Arrays.copyOf(counts, 2 * size);
    }
    operators[size] = operator;
    reasons[size] = reason;
    counts[size++] = records;
  }

  void write(Bytes zone) {
    for (int i = 0; i < size; i++) {
      zone.uv(operators[i] + 1);
      zone.uv(reasons[i]);
      zone.uv(counts[i]);
    }
  }

  void clear() {
    size = 0;
  }
}
