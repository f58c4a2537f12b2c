package dev.sightglass.agent.testing.trace;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.co.CoProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.windowing.assigners.EventTimeSessionWindows;
import org.apache.flink.streaming.api.windowing.assigners.GlobalWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.evictors.CountEvictor;
import org.apache.flink.streaming.api.windowing.triggers.CountTrigger;
import org.apache.flink.streaming.api.windowing.triggers.EventTimeTrigger;
import org.apache.flink.streaming.api.windowing.triggers.PurgingTrigger;
import org.apache.flink.util.Collector;

/**
 * Runs jobs one behind the other in one process; each argument is {@code backend,reuse} or {@code
 * backend,copy}. Prints what each job's end saw, and what the functions wrote down.
 */
public final class TraceJob {
  /** How far the second input of one operator is behind, ms. */
  private static final long DELAY = 10_000_000;

  private static final Map<String, AtomicLong> ENDS = new ConcurrentSkipListMap<>();

  private TraceJob() {}

  public static void main(String[] arguments) throws Exception {
    // The first job brings the agent and its server together: what it does is not compared.
    run("warm-up", "hashmap", false);
    for (String a : arguments) {
      String[] parts = a.split(",");
      run(a, parts[0], parts[1].equals("reuse"));
    }
    print();
  }

  static void run(String name, String backend, boolean reuse) throws Exception {
    Truth.begin(name);
    StreamExecutionEnvironment env = environment(backend, reuse);
    states(env, name, backend.equals("hashmap"));
    if (!name.equals("warm-up")) {
      time(env, name);
    }
    env.execute(name);
  }

  static StreamExecutionEnvironment environment(String backend, boolean reuse) {
    Configuration c = new Configuration();
    c.setString("state.backend.type", backend);
    c.setString("pipeline.object-reuse", Boolean.toString(reuse));
    c.setString("execution.buffer-timeout.interval", "10ms");
    c.setString("taskmanager.memory.network.min", "32m");
    c.setString("taskmanager.memory.network.max", "32m");
    c.setString("taskmanager.memory.managed.size", "64m");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, c);
    env.setMaxParallelism(8);
    return env;
  }

  /** Prints what ends saw and what functions wrote down. */
  static void print() {
    System.out.println("ends " + ENDS.size());
    ENDS.forEach((k, v) -> System.out.println("end " + k + " " + v));
    Truth.print();
  }

  private static DataStream<Long> numbers(StreamExecutionEnvironment env, String name, long most) {
    return env.fromSequence(0, most).name(name);
  }

  private static void states(StreamExecutionEnvironment env, String name, boolean heap) {
    numbers(env, "for-keyed", 299)
        .keyBy(Windows::key)
        .process(new KeyedStates(heap))
        .name(KeyedStates.NAME)
        .map(new End(name + "/keyed"))
        .sinkTo(new DiscardingSink<>());
    numbers(env, "for-operator", 99)
        .map(new OperatorStates())
        .name(OperatorStates.NAME)
        .map(new End(name + "/operator"))
        .sinkTo(new DiscardingSink<>());
    numbers(env, "for-broadcast", 99)
        .connect(numbers(env, "rules", 29).broadcast(BroadcastStates.RULES))
        .process(new BroadcastStates())
        .name(BroadcastStates.NAME)
        .map(new End(name + "/broadcast"))
        .sinkTo(new DiscardingSink<>());
  }

  private static void time(StreamExecutionEnvironment env, String name) {
    SingleOutputStreamOperator<Long> timed =
        numbers(env, "for-time", 299)
            .assignTimestampsAndWatermarks(
                WatermarkStrategy.<Long>forGenerator(c -> new EachTenth(0))
                    .withTimestampAssigner((i, t) -> timeOf(i)));
    timed
        .keyBy(Windows::key)
        .process(new Timers())
        .name(Timers.NAME)
        .map(new End(name + "/timers"))
        .sinkTo(new DiscardingSink<>());
    timed
        .keyBy(Windows::key)
        .window(TumblingEventTimeWindows.of(Duration.ofSeconds(1)))
        .trigger(new Windows.Seen<>("tumbling", PurgingTrigger.of(EventTimeTrigger.create())))
        .process(new Windows.Count<>("tumbling", true))
        .name("tumbling")
        .map(new End(name + "/tumbling"))
        .sinkTo(new DiscardingSink<>());
    timed
        .keyBy(Windows::key)
        .window(EventTimeSessionWindows.withGap(Duration.ofMillis(500)))
        .trigger(new Windows.Seen<>("sessions", EventTimeTrigger.create()))
        .process(new Windows.Count<>("sessions", false))
        .name("sessions")
        .map(new End(name + "/sessions"))
        .sinkTo(new DiscardingSink<>());
    timed
        .keyBy(Windows::key)
        .window(GlobalWindows.create())
        .trigger(new Windows.Seen<>("sliding", CountTrigger.of(2)))
        .evictor(CountEvictor.of(4))
        .process(new Windows.Count<>("sliding", false))
        .name("sliding")
        .map(new End(name + "/sliding"))
        .sinkTo(new DiscardingSink<>());
    // The watermark of the second input is far behind until the end.
    timed
        .connect(
            timed.assignTimestampsAndWatermarks(
                WatermarkStrategy.forGenerator(c -> new EachTenth(DELAY))))
        .process(new Both())
        .name("both")
        .map(new End(name + "/both"))
        .sinkTo(new DiscardingSink<>());
    env.fromSource(new TwoSplits(), TwoSplits.watermarks(), TwoSplits.NAME)
        .map(i -> TwoSplits.NAME + i)
        .map(new End(name + "/splits"))
        .sinkTo(new DiscardingSink<>());
    AsyncDataStream.unorderedWait(numbers(env, "for-calls", 99), new Calls(), 1, TimeUnit.MINUTES)
        .name(Calls.NAME)
        .map(new End(name + "/calls"))
        .sinkTo(new DiscardingSink<>());
  }

  /** Pauses part sessions; of each twenty two come late, so that one session joins two others. */
  private static long timeOf(long i) {
    long at = i % 20 == 3 ? i + 6 : i % 20 == 9 ? i - 6 : i;
    return at * 100 + at / 20 * 1000;
  }

  /** A watermark behind each tenth record, so much before that record. */
  private static final class EachTenth implements WatermarkGenerator<Long> {
    private final long delay;

    EachTenth(long delay) {
      this.delay = delay;
    }

    @Override
    public void onEvent(Long i, long time, WatermarkOutput output) {
      if (i % 10 == 9) {
        output.emitWatermark(new Watermark(time - delay));
      }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {}
  }

  private static final class Both extends CoProcessFunction<Long, Long, String> {
    private static final long serialVersionUID = 1;

    @Override
    public void processElement1(Long i, Context context, Collector<String> out) {
      out.collect("f" + i);
    }

    @Override
    public void processElement2(Long i, Context context, Collector<String> out) {
      out.collect("s" + i);
    }
  }

  /** Counts what comes to an end, and sums up what it is. */
  static final class End implements MapFunction<String, String> {
    private static final long serialVersionUID = 1;
    private final String name;

    End(String name) {
      this.name = name;
    }

    @Override
    public String map(String value) {
      ENDS.computeIfAbsent(name, k -> new AtomicLong()).addAndGet(value.hashCode() * 31L + 1);
      return value;
    }
  }
}
