package dev.sightglass.agent.replay;

import dev.sightglass.bootstrap.ServeProbe;
import java.util.HashMap;
import java.util.Map;
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

    Waiting(ProcessingTimeCallback callback, boolean again) {
      this.callback = callback;
      this.again = again;
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
          // Read past the hook, by Flink's metrics alone.
          return System.currentTimeMillis();
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

  /** Lets a callback run; false: it does not wait. */
  boolean fire(long registration, long time) throws Exception {
    Waiting w = waiting.get(registration);
    if (w == null) {
      return false;
    }
    if (!w.again) {
      waiting.remove(registration);
    }
    w.callback.onProcessingTime(time);
    return true;
  }

  @Override
  public Clock getClock() {
    return clock;
  }

  @Override
  public long getCurrentProcessingTime() {
    return isOfSystem ? System.currentTimeMillis() : ServeProbe.runtime();
  }

  private ScheduledFuture<?> add(ProcessingTimeCallback callback, boolean again) {
    Waiting w = new Waiting(callback, again);
    // What is registered past the hook has no number of its own, and is nothing that is told.
    waiting.putIfAbsent(ServeProbe.registered(), w);
    return w;
  }

  @Override
  public ScheduledFuture<?> registerTimer(long time, ProcessingTimeCallback callback) {
    return add(callback, false);
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      ProcessingTimeCallback callback, long delay, long period) {
    return add(callback, true);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      ProcessingTimeCallback callback, long delay, long period) {
    return add(callback, true);
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
