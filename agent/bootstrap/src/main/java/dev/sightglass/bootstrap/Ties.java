package dev.sightglass.bootstrap;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * The recorded order of timers with one timestamp, by operator and timestamp: hashes as {@link
 * TimerOrder} makes them, in the order in which the timers fired.
 */
final class Ties {
  private final Map<Integer, Map<Long, ArrayDeque<Integer>>> recorded = new HashMap<>();
  private long missing;

  /**
   * @param hashes 4 bytes each, big-endian
   */
  void add(int operator, long time, byte[] hashes) {
    ArrayDeque<Integer> all =
        recorded
            .computeIfAbsent(operator, o -> new HashMap<>())
            .computeIfAbsent(time, t -> new ArrayDeque<>());
    for (int i = 0; i + 4 <= hashes.length; i += 4) {
      int h = 0;
      for (int k = 0; k < 4; k++) {
        h = h << 8 | hashes[i + k] & 0xff;
      }
      all.add(h);
    }
  }

  private ArrayDeque<Integer> of(int operator, long time) {
    Map<Long, ArrayDeque<Integer>> times = recorded.get(operator);
    return times == null ? null : times.get(time);
  }

  boolean has(int operator, long time) {
    return of(operator, time) != null;
  }

  boolean isNext(int operator, long time, Object key, Object namespace) {
    ArrayDeque<Integer> all = of(operator, time);
    return all != null && !all.isEmpty() && all.peek() == TimerOrder.hash(time, key, namespace);
  }

  /** That timer fires. */
  void fired(int operator, long time, Object key, Object namespace) {
    ArrayDeque<Integer> all = of(operator, time);
    if (all == null) {
      return;
    }
    if (!all.isEmpty() && all.peek() == TimerOrder.hash(time, key, namespace)) {
      all.remove();
    } else {
      missing++;
    }
    if (all.isEmpty()) {
      recorded.get(operator).remove(time);
    }
  }

  /** Timers that fired although another one was next in the recording. */
  long missing() {
    return missing;
  }
}
