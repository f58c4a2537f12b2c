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

  /** Elements without rows since the last row, and those before rows; of this block, if touched. */
  private final long[] skip;

  private final long[] skipped;
  private int skipping;
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
    skip = new long[subpartitions];
    skipped = new long[subpartitions];
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
    touch(subpartitionPlus1 - 1);
    own[subpartitionPlus1 - 1]++;
  }

  private void touch(int s) {
    if (touchedIn[s] == epoch) {
      return;
    }
    touchedIn[s] = epoch;
    ownAtStart[s] = own[s];
    skip[s] = 0;
    skipped[s] = 0;
    if (touchedSize == touched.length) {
      touched = Arrays.copyOf(touched, 2 * touchedSize);
    }
    touched[touchedSize++] = s;
  }

  /**
   * {@code elements} were sent on {@code s} so far, some of them without a row.
   *
   * @return false: the block at hand cannot say so, it has to be closed first
   */
  boolean jump(int s, long elements) {
    long more = elements - sent(s);
    if (!broadcast && touchedIn[s] != epoch) {
      own[s] += more; // its number at the start of the block is not told yet
      return true;
    }
    if (more < 0) {
      return false;
    }
    if (more > 0) {
      touch(s);
      skipping += skip[s] == 0 ? 1 : 0;
      skip[s] += more;
      own[s] += more;
    }
    return true;
  }

  /** Whether elements without rows are not told of yet: a row on all subpartitions cannot do it. */
  boolean isSkipping() {
    return skipping > 0;
  }

  /** How many elements without rows the next row on a subpartition has before it. */
  long takeSkip(int subpartitionPlus1) {
    int s = subpartitionPlus1 - 1;
    if (s < 0 || touchedIn[s] != epoch || skip[s] == 0) {
      return 0;
    }
    long n = skip[s];
    skip[s] = 0;
    skipping--;
    skipped[s] += n;
    return n;
  }

  /** One more than the number of the block's last row on {@code s}. */
  long toldEnd(int s) {
    return sent(s) - (touchedIn[s] == epoch ? skip[s] : 0);
  }

  /** Rows of the block on {@code s}. */
  long told(int s) {
    return toldEnd(s) - sentAtStart(s) - (touchedIn[s] == epoch ? skipped[s] : 0);
  }

  /** Elements sent on {@code s} so far. */
  long sent(int s) {
    return own[s] + shared;
  }

  /** Elements sent on {@code s} before the block. */
  long sentAtStart(int s) {
    return (touchedIn[s] == epoch ? ownAtStart[s] : own[s]) + sharedAtStart;
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
    skipping = 0;
    sharedAtStart = shared;
  }
}
