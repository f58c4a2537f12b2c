package dev.sightglass.agent.core;

import java.util.Arrays;

/** Zone 6: what both ends of a channel had counted at a checkpoint's barrier. */
final class Barriers {
  /** A block with so many entries has to close, to keep its header small. */
  static final int MAX = 512;

  private static final int FIELDS = 5;

  private long[] fields = new long[8 * FIELDS];
  private int size;
  private long checkpoint;

  void add(long checkpoint, int role, int partition, int subpartition, long seq, int flags) {
    if ((size + 1) * FIELDS > fields.length) {
      fields = Arrays.copyOf(fields, 2 * fields.length);
    }
    this.checkpoint = checkpoint;
    int at = size++ * FIELDS;
    fields[at] = role;
    fields[at + 1] = partition;
    fields[at + 2] = subpartition;
    fields[at + 3] = seq;
    fields[at + 4] = flags;
  }

  /** Whether an entry of {@code checkpoint} needs a new block. */
  boolean needsNewBlock(long checkpoint) {
    return size >= MAX || size > 0 && this.checkpoint != checkpoint;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void clear() {
    size = 0;
  }

  void write(Bytes zone) {
    for (int i = 0; i < size; i++) {
      zone.uv(checkpoint);
      for (int f = 0; f < FIELDS; f++) {
        zone.uv(fields[i * FIELDS + f]);
      }
    }
  }
}
