package dev.sightglass.agent.hooks;

import dev.sightglass.bootstrap.Clock;
import dev.sightglass.bootstrap.Hooks;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Keeps the cheap clock going, and notices when hooks went off. */
final class ClockThread {
  private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(Clock.PERIOD_MILLIS);

  /** While no task is recorded nobody looks at the clock. */
  private static final long IDLE = TimeUnit.MILLISECONDS.toNanos(50);

  private final BooleanSupplier wanted;
  private final Runnable switchedOff;
  private final Thread thread;

  /**
   * @param wanted whether a task is recorded
   * @param switchedOff called once each time that hooks went off
   */
  ClockThread(BooleanSupplier wanted, Runnable switchedOff) {
    this.wanted = wanted;
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
        LockSupport.parkNanos(wanted.getAsBoolean() ? PERIOD : IDLE);
      } catch (Throwable t) {
        Hooks.fail(t);
      }
    }
  }
}
