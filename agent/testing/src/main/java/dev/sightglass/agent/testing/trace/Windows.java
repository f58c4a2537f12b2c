package dev.sightglass.agent.testing.trace;

import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.triggers.Trigger;
import org.apache.flink.streaming.api.windowing.triggers.TriggerResult;
import org.apache.flink.streaming.api.windowing.windows.GlobalWindow;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.streaming.api.windowing.windows.Window;
import org.apache.flink.util.Collector;

/** What windows go through, as their triggers and functions see it. */
final class Windows {
  private Windows() {}

  static String key(long i) {
    return "k" + i % 3;
  }

  static String text(Window w) {
    return w instanceof TimeWindow
        ? ((TimeWindow) w).getStart() + "-" + ((TimeWindow) w).getEnd()
        : "global";
  }

  /** Does what another trigger does, and writes down when it is asked. */
  static final class Seen<W extends Window> extends Trigger<Object, W> {
    private static final long serialVersionUID = 1;
    private final String operator;
    private final Trigger<Object, W> trigger;

    Seen(String operator, Trigger<Object, W> trigger) {
      this.operator = operator;
      this.trigger = trigger;
    }

    @Override
    public TriggerResult onElement(Object e, long time, W window, TriggerContext context)
        throws Exception {
      Truth.plant(operator, "assigned", key((Long) e), text(window));
      return trigger.onElement(e, time, window, context);
    }

    @Override
    public TriggerResult onProcessingTime(long time, W window, TriggerContext context)
        throws Exception {
      return trigger.onProcessingTime(time, window, context);
    }

    @Override
    public TriggerResult onEventTime(long time, W window, TriggerContext context) throws Exception {
      return trigger.onEventTime(time, window, context);
    }

    @Override
    public boolean canMerge() {
      return trigger.canMerge();
    }

    @Override
    public void onMerge(W window, OnMergeContext context) throws Exception {
      Truth.plant(operator, "merged", "into", text(window));
      trigger.onMerge(window, context);
    }

    @Override
    public void clear(W window, TriggerContext context) throws Exception {
      trigger.clear(window, context);
    }
  }

  /** Gives the number of elements. */
  static final class Count<W extends Window>
      extends ProcessWindowFunction<Long, String, String, W> {
    private static final long serialVersionUID = 1;
    private final String operator;
    private final boolean purged;

    Count(String operator, boolean purged) {
      this.operator = operator;
      this.purged = purged;
    }

    @Override
    public void process(
        String key, Context context, Iterable<Long> elements, Collector<String> out) {
      Truth.plant(operator, "fired", key, text(context.window()));
      int n = 0;
      for (Long ignored : elements) {
        n++;
      }
      if (purged) {
        Truth.plant(operator, "purged", 1, key, text(context.window()));
      }
      out.collect(key + text(context.window()) + n);
    }

    @Override
    public void clear(Context context) {
      if (!(context.window() instanceof GlobalWindow)) {
        // Its key is that of the window's last firing.
        Truth.plant(operator, "purged", 2, text(context.window()));
      }
    }
  }
}
