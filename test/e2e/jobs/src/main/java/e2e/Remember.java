package e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.async.AsyncFunction;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.co.ProcessJoinFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.EventTimeSessionWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.evictors.CountEvictor;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.Collector;

/**
 * Keeps records in state of every usual kind. Each output says which numbers it was made of, as
 * {@code name:1,2,3}. It fails once in its middle, and goes on from a checkpoint.
 */
public final class Remember {
  private static final int KEYS = 5;
  private static final int CLUSTER = 25;
  private static final long SPACING = 10_000;
  private static final long[] WHEN = {0, 1200, 600, 300, 900};

  private Remember() {}

  public static void main(String[] arguments) throws Exception {
    Job job = new Job("remember", arguments);
    StreamExecutionEnvironment env = job.environment();
    env.enableCheckpointing(300);
    long count = Long.parseLong(job.argument("count"));
    DataStream<String> numbers =
        env.fromSequence(0, count - 1)
            .setParallelism(1)
            .name("numbers")
            .process(new Slow(count))
            .returns(Types.LONG)
            .setParallelism(1)
            .name("slow")
            .assignTimestampsAndWatermarks(
                WatermarkStrategy.<Long>forBoundedOutOfOrderness(Duration.ofMillis(2000))
                    .withTimestampAssigner((n, was) -> time(n)))
            .setParallelism(1)
            .map(String::valueOf)
            .returns(Types.STRING)
            .setParallelism(1)
            .name("number");
    windows(numbers);
    processes(numbers);
    joins(numbers);
    out(
        AsyncDataStream.unorderedWait(numbers.rebalance(), new Call(), 60, TimeUnit.SECONDS, 20),
        "asked");
    sql(env, numbers);
    env.execute("remember");
  }

  private static int key(String n) {
    return (int) (Long.parseLong(n) % KEYS);
  }

  /** Five numbers of a key come in a cluster, out of order; clusters are far from each other. */
  private static long time(long n) {
    return n / CLUSTER * SPACING + WHEN[(int) (n % CLUSTER / KEYS)] + n % KEYS;
  }

  private static void out(SingleOutputStreamOperator<String> made, String name) {
    made.name(name).uid(name).rebalance().sinkTo(new DiscardingSink<>()).name("end-" + name);
  }

  private static void windows(DataStream<String> numbers) {
    out(
        numbers
            .keyBy(Remember::key)
            .window(TumblingEventTimeWindows.of(Duration.ofSeconds(1)))
            .aggregate(new Join()),
        "aggregated");
    out(
        numbers
            .keyBy(Remember::key)
            .window(TumblingEventTimeWindows.of(Duration.ofSeconds(1)))
            .process(new All("listed")),
        "listed");
    out(
        numbers
            .keyBy(Remember::key)
            .window(EventTimeSessionWindows.withGap(Duration.ofMillis(400)))
            .process(new All("session")),
        "session");
    out(
        numbers
            .keyBy(Remember::key)
            .window(TumblingEventTimeWindows.of(Duration.ofSeconds(1)))
            .evictor(CountEvictor.of(1))
            .process(new All("evicted")),
        "evicted");
  }

  private static void processes(DataStream<String> numbers) {
    out(numbers.keyBy(n -> Long.parseLong(n) / 3).process(new Once()), "once");
    out(numbers.keyBy(Remember::key).process(new Timed()), "timed");
    out(numbers.keyBy(Remember::key).process(new Each()), "each");
  }

  private static void joins(DataStream<String> numbers) {
    DataStream<String> left = numbers.filter(n -> Long.parseLong(n) % 2 == 0).name("even");
    DataStream<String> right = numbers.filter(n -> Long.parseLong(n) % 2 == 1).name("odd");
    out(
        left.keyBy(Remember::key)
            .intervalJoin(right.keyBy(Remember::key))
            .between(Duration.ofMillis(-700), Duration.ofMillis(700))
            .process(new Pair()),
        "paired");
  }

  private static void sql(StreamExecutionEnvironment env, DataStream<String> numbers) {
    StreamTableEnvironment t = StreamTableEnvironment.create(env);
    t.getConfig().set("table.exec.mini-batch.enabled", "true");
    t.getConfig().set("table.exec.mini-batch.allow-latency", "100 ms");
    t.getConfig().set("table.exec.mini-batch.size", "7");
    t.getConfig().set("table.optimizer.agg-phase-strategy", "ONE_PHASE");
    t.createTemporaryView("numbers", numbers.map(Row::of).returns(Types.ROW(Types.STRING)));
    out(
        changes(
            t,
            "gathered",
            t.sqlQuery(
                "SELECT CAST(f0 AS BIGINT) / 8, LISTAGG(f0) FROM numbers GROUP BY CAST(f0 AS BIGINT) / 8")),
        "gathered");
    t.getConfig().set("table.exec.mini-batch.enabled", "false");
    out(
        changes(
            t,
            "matched",
            t.sqlQuery(
                "SELECT l.f0, l.f0 || ',' || r.f0 FROM numbers AS l JOIN numbers AS r ON CAST(l.f0 AS BIGINT) = CAST(r.f0 AS BIGINT) - MOD(CAST(r.f0 AS BIGINT), 4) AND l.f0 <> r.f0")),
        "matched");
  }

  private static SingleOutputStreamOperator<String> changes(
      StreamTableEnvironment t, String name, Table made) {
    return t.toChangelogStream(made)
        .map(
            r -> (r.getKind().shortString().startsWith("-") ? "gone:" : name + ":") + r.getField(1))
        .returns(Types.STRING);
  }

  /**
   * A few hundred numbers a second; throws once, when half of them are through and in a checkpoint.
   */
  private static final class Slow extends ProcessFunction<Long, Long>
      implements CheckpointListener {
    private static final long serialVersionUID = 1;
    private final long count;
    private transient int checkpoints;

    Slow(long count) {
      this.count = count;
    }

    @Override
    public void processElement(Long n, Context context, Collector<Long> out) throws Exception {
      Thread.sleep(4);
      if (n > count / 2
          && checkpoints > 0
          && getRuntimeContext().getTaskInfo().getAttemptNumber() == 0) {
        throw new IllegalStateException("in the middle, as it should");
      }
      out.collect(n);
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) {
      checkpoints++;
    }
  }

  private static final class Join implements AggregateFunction<String, String, String> {
    private static final long serialVersionUID = 1;

    @Override
    public String createAccumulator() {
      return "";
    }

    @Override
    public String add(String n, String all) {
      return all.isEmpty() ? n : all + "," + n;
    }

    @Override
    public String getResult(String all) {
      return "aggregated:" + all;
    }

    @Override
    public String merge(String a, String b) {
      return a + "," + b;
    }
  }

  private static final class All
      extends ProcessWindowFunction<String, String, Integer, TimeWindow> {
    private static final long serialVersionUID = 1;
    private final String name;

    All(String name) {
      this.name = name;
    }

    @Override
    public void process(
        Integer key, Context context, Iterable<String> numbers, Collector<String> out) {
      out.collect(name + ":" + String.join(",", numbers));
    }
  }

  /** The first of three neighbours goes on, each later one with the first. */
  private static final class Once extends KeyedProcessFunction<Long, String, String> {
    private static final long serialVersionUID = 1;
    private transient ValueState<String> first;

    @Override
    public void open(org.apache.flink.api.common.functions.OpenContext context) {
      first = getRuntimeContext().getState(new ValueStateDescriptor<>("first", String.class));
    }

    @Override
    public void processElement(String n, Context context, Collector<String> out) throws Exception {
      String f = first.value();
      if (f == null) {
        first.update(n);
        out.collect("once:" + n);
      } else {
        out.collect("once:" + f + "," + n);
      }
    }
  }

  /** Gathers by timer what comes within two seconds. */
  private static final class Timed extends KeyedProcessFunction<Integer, String, String> {
    private static final long serialVersionUID = 1;
    private transient MapState<Long, String> gathered;

    @Override
    public void open(org.apache.flink.api.common.functions.OpenContext context) {
      gathered =
          getRuntimeContext()
              .getMapState(new MapStateDescriptor<>("gathered", Long.class, String.class));
    }

    @Override
    public void processElement(String n, Context context, Collector<String> out) throws Exception {
      long at = context.timestamp() / 2000 * 2000 + 2000;
      String before = gathered.get(at);
      gathered.put(at, before == null ? n : before + "," + n);
      context.timerService().registerEventTimeTimer(at);
    }

    @Override
    public void onTimer(long at, OnTimerContext context, Collector<String> out) throws Exception {
      out.collect("timed:" + gathered.get(at));
      gathered.remove(at);
    }
  }

  /** Keeps a list, and after five gives each of it out by itself. */
  private static final class Each extends KeyedProcessFunction<Integer, String, String> {
    private static final long serialVersionUID = 1;
    private transient ListState<String> list;

    @Override
    public void open(org.apache.flink.api.common.functions.OpenContext context) {
      list = getRuntimeContext().getListState(new ListStateDescriptor<>("list", String.class));
    }

    @Override
    public void processElement(String n, Context context, Collector<String> out) throws Exception {
      list.add(n);
      List<String> all = new ArrayList<>();
      for (String x : list.get()) {
        all.add(x);
      }
      if (all.size() == 5) {
        list.clear();
        for (String x : all) {
          out.collect("each:" + x + "," + n);
        }
      }
    }
  }

  private static final class Pair extends ProcessJoinFunction<String, String, String> {
    private static final long serialVersionUID = 1;

    @Override
    public void processElement(String l, String r, Context context, Collector<String> out) {
      out.collect("paired:" + l + "," + r);
    }
  }

  /** Answers from another thread, in whatever order. */
  private static final class Call implements AsyncFunction<String, String> {
    private static final long serialVersionUID = 1;

    @Override
    public void asyncInvoke(String n, ResultFuture<String> result) {
      ForkJoinPool.commonPool().execute(() -> result.complete(Collections.singleton("asked:" + n)));
    }
  }
}
