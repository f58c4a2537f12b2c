package dev.sightglass.agent.core;

import java.util.Arrays;

/** Columns 5 and 6 and the header's range of event time. */
final class EventTimes {
  private static final int HAS_EVENT_TIME = 6;
  private static final int BITS = 4;

  private final DeltaColumn times = new DeltaColumn(5);
  private long[] present = new long[8];
  private int size;
  private boolean any;
  private long min = Long.MAX_VALUE;
  private long max = Long.MIN_VALUE;

  /**
   * @param time {@link AttemptRecorder#NO_TIME} = none
   * @param ranged whether the header's range covers it: watermarks are not times of data
   */
  void add(long time, boolean ranged) {
    int word = size >> 6;
    if (word == present.length) {
      present = Arrays.copyOf(present, 2 * word);
    }
    if (time != AttemptRecorder.NO_TIME) {
      present[word] |= 1L << size;
      times.add(time);
      any = true;
      if (ranged) {
        min = Math.min(min, time);
        max = Math.max(max, time);
      }
    }
    size++;
  }

  long min() {
    return min;
  }

  long max() {
    return max;
  }

  void clear() {
    Arrays.fill(present, 0, (size + 63) >> 6, 0);
    times.clear();
    size = 0;
    any = false;
    min = Long.MAX_VALUE;
    max = Long.MIN_VALUE;
  }

  void write(Bytes out) {
    if (!any) {
      return;
    }
    times.write(out, 0, AttemptRecorder.NO_TIME);
    int bytes = (size + 7) / 8;
    out.u8(HAS_EVENT_TIME);
    out.u8(BITS);
    out.uv(bytes);
    for (int i = 0; i < bytes; i++) {
      out.u8((int) (present[i >> 3] >>> ((i & 7) * 8)));
    }
  }
}
