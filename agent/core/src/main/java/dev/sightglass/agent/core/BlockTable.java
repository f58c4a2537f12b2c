package dev.sightglass.agent.core;

import java.util.Arrays;

/**
 * Gives indexes of an attempt's table an index within one block, in order of first use. Clearing
 * costs nothing: entries of earlier blocks are told by their epoch.
 */
final class BlockTable {
  private int[] epochs = new int[8];
  private int[] slots = new int[8];
  private int[] members = new int[8];
  private int size;
  private int epoch = 1;

  /** The block's index of {@code index}, which is added when it is new. */
  int of(int index) {
    if (index >= epochs.length) {
      int capacity = Math.max(index + 1, 2 * epochs.length);
      epochs = Arrays.copyOf(epochs, capacity);
      slots = Arrays.copyOf(slots, capacity);
    }
    if (epochs[index] == epoch) {
      return slots[index];
    }
    if (size == members.length) {
      members = Arrays.copyOf(members, 2 * size);
    }
    epochs[index] = epoch;
    slots[index] = size;
    members[size] = index;
    return size++;
  }

  boolean contains(int index) {
    return index < epochs.length && epochs[index] == epoch;
  }

  /** The index in the attempt's table of the block's index {@code slot}. */
  int member(int slot) {
    return members[slot];
  }

  int size() {
    return size;
  }

  void clear() {
    size = 0;
    epoch++;
  }
}
