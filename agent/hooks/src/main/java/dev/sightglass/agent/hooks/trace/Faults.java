package dev.sightglass.agent.hooks.trace;

import dev.sightglass.bootstrap.Hooks;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What goes wrong while tracing: what it happened to is not traced any more, and each place reports
 * once. A fault here, repeated for each state of each task, would otherwise switch all hooks off.
 */
final class Faults {
  private static final int MOST = 1000;
  private static final Set<String> REPORTED = ConcurrentHashMap.newKeySet();

  private Faults() {}

  static void report(Throwable t) {
    StackTraceElement[] at = t.getStackTrace();
    String place = t.getClass().getName() + (at.length == 0 ? "" : at[0].toString());
    if (REPORTED.size() < MOST && REPORTED.add(place)) {
      Hooks.fail(t);
    }
  }
}
