package dev.sightglass.agent.core;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * Tells whether the machine has idle CPU, looked at once a second. Between {@link #FULL} and {@link
 * #FREE} it keeps its opinion, so that our own work does not make it waver. Where the JVM cannot
 * tell the load, there is idle CPU.
 */
final class IdleCpu {
  private static final double FULL = 0.95;
  private static final double FREE = 0.80;
  private static final long EVERY = TimeUnit.SECONDS.toNanos(1);

  private boolean idle = true;
  private boolean started;
  private long nextLook;

  boolean idle(long nanos) {
    if (!started || nanos - nextLook >= 0) {
      started = true;
      nextLook = nanos + EVERY;
      idle = judge(load(), idle);
    }
    return idle;
  }

  static boolean judge(double load, boolean before) {
    if (load < 0 || Double.isNaN(load)) {
      return true;
    }
    return before ? load < FULL : load < FREE;
  }

  private static double load() {
    try {
      java.lang.management.OperatingSystemMXBean os = ManagementFactory.getOperatingSystemMXBean();
      return os instanceof OperatingSystemMXBean
          ? ((OperatingSystemMXBean) os).getSystemCpuLoad()
          : -1;
    } catch (RuntimeException | LinkageError e) {
      return -1;
    }
  }
}
