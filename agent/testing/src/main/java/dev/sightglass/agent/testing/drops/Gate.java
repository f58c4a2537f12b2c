package dev.sightglass.agent.testing.drops;

import java.util.HashMap;
import java.util.Map;

/** How far watermarks came at the ends of pipelines; all of the job runs in one process. */
final class Gate {
  private static final Map<String, Long> REACHED = new HashMap<>();

  private Gate() {}

  static synchronized void reached(String end, long watermark) {
    REACHED.merge(end, watermark, Math::max);
    Gate.class.notifyAll();
  }

  static synchronized void await(String end, long watermark) throws InterruptedException {
    while (REACHED.getOrDefault(end, Long.MIN_VALUE) < watermark) {
      Gate.class.wait();
    }
  }
}
