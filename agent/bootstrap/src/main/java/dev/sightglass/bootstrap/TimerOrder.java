package dev.sightglass.bootstrap;

import java.util.Arrays;

/**
 * The order in which timers of one operator fire that have one timestamp. A single timer costs a
 * comparison; only from the second of a time on are hashes made.
 */
final class TimerOrder {
  /** Timers that one row tells of. */
  static final int MAX = 4096;

  private final TaskContext task;
  private final int operator;
  private byte[] hashes = new byte[64];
  private int count;

  // The timer that fired last.
  private boolean any;
  private long time;
  private Object key;
  private Object namespace;
  private long invocation;
  private int ordinal;

  TimerOrder(TaskContext task, int operator) {
    this.task = task;
    this.operator = operator;
  }

  void fired(long at, Object k, Object n) {
    if (any && at == time) {
      if (count == 0) {
        put();
      }
      key = k;
      namespace = n;
      put();
      invocation = task.invocation();
      ordinal = task.atHand().notes++;
      if (count >= MAX) {
        flush();
      }
      return;
    }
    flush();
    any = true;
    time = at;
    key = k;
    namespace = n;
  }

  private void put() {
    int upper = hash(time, key, namespace);
    if (4 * count + 4 > hashes.length) {
      hashes = Arrays.copyOf(hashes, 2 * hashes.length);
    }
    for (int i = 0; i < 4; i++) {
      hashes[4 * count + i] = (byte) (upper >>> 24 - 8 * i);
    }
    count++;
  }

  /** What stands for a timer, spec/recording.md 4.2. */
  static int hash(long time, Object key, Object namespace) {
    long h = (time * 31 + OrderProbe.hash(key)) * 0x9E3779B97F4A7C15L + OrderProbe.hash(namespace);
    return (int) (h >>> 32);
  }

  /** Tells of the timers that fired with one timestamp so far. */
  void flush() {
    any = false;
    key = null;
    namespace = null;
    if (count > 0) {
      int n = count;
      count = 0;
      task.reads.timers(operator, invocation, ordinal, time, n, hashes);
    }
  }
}
