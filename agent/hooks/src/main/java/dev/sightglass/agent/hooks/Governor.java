package dev.sightglass.agent.hooks;

import dev.sightglass.agent.hooks.policy.Budgets;
import dev.sightglass.agent.hooks.policy.Retreat;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Holds recording within its budgets: takes a step back when one was passed for two seconds, and
 * one forward again when there was room for a while. A step forward that had to be taken back makes
 * the next one wait twice as long.
 *
 * <p>Used by one thread.
 */
final class Governor {
  /** What recording has cost so far, and holds now. */
  interface Meter {
    /**
     * CPU time of the agent's threads, and of hooks on those of tasks as far as it is known, ns.
     */
    long cpuNanos();

    /** Bytes of all blocks that were made. */
    long bytes();

    /** Bytes of memory in use. */
    long memory();
  }

  static final long PERIOD = TimeUnit.SECONDS.toNanos(1);
  private static final long FIRST_WAIT = TimeUnit.SECONDS.toNanos(30);
  private static final long LONGEST_WAIT = TimeUnit.MINUTES.toNanos(10);

  /** Room that must be there before a step forward. */
  private static final double ROOM = 0.8;

  private final Meter meter;
  private long at;
  private long cpu;
  private long bytes;
  private boolean begun;
  private int over;
  private int step;
  private String why = "";
  private long roomSince;
  private long forwardAt;
  private long wait = FIRST_WAIT;

  // Read by the thread that tells the status.
  private volatile double share;
  private volatile double rate;
  private volatile Retreat retreat = Retreat.NONE;

  Governor(Meter meter) {
    this.meter = meter;
  }

  /**
   * Looks at the meters, once a {@link #PERIOD}.
   *
   * @return where recording stands now, or null when that is where it stood
   */
  Retreat check(long now, Budgets budgets) {
    if (begun && now - at < PERIOD) {
      return null;
    }
    long cpuNow = meter.cpuNanos();
    long bytesNow = meter.bytes();
    double seconds = (now - at) / 1e9;
    if (begun) {
      share = Math.max(0, cpuNow - cpu) / (seconds * 1e9);
      rate = Math.max(0, bytesNow - bytes) / seconds;
    }
    boolean first = !begun;
    begun = true;
    at = now;
    cpu = cpuNow;
    bytes = bytesNow;
    if (first) {
      roomSince = now;
      return null;
    }
    return decide(now, budgets);
  }

  private Retreat decide(long now, Budgets b) {
    double cpuUse = use(share, b.cpu);
    double byteUse = use(rate, b.bytesPerSecond);
    double memoryUse = use(meter.memory(), b.memory);
    double most = Math.max(cpuUse, Math.max(byteUse, memoryUse));
    if (most >= ROOM) {
      roomSince = now;
    }
    if (most > 1) {
      if (++over >= 2 && step < Retreat.LAST) {
        over = 0;
        why = most == cpuUse ? "cpu" : most == byteUse ? "bytes" : "memory";
        if (forwardAt != 0 && now - forwardAt < wait) {
          wait = Math.min(2 * wait, LONGEST_WAIT);
        }
        return move(step + 1);
      }
      return null;
    }
    over = 0;
    if (step > 0 && now - roomSince >= wait) {
      roomSince = now;
      forwardAt = now;
      return move(step - 1);
    }
    if (step == 0 && forwardAt != 0 && now - forwardAt >= LONGEST_WAIT) {
      wait = FIRST_WAIT;
    }
    return null;
  }

  private Retreat move(int to) {
    step = to;
    retreat = to == 0 ? Retreat.NONE : new Retreat(to, "governor " + why);
    return retreat;
  }

  private static double use(double is, double may) {
    return may <= 0 ? 0 : is / may;
  }

  /** Where recording stands. Any thread. */
  Retreat retreat() {
    return retreat;
  }

  /** Share of one core over the last second. Any thread. */
  double share() {
    return share;
  }

  /** Bytes of blocks in the last second. Any thread. */
  double rate() {
    return rate;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "step %d, %.1f %% of a core, %.0f bytes a second", step, share * 100, rate);
  }
}
