package dev.sightglass.agent.wire;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * How long to wait before the next try: from 1 s to 30 s, ± 20 % so that a cluster does not come at
 * once.
 */
final class Backoff {
  private static final long FIRST = TimeUnit.SECONDS.toNanos(1);
  private static final long MOST = TimeUnit.SECONDS.toNanos(30);
  private static final long REFUSED = TimeUnit.SECONDS.toNanos(60);

  private long next = FIRST;

  void reset() {
    next = FIRST;
  }

  long afterFailure() {
    long wait = next;
    next = Math.min(2 * next, MOST);
    return (long) (wait * (0.8 + 0.4 * ThreadLocalRandom.current().nextDouble()));
  }

  long afterRefusal() {
    return REFUSED;
  }
}
