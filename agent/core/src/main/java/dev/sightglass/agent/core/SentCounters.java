package dev.sightglass.agent.core;

import java.util.Arrays;

/**
 * Counts the elements sent on the subpartitions of one partition: one counter each for unicast and
 * one shared by all for broadcast, so that a broadcast costs one step. Knows what they were when
 * the open block began.
 */
final class SentCounters {
  private final long[] own;
  private final long[] ownAtStart;
  private final int[] touchedIn;
  private int[] touched = new int[8];
  private int touchedSize;
  private long shared;
  private long sharedAtStart;
  private boolean broadcast;
  private int epoch = 1;

  SentCounters(int subpartitions) {
    own = new long[subpartitions];
    ownAtStart = new long[subpartitions];
    touchedIn = new int[subpartitions];
  }

  int subpartitions() {
    return own.length;
  }

  /** How many subpartitions the block's next element would touch that no element touched yet. */
  int fresh(int subpartitionPlus1) {
    if (broadcast) {
      return 0;
    }
    if (subpartitionPlus1 == 0) {
      return own.length - touchedSize;
    }
    return touchedIn[subpartitionPlus1 - 1] == epoch ? 0 : 1;
  }

  void count(int subpartitionPlus1) {
    if (subpartitionPlus1 == 0) {
      broadcast = true;
      shared++;
      return;
    }
    int s = subpartitionPlus1 - 1;
    if (touchedIn[s] != epoch) {
      touchedIn[s] = epoch;
      ownAtStart[s] = own[s];
      if (touchedSize == touched.length) {
        touched = Arrays.copyOf(touched, 2 * touchedSize);
      }
      touched[touchedSize++] = s;
    }
    own[s]++;
  }

  /** Elements sent on {@code s} so far. */
  long sent(int s) {
    return own[s] + shared;
  }

  /** Elements sent on {@code s} before the block. */
  long sentAtStart(int s) {
    return (touchedIn[s] == epoch ? ownAtStart[s] : own[s]) + sharedAtStart;
  }

  /** Only while nothing of the partition is in the block. */
  void set(int s, long elements) {
    own[s] = elements - shared;
  }

  /** Number of subpartitions that column 18 lists. */
  int listed() {
    return broadcast ? own.length : touchedSize;
  }

  /** The i-th of them. */
  int listed(int i) {
    return broadcast ? i : touched[i];
  }

  void nextBlock() {
    epoch++;
    touchedSize = 0;
    broadcast = false;
    sharedAtStart = shared;
  }
}
