package dev.sightglass.bootstrap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Callbacks that wait for a processing time, so that one that runs can be named by the number of
 * its registration: a class and a time alone may stand for several. The newest are kept; the
 * callback of one that was pushed out is told without a number.
 */
final class Registrations {
  /** Single callbacks that are kept. A power of two. */
  static final int KEPT = 256;

  private final Object[] callbacks = new Object[KEPT];
  private final long[] times = new long[KEPT];
  private final long[] numbers = new long[KEPT];
  private final int[] services = new int[KEPT];
  private int next;

  private Object[] periodic = new Object[4];
  private long[] periodicNumbers = new long[4];
  private int[] periodicServices = new int[4];
  private int periodicCount;

  private Object[] known = new Object[4];
  private int knownCount;

  private long count;
  private Object newest;

  /** What {@link #find} found. */
  long number;

  int service;

  void add(Object from, long time, Object callback, boolean again) {
    int s = serviceOf(from);
    long n = ++count;
    newest = callback;
    if (again) {
      if (periodicCount == periodic.length) {
        periodic = Arrays.copyOf(periodic, 2 * periodicCount);
        periodicNumbers = Arrays.copyOf(periodicNumbers, 2 * periodicCount);
        periodicServices = Arrays.copyOf(periodicServices, 2 * periodicCount);
      }
      periodic[periodicCount] = callback;
      periodicNumbers[periodicCount] = n;
      periodicServices[periodicCount++] = s;
      return;
    }
    int i = next++ & KEPT - 1;
    callbacks[i] = callback;
    times[i] = time;
    numbers[i] = n;
    services[i] = s;
  }

  private int serviceOf(Object from) {
    for (int i = 0; i < knownCount; i++) {
      if (known[i] == from) {
        return i;
      }
    }
    if (knownCount == known.length) {
      known = Arrays.copyOf(known, 2 * knownCount);
    }
    known[knownCount] = from;
    return knownCount++;
  }

  /** The callback that was registered last. */
  Object newest() {
    return newest;
  }

  /** The number that was given last. */
  long count() {
    return count;
  }

  /** Whether it is known which registration this callback is; one that comes once is forgotten. */
  boolean find(Object callback, long time) {
    for (int back = 1; back <= KEPT && back <= next; back++) {
      int i = next - back & KEPT - 1;
      if (callbacks[i] == callback && times[i] == time) {
        callbacks[i] = null;
        number = numbers[i];
        service = services[i];
        return true;
      }
    }
    for (int i = 0; i < periodicCount; i++) {
      if (periodic[i] == callback) {
        number = periodicNumbers[i];
        service = periodicServices[i];
        return true;
      }
    }
    return false;
  }

  /** Those that wait, or were taken back: {number, service, time, callback}; newest first. */
  List<Object[]> waiting(int most) {
    List<Object[]> all = new ArrayList<>();
    for (int i = 0; i < periodicCount; i++) {
      all.add(new Object[] {periodicNumbers[i], (long) periodicServices[i], 0L, periodic[i]});
    }
    for (int back = 1; back <= KEPT && back <= next && all.size() < most; back++) {
      int i = next - back & KEPT - 1;
      if (callbacks[i] != null) {
        all.add(new Object[] {numbers[i], (long) services[i], times[i], callbacks[i]});
      }
    }
    return all;
  }

  /** Lets go of the task's objects. */
  void clear() {
    newest = null;
    Arrays.fill(callbacks, null);
    Arrays.fill(periodic, null);
    Arrays.fill(known, null);
    periodicCount = 0;
    knownCount = 0;
  }
}
