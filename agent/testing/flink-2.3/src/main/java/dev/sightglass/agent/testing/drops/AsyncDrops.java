package dev.sightglass.agent.testing.drops;

import java.time.Duration;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.WindowAssigner;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/** Operators of {@link StreamDrops} with states that answer later; 1.20 has none of them. */
public final class AsyncDrops {
  private AsyncDrops() {}

  public static void build(StreamExecutionEnvironment env) {
    StreamDrops same = new StreamDrops(env, KeyedStream::enableAsyncState);
    WindowAssigner<Object, TimeWindow> second = TumblingEventTimeWindows.of(Duration.ofSeconds(1));
    for (String name : new String[] {"window-async", "window-async-evicting"}) {
      boolean evicting = name.endsWith("evicting");
      same.window(name, StreamDrops.late(name, "window-late"), second, false, evicting);
    }
    same.window(
        "window-async-side",
        StreamDrops.late("window-async-side", "late-to-side-output"),
        second,
        true,
        false);
    same.window(
        "window-async-none",
        StreamDrops.between("window-async-none"),
        StreamDrops.BETWEEN,
        false,
        false);
    same.intervalJoin("interval-join-async");
  }
}
