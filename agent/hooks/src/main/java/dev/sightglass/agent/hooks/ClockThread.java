package dev.sightglass.agent.hooks;

import dev.sightglass.bootstrap.Clock;
import dev.sightglass.bootstrap.Hooks;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Keeps the cheap clock going, and notices when hooks went off. */
final class ClockThread {
  private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(Clock.PERIOD_MILLIS);

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** Periods between the turns in which calls of a hook are measured. */
  private static final int MEASURE_EVERY = 8;

  /** While no task is recorded nobody looks at the clock. */
  private static final long IDLE = TimeUnit.MILLISECONDS.toNanos(50);

  private final BooleanSupplier wanted;
  private final Runnable switchedOff;
  private final Runnable failed;
  private final Runnable second;
  private final Thread thread;

  /**
   * @param wanted whether a task is recorded
   * @param switchedOff called once each time that hooks went off
   * @param failed called when a hook failed
   * @param second called about once a second
   */
  ClockThread(BooleanSupplier wanted, Runnable switchedOff, Runnable failed, Runnable second) {
    this.second = second;
    this.wanted = wanted;
    this.switchedOff = switchedOff;
    this.failed = failed;
    thread = new Thread(null, this::run, "sightglass-clock");
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
  }

  void start() {
    thread.start();
  }

  private void run() {
    boolean off = false;
    long changes = 0;
    int ticks = 0;
    long called = System.nanoTime();
    while (true) {
      try {
        Clock.update();
        if (++ticks % MEASURE_EVERY == 0) {
          Hooks.measureNext();
        }
        long time = System.nanoTime();
        if (time - called >= SECOND) {
          called = time;
          second.run();
        }
        long now = Hooks.changes();
        if (now != changes) {
          changes = now;
          failed.run();
        }
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
