package dev.sightglass.agent.testing.drops;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.cep.CEP;
import org.apache.flink.cep.PatternSelectFunction;
import org.apache.flink.cep.PatternStream;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.WindowedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.co.ProcessJoinFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.windowing.assigners.EventTimeSessionWindows;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.WindowAssigner;
import org.apache.flink.streaming.api.windowing.evictors.CountEvictor;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Pipelines of the DataStream API. */
final class StreamDrops {
  private static final long NONE = Script.NONE;
  private static final OutputTag<Planted> LATE =
      new OutputTag<Planted>("late", TypeInformation.of(Planted.class)) {};

  /** Windows of 100 ms, one a second: what lies between them is in none. */
  static final WindowAssigner<Object, TimeWindow> BETWEEN =
      SlidingEventTimeWindows.of(Duration.ofMillis(100), Duration.ofSeconds(1));

  private final StreamExecutionEnvironment env;

  /** How operators keep their state. */
  private final UnaryOperator<KeyedStream<Planted, String>> states;

  StreamDrops(
      StreamExecutionEnvironment env, UnaryOperator<KeyedStream<Planted, String>> states) {
    this.env = env;
    this.states = states;
  }

  static <T> void end(DataStream<T> stream, String pipeline) {
    stream
        .transform(pipeline + "-end", stream.getType(), new End<>(pipeline))
        .setParallelism(1)
        .sinkTo(new DiscardingSink<>());
  }

  void build() {
    windows();
    intervalJoin("interval-join");
    patterns();
    ownCounter();
  }

  private KeyedStream<Planted, String> keyed(Script script) {
    return states.apply(script.records(env).keyBy(p -> p.key));
  }

  // ---- windows

  private void windows() {
    WindowAssigner<Object, TimeWindow> second = TumblingEventTimeWindows.of(Duration.ofSeconds(1));
    window("window", late("window", "window-late"), second, false, false);
    window("window-side", late("window-side", "late-to-side-output"), second, true, false);
    window("window-evicting", late("window-evicting", "window-late"), second, false, true);
    window(
        "window-session",
        new Script("window-session")
            .keep("a", 1000)
            .watermark(5000)
            .drop("window-late", "a", 1500, 5000, 500),
        EventTimeSessionWindows.withGap(Duration.ofSeconds(1)),
        false,
        false);
    window("window-none", between("window-none"), BETWEEN, false, false);
  }

  static Script between(String pipeline) {
    return new Script(pipeline)
        .keep("a", 50)
        .watermark(40)
        .drop("no-window", "a", 500, 40, 500)
        .drop("no-window", "b", 901, 40, 500)
        .watermark(1200)
        .drop("window-late", "a", 600, 1200, 500);
  }

  static Script late(String pipeline, String reason) {
    return new Script(pipeline)
        .keep("a", 1000)
        .watermark(2200)
        .keep("a", 1600) // late, and within what is allowed
        .watermark(3000)
        .drop(reason, "a", 1500, 3000, 500)
        .drop(reason, "b", 999, 3000, 500)
        .keep("b", 3001);
  }

  void window(
      String name,
      Script script,
      WindowAssigner<Object, TimeWindow> assigner,
      boolean side,
      boolean evict) {
    WindowedStream<Planted, String, TimeWindow> windowed =
        keyed(script)
            .window(assigner)
            .allowedLateness(Duration.ofMillis(500));
    if (side) {
      windowed = windowed.sideOutputLateData(LATE);
    }
    if (evict) {
      windowed = windowed.evictor(CountEvictor.of(100));
    }
    end(windowed.reduce((a, b) -> b).name(name), name);
  }

  // ---- joins, patterns

  void intervalJoin(String name) {
    Script left =
        new Script(name)
            .keep("a", 10)
            .watermark(100)
            .await(100)
            .drop("interval-join-late", "a", 50, 100, NONE);
    Script right =
        new Script(name)
            .keep("a", 12)
            .watermark(100)
            .await(100)
            .drop("late-to-side-output", "a", 60, 100, NONE);
    DataStream<Long> joined =
        keyed(left)
            .intervalJoin(keyed(right))
            .between(Duration.ofMillis(-5), Duration.ofMillis(5))
            .sideOutputRightLateData(LATE)
            .process(new Pairs())
            .name(name);
    end(joined, name);
  }

  private static final class Pairs extends ProcessJoinFunction<Planted, Planted, Long> {
    private static final long serialVersionUID = 1;

    @Override
    public void processElement(Planted l, Planted r, Context c, Collector<Long> out) {
      out.collect(l.id + r.id);
    }
  }

  private void patterns() {
    pattern("pattern", "pattern-late", false);
    pattern("pattern-side", "late-to-side-output", true);
  }

  private void pattern(String name, String reason, boolean side) {
    Script script =
        new Script(name)
            .keep("a", 1000)
            .watermark(2000)
            .drop(reason, "a", 1500, 2000, NONE)
            .drop(reason, "a", 2000, 2000, NONE)
            .keep("a", 2001);
    PatternStream<Planted> patterns =
        CEP.pattern(keyed(script), Pattern.<Planted>begin("one"))
            .inEventTime();
    if (side) {
      patterns = patterns.sideOutputLateData(LATE);
    }
    end(patterns.select(new One()).name(name), name);
  }

  private static final class One implements PatternSelectFunction<Planted, Long> {
    private static final long serialVersionUID = 1;

    @Override
    public Long select(Map<String, List<Planted>> match) {
      return match.get("one").get(0).id;
    }
  }

  // ---- what no rule explains

  private void ownCounter() {
    Script script = new Script("own-counter").keep("a", 1);
    for (int i = 0; i < 5; i++) {
      script.plant("counted", NONE, NONE, NONE).watermark(10 + i).await(10 + i).keep("late", 2 + i);
    }
    end(script.records(env).rebalance().process(new Counting()).name("own-counter"), "own-counter");
  }

  /** Throws records away and counts them, in a way that only it knows. */
  private static final class Counting extends ProcessFunction<Planted, Long> {
    private static final long serialVersionUID = 1;
    private transient Counter dropped;

    @Override
    public void open(OpenContext context) {
      dropped = getRuntimeContext().getMetricGroup().addGroup("mine").counter("lateEventsDropped");
    }

    @Override
    public void processElement(Planted p, Context c, Collector<Long> out) {
      if (p.key.equals("late")) {
        dropped.inc();
      } else {
        out.collect(p.id);
      }
    }
  }
}
