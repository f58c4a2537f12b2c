package dev.sightglass.agent.testing.trace;

import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Sets timers, takes some back, and sees the others fire. */
final class Timers extends KeyedProcessFunction<String, Long, String> {
  private static final long serialVersionUID = 1;
  static final String NAME = "timers";

  private static void plant(Object... words) {
    Truth.plant(NAME, words);
  }

  @Override
  public void processElement(Long i, Context context, Collector<String> out) {
    TimerService timers = context.timerService();
    String key = context.getCurrentKey();
    long time = context.timestamp() / 1000 * 1000 + 999;
    timers.registerEventTimeTimer(time);
    plant("registered", "event", key, time);
    if (i % 9 == 0) {
      timers.deleteEventTimeTimer(time);
      plant("deleted", "event", key, time);
    }
    if (i % 50 == 0) {
      long late = 4_000_000_000_000L + i;
      timers.registerProcessingTimeTimer(late);
      plant("registered", "processing", key, late);
      timers.deleteProcessingTimeTimer(late);
      plant("deleted", "processing", key, late);
      timers.registerProcessingTimeTimer(i);
      plant("registered", "processing", key, i);
    }
    out.collect(key + i);
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<String> out) {
    boolean event = context.timeDomain() == TimeDomain.EVENT_TIME;
    plant("fired", event ? "event" : "processing", context.getCurrentKey(), time);
    if (event) {
      out.collect("t" + time);
    }
  }
}
