package dev.sightglass.agent.wire;

import java.time.Instant;

/** The agent's wall clock in microseconds since 1970. */
final class Clock {
  private Clock() {}

  static long micros() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
  }
}
