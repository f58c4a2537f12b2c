package dev.sightglass.agent.testing;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.co.CoProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * One job with every kind of edge, event and processing timers, a window, a side output, a broadcast, two inputs. Prints how
 * many records each end saw; without a failure that is the same in every run.
 *
 * <p>Arguments: number of records, {@code aligned} or {@code unaligned}, the record whose processing fails the first time
 * (-1 = none), milliseconds to wait after every hundredth record.
 */
public final class TopologyJob {
  private static final OutputTag<String> SIDE = new OutputTag<String>("side", Types.STRING) {};
  private static final Map<String, AtomicLong> ENDS = new ConcurrentSkipListMap<>();

  private TopologyJob() {}

  /** A value with fields. */
  public static class Event {
    public long id;
    public String name;

    public Event() {}

    Event(long id) {
      this.id = id;
      this.name = "n" + id % 100;
    }
  }

  public static void main(String[] arguments) throws Exception {
    System.out.println(run(arguments));
  }

  /** Runs the job and says what its ends saw. */
  static String run(String... arguments) throws Exception {
    ENDS.clear();
    long records = Long.parseLong(arguments[0]);
    boolean unaligned = arguments[1].equals("unaligned");
    long bad = Long.parseLong(arguments[2]);
    long pause = Long.parseLong(arguments[3]);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(2, configuration(unaligned));
    env.setMaxParallelism(128);

    SingleOutputStreamOperator<Event> events =
        env.fromSequence(0, records - 1)
            .name("numbers")
            .map(new Slow(pause))
            .name("to-event")
            .assignTimestampsAndWatermarks(
                WatermarkStrategy.<Event>forMonotonousTimestamps()
                    .withTimestampAssigner((e, t) -> 1_700_000_000_000L + e.id));
    SingleOutputStreamOperator<Event> keyed =
        events.keyBy(e -> e.name).process(new Keyed(bad)).name("keyed").uid("keyed-uid");
    keyed
        .keyBy(e -> e.id % 5)
        .window(TumblingEventTimeWindows.of(Duration.ofSeconds(1)))
        .process(new Count())
        .name("window")
        .keyBy(s -> s)
        .map(new End<>("window"))
        .sinkTo(new DiscardingSink<>());
    keyed
        .getSideOutput(SIDE)
        .broadcast()
        .map(new End<>("side"))
        .sinkTo(new DiscardingSink<>());
    keyed
        .rebalance()
        .connect(events.rescale())
        .process(new Join())
        .name("join")
        .map(new End<>("join"))
        .sinkTo(new DiscardingSink<>());
    env.execute("topology");
    return "ends " + ENDS;
  }

  private static Configuration configuration(boolean unaligned) {
    Configuration c = new Configuration();
    c.setString("execution.checkpointing.interval", "200ms");
    c.setString("execution.checkpointing.unaligned.enabled", Boolean.toString(unaligned));
    c.setString("restart-strategy.type", "fixed-delay");
    c.setString("restart-strategy.fixed-delay.attempts", "3");
    c.setString("restart-strategy.fixed-delay.delay", "100ms");
    c.setString("metrics.latency.interval", "100");
    c.setString("execution.buffer-timeout.interval", "10ms");
    c.setString("taskmanager.memory.network.min", "32m");
    c.setString("taskmanager.memory.network.max", "32m");
    c.setString("taskmanager.memory.managed.size", "32m");
    return c;
  }

  private static final class Slow implements MapFunction<Long, Event> {
    private static final long serialVersionUID = 1;
    private final long pause;

    Slow(long pause) {
      this.pause = pause;
    }

    @Override
    public Event map(Long id) throws InterruptedException {
      if (pause > 0 && id % 100 == 0) {
        Thread.sleep(pause);
      }
      return new Event(id);
    }
  }

  private static final class Keyed extends KeyedProcessFunction<String, Event, Event> {
    private static final long serialVersionUID = 1;
    private final long bad;
    private transient ValueState<Long> seen;

    Keyed(long bad) {
      this.bad = bad;
    }

    @Override
    public void open(OpenContext context) {
      seen = getRuntimeContext().getState(new ValueStateDescriptor<>("seen", Types.LONG));
    }

    @Override
    public void processElement(Event e, Context context, Collector<Event> out) throws Exception {
      Long before = seen.value();
      seen.update(before == null ? 1 : before + 1);
      if (e.id == bad && getRuntimeContext().getTaskInfo().getAttemptNumber() == 0) {
        throw new IllegalStateException("planted");
      }
      out.collect(e);
      if (e.id % 7 == 0) {
        out.collect(new Event(e.id));
      }
      if (e.id % 10 == 0) {
        context.output(SIDE, "s" + e.id);
      }
      context.timerService().registerEventTimeTimer(context.timestamp() / 1000 * 1000 + 999);
      if (e.id % 1000 == 0) {
        context
            .timerService()
            .registerProcessingTimeTimer(context.timerService().currentProcessingTime() + 50);
      }
    }

    @Override
    public void onTimer(long time, OnTimerContext context, Collector<Event> out) {
      if (context.timeDomain() == TimeDomain.EVENT_TIME) {
        out.collect(new Event(time % 1000));
      }
    }
  }

  private static final class Count extends ProcessWindowFunction<Event, String, Long, TimeWindow> {
    private static final long serialVersionUID = 1;

    @Override
    public void process(Long key, Context context, Iterable<Event> events, Collector<String> out) {
      int n = 0;
      for (Event ignored : events) {
        n++;
      }
      out.collect(key + ":" + n);
    }
  }

  private static final class Join extends CoProcessFunction<Event, Event, Long> {
    private static final long serialVersionUID = 1;

    @Override
    public void processElement1(Event e, Context context, Collector<Long> out) {
      out.collect(e.id);
    }

    @Override
    public void processElement2(Event e, Context context, Collector<Long> out) {
      if (e.id % 3 == 0) {
        out.collect(e.id);
      }
    }
  }

  private static final class End<T> implements MapFunction<T, T> {
    private static final long serialVersionUID = 1;
    private final String name;

    End(String name) {
      this.name = name;
    }

    @Override
    public T map(T value) {
      ENDS.computeIfAbsent(name, k -> new AtomicLong()).incrementAndGet();
      return value;
    }
  }
}
