package dev.sightglass.agent.hooks;

import dev.sightglass.bootstrap.Clock;
import dev.sightglass.bootstrap.Hooks;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Keeps the cheap clock going, and notices when hooks went off. */
final class ClockThread {
  private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(Clock.PERIOD_MILLIS);

  private final Runnable switchedOff;
  private final Thread thread;

  /**
   * @param switchedOff called once each time that hooks went off
   */
  ClockThread(Runnable switchedOff) {
    this.switchedOff = switchedOff;
    thread = new Thread(null, this::run, "sightglass-clock");
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
  }

  void start() {
    thread.start();
  }

  private void run() {
    boolean off = false;
    while (true) {
      try {
        Clock.update();
        if (Hooks.isOff() != off) {
          off = !off;
          if (off) {
            switchedOff.run();
          }
        }
        LockSupport.parkNanos(PERIOD);
      } catch (Throwable t) {
        Hooks.fail(t);
      }
    }
  }
}
