package dev.sightglass.agent.wire;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * How long to wait before the next try: from 1 s to 30 s, ± 20 % so that a cluster does not come at
 * once.
 */
final class Backoff {
  private final long first;
  private final long most;
  private final long refused;
  private long next;

  Backoff() {
    this(TimeUnit.SECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(30), TimeUnit.SECONDS.toNanos(60));
  }

  /** All in nanoseconds. */
  Backoff(long first, long most, long refused) {
    this.first = first;
    this.most = most;
    this.refused = refused;
    this.next = first;
  }

  void reset() {
    next = first;
  }

  long afterFailure() {
    long wait = next;
    next = Math.min(2 * next, most);
    return (long) (wait * (0.8 + 0.4 * ThreadLocalRandom.current().nextDouble()));
  }

  long afterRefusal() {
    return refused;
  }
}
