package dev.sightglass.agent.core;

/**
 * Lane 8: what was lost. Losses of one lane and reason that follow one another grow into one event
 * until the sink has room for it, so that the notice survives what it reports and the memory stays
 * bounded. Any thread may call it; it never blocks for long.
 */
public interface GapLane {
  /**
   * A stretch was not recorded.
   *
   * @param lane the lane that lost it; 0 = all of them
   * @param reason one of {@link GapReason}
   * @param first first invocation lost, 0 with {@code last} 0 when not known
   * @param events rows or elements lost
   * @param bytes payload bytes lost
   * @param fromMicros wall clock, µs
   * @param text one line of explanation without payload, or null
   */
  void lost(
      int lane,
      int reason,
      long first,
      long last,
      long events,
      long bytes,
      long fromMicros,
      long toMicros,
      String text);
}
