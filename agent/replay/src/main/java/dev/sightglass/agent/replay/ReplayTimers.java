package dev.sightglass.agent.replay;

import dev.sightglass.bootstrap.ServeProbe;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.streaming.runtime.tasks.TimerService;
import org.apache.flink.util.clock.Clock;

/**
 * The time of a task that runs again. Nothing fires by itself: callbacks wait until the recording
 * says that they ran.
 */
final class ReplayTimers implements TimerService {
  /** A callback that waits. */
  private static final class Waiting extends CompletableFuture<Object>
      implements ScheduledFuture<Object> {
    final ProcessingTimeCallback callback;
    final boolean again;
    final long time;

    /** Class of what the callback was made for, as the recording names it. */
    final String of;

    Waiting(ProcessingTimeCallback callback, boolean again, long time, String of) {
      this.callback = callback;
      this.again = again;
      this.time = time;
      this.of = of;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return 0;
    }

    @Override
    public int compareTo(Delayed o) {
      return 0;
    }
  }

  /** Those that were taken back are kept for a while. */
  private static final int MANY = 1000;

  /** By the number of the registration, which the agent's hook counts. */
  private final Map<Long, Waiting> waiting = new HashMap<>();

  /** The clock of what Flink does for itself: the machine's. */
  private final boolean isOfSystem;

  /**
   * @param isOfSystem the time is Flink's own, which was not recorded and nothing comes of it
   */
  ReplayTimers(boolean isOfSystem) {
    this.isOfSystem = isOfSystem;
  }

  private final Clock clock =
      new Clock() {
        @Override
        public long absoluteTimeMillis() {
          // A task's processing-time service asks this; the hook on it tells. So do Flink's
          // metrics.
          return getCurrentProcessingTime();
        }

        @Override
        public long relativeTimeMillis() {
          return relativeTimeNanos() / 1_000_000;
        }

        @Override
        public long relativeTimeNanos() {
          return isOfSystem ? System.nanoTime() : ServeProbe.relative(System.nanoTime());
        }
      };

  /** The task did not begin at the beginning: registrations have other numbers. */
  private boolean renumbered;

  void renumber() {
    renumbered = true;
  }

  /** The feed is not as recorded: timers may be due that the recording does not know. */
  private boolean changed;

  void change() {
    changed = true;
    renumber();
  }

  /**
   * Lets a callback run; false: it does not wait.
   *
   * @param of class of what it was made for
   */
  boolean fire(long registration, long time, String of) throws Exception {
    Long key = renumbered ? alike(time, of) : Long.valueOf(registration);
    Waiting w = key == null ? null : waiting.get(key);
    if (w == null) {
      return false;
    }
    if (!w.again) {
      waiting.remove(key);
    }
    w.callback.onProcessingTime(time);
    return true;
  }

  /**
   * Lets a callback run that is due before a time by changes of the feed alone, and so has no step
   * of its own; false: there is none. What it registers is known when its mail has run.
   */
  boolean overtake(long time) throws Exception {
    Long due = null;
    for (Map.Entry<Long, Waiting> e :
        changed ? waiting.entrySet() : Set.<Map.Entry<Long, Waiting>>of()) {
      Waiting w = e.getValue();
      boolean early = !w.again && !w.isCancelled() && w.time < time;
      if (early && (due == null || w.time < waiting.get(due).time)) {
        due = e.getKey();
      }
    }
    if (due == null) {
      return false;
    }
    Waiting w = waiting.remove(due);
    w.callback.onProcessingTime(w.time);
    return true;
  }

  /** The newest of that class for that time, else the newest of that class. */
  private Long alike(long time, String of) {
    if (waiting.size() > MANY) {
      waiting.values().removeIf(Waiting::isCancelled);
    }
    Long best = alike(time, of, false);
    // It was on its way already when it was taken back.
    return best != null ? best : alike(time, of, true);
  }

  private Long alike(long time, String of, boolean cancelled) {
    Long best = null;
    for (Map.Entry<Long, Waiting> e : waiting.entrySet()) {
      Waiting w = e.getValue();
      if (!w.of.equals(of) || w.isCancelled() != cancelled) {
        continue;
      }
      boolean right = w.time == time;
      boolean had = best != null && waiting.get(best).time == time;
      if (best == null || right && !had || right == had && e.getKey() > best) {
        best = e.getKey();
      }
    }
    return best;
  }

  /** What waits, in words. */
  String waiting() {
    StringBuilder b = new StringBuilder();
    waiting.forEach(
        (n, w) -> b.append(n).append(' ').append(w.of).append(" for ").append(w.time).append("; "));
    return b.length() == 0 ? "none does" : b.substring(0, b.length() - 2);
  }

  @Override
  public Clock getClock() {
    return clock;
  }

  @Override
  public long getCurrentProcessingTime() {
    return isOfSystem ? System.currentTimeMillis() : ServeProbe.runtime();
  }

  private ScheduledFuture<?> add(ProcessingTimeCallback callback, boolean again, long time) {
    Object of = ServeProbe.registeredCallback();
    Waiting w = new Waiting(callback, again, time, of == null ? "" : plain(of.getClass()));
    // What is registered past the hook has no number of its own, and is nothing that is told.
    waiting.putIfAbsent(ServeProbe.registered(), w);
    return w;
  }

  /** As the agent writes it: a lambda's number differs from process to process. */
  private static String plain(Class<?> c) {
    String name = c.getName();
    int lambda = name.indexOf("$$Lambda");
    return lambda < 0 ? name : name.substring(0, lambda + "$$Lambda".length());
  }

  @Override
  public ScheduledFuture<?> registerTimer(long time, ProcessingTimeCallback callback) {
    return add(callback, false, time);
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      ProcessingTimeCallback callback, long delay, long period) {
    return add(callback, true, 0);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      ProcessingTimeCallback callback, long delay, long period) {
    return add(callback, true, 0);
  }

  @Override
  public CompletableFuture<Void> quiesce() {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public void shutdownService() {}

  @Override
  public boolean shutdownServiceUninterruptible(long timeout) {
    return true;
  }
}
