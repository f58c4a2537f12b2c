package matrix;

import java.io.Serializable;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.util.Collector;

/** Shapes whose sources are of the old interface, with operators chained to them. */
@SuppressWarnings("deprecation")
final class LegacyShapes {
  private LegacyShapes() {}

  static List<Shape> all() {
    return List.of(
        new Shape("legacy", 1, LegacyShapes::own),
        new Shape("legacy-iterator", 1, LegacyShapes::flinks),
        new Shape("legacy-ingestion", 1, world -> timed(world, "IngestionTime")),
        new Shape("legacy-untimed", 1, world -> timed(world, "ProcessingTime")));
  }

  /** A job's own source, which emits watermarks; what is chained to it fails once. */
  private static void own(World world) {
    world.write(
        world
            .env
            .addSource(new OldSource(), "items", TypeInformation.of(Item.class))
            .uid("items")
            .flatMap(new FailsOnce())
            .returns(Item.class)
            .name("check")
            .uid("check")
            .setParallelism(1)
            .keyBy(item -> item.key)
            .process(new Sums()));
  }

  /** One of Flink's own sources; watermarks are made behind it, by processing time. */
  private static void flinks(World world) {
    world.write(
        world
            .env
            .fromCollection(new Slowly(), Long.class)
            .name("items")
            .uid("items")
            .map(Item::punctual)
            .name("number")
            .uid("number")
            .setParallelism(1)
            .assignTimestampsAndWatermarks(
                WatermarkStrategy.<Item>forMonotonousTimestamps()
                    .withTimestampAssigner((item, before) -> item.at))
            .uid("times")
            .setParallelism(1)
            .keyBy(item -> item.key)
            .window(TumblingEventTimeWindows.of(Duration.ofSeconds(1)))
            .reduce(
                (a, b) -> {
                  a.n += b.n;
                  return a;
                })
            .map(Item::toString));
  }

  /**
   * Flink 1.20 gives times and watermarks to a source's records by the clock, or none at all, where
   * the job says so; 2.x does not know that setting.
   */
  private static void timed(World world, String characteristic) {
    world.env.configure(
        Configuration.fromMap(Map.of("pipeline.time-characteristic", characteristic)));
    world.write(
        world
            .env
            .fromCollection(new Slowly(), Long.class)
            .name("items")
            .uid("items")
            .map(Item::punctual)
            .name("number")
            .uid("number")
            .setParallelism(1)
            .keyBy(item -> item.key)
            .process(new RunningSums()));
  }

  /** Numbers, one a millisecond. */
  private static final class Slowly implements Iterator<Long>, Serializable {
    private static final long serialVersionUID = 1;
    private long next;

    @Override
    public boolean hasNext() {
      return next < Item.COUNT;
    }

    @Override
    public Long next() {
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return next++;
    }
  }

  /** Fails at its first attempt; its state has the clock in it, which a replay must give again. */
  private static final class FailsOnce extends RichFlatMapFunction<Item, Item>
      implements CheckpointedFunction {
    private static final long serialVersionUID = 1;
    private static final long WHERE = Item.COUNT * 5 / 8;

    private transient ListState<Long> state;
    private long clocks;

    @Override
    public void flatMap(Item item, Collector<Item> out) {
      if (item.n == WHERE && getRuntimeContext().getTaskInfo().getAttemptNumber() == 0) {
        throw new IllegalStateException("the planted failure");
      }
      clocks = 31 * clocks + System.currentTimeMillis();
      out.collect(item);
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
      state =
          context
              .getOperatorStateStore()
              .getListState(new ListStateDescriptor<>("clocks", Types.LONG));
      for (Long c : state.get()) {
        clocks = c;
      }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
      state.clear();
      state.add(clocks);
    }
  }

  private abstract static class Summing extends KeyedProcessFunction<Integer, Item, String> {
    private static final long serialVersionUID = 1;
    transient ValueState<Long> sum;

    @Override
    public void open(OpenContext context) {
      sum = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Types.LONG));
    }

    void add(Item item) throws Exception {
      sum.update(item.n + (sum.value() == null ? 0 : sum.value()));
    }
  }

  /** Sums of a key's items, given out with each. */
  private static final class RunningSums extends Summing {
    private static final long serialVersionUID = 1;

    @Override
    public void processElement(Item item, Context context, Collector<String> out) throws Exception {
      add(item);
      out.collect(context.getCurrentKey() + "=" + sum.value());
    }
  }

  /** Sums of a key's items, given out by timers of event time. */
  private static final class Sums extends Summing {
    private static final long serialVersionUID = 1;

    @Override
    public void processElement(Item item, Context context, Collector<String> out) throws Exception {
      add(item);
      context.timerService().registerEventTimeTimer(item.at / 1000 * 1000 + 999);
    }

    @Override
    public void onTimer(long time, OnTimerContext context, Collector<String> out) throws Exception {
      out.collect(context.getCurrentKey() + "@" + time + "=" + sum.value());
    }
  }
}
