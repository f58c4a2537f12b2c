package matrix;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;
import org.apache.flink.streaming.api.functions.co.BroadcastProcessFunction;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Shapes of the DataStream API without windows. */
final class StreamShapes {
  private StreamShapes() {}

  static List<Shape> all() {
    return List.of(
        new Shape("stateless", 1, StreamShapes::stateless),
        new Shape("unchained", 1, StreamShapes::unchained),
        new Shape("deduplicate", 1, StreamShapes::deduplicate),
        new Shape("timers", 1, StreamShapes::timers),
        new Shape("two-inputs", 2, StreamShapes::twoInputs),
        new Shape("broadcast", 2, StreamShapes::broadcast),
        new Shape("asynchronous", 1, StreamShapes::asynchronous),
        new Shape("side-outputs", 1, StreamShapes::sideOutputs));
  }

  private static void stateless(World world) {
    DataStream<String> lines =
        world
            .punctual("items")
            .filter(item -> item.n % 3 != 0)
            .<Item>flatMap(
                (item, out) -> {
                  for (long i = 0; i < item.n % 3; i++) {
                    out.collect(item);
                  }
                })
            .returns(Item.class)
            .rebalance()
            .map(Item::toString);
    world.write(lines);
  }

  private static void unchained(World world) {
    world.env.disableOperatorChaining();
    world.write(
        world
            .punctual("items")
            .map(item -> Item.punctual(item.n + 1))
            .rescale()
            .map(Item::toString));
  }

  /**
   * Keys come back, so that all but the first item of a key in some time are dropped by the user's
   * own code.
   */
  private static void deduplicate(World world) {
    world.write(
        world
            .punctual("items")
            .keyBy(item -> item.n % 700)
            .process(
                new KeyedProcessFunction<Long, Item, String>() {
                  private transient ValueState<Boolean> seen;

                  @Override
                  public void open(OpenContext context) {
                    ValueStateDescriptor<Boolean> descriptor =
                        new ValueStateDescriptor<>("seen", Types.BOOLEAN);
                    descriptor.enableTimeToLive(
                        StateTtlConfig.newBuilder(Duration.ofHours(1)).build());
                    seen = getRuntimeContext().getState(descriptor);
                  }

                  @Override
                  public void processElement(Item item, Context context, Collector<String> out)
                      throws Exception {
                    if (seen.value() == null) {
                      seen.update(true);
                      out.collect(item.toString());
                    }
                  }
                }));
  }

  /** A map state that timers of event time empty. */
  private static void timers(World world) {
    world.write(
        world
            .punctual("items")
            .keyBy(item -> item.key)
            .process(
                new KeyedProcessFunction<Integer, Item, String>() {
                  private transient MapState<Long, Long> times;

                  @Override
                  public void open(OpenContext context) {
                    times =
                        getRuntimeContext()
                            .getMapState(new MapStateDescriptor<>("times", Types.LONG, Types.LONG));
                  }

                  @Override
                  public void processElement(Item item, Context context, Collector<String> out)
                      throws Exception {
                    times.put(item.n, item.at);
                    context.timerService().registerEventTimeTimer(item.at / 1000 * 1000 + 999);
                  }

                  @Override
                  public void onTimer(long time, OnTimerContext context, Collector<String> out)
                      throws Exception {
                    long sum = 0;
                    for (Long n : times.keys()) {
                      sum += times.get(n) <= time ? n : 0;
                    }
                    out.collect(context.getCurrentKey() + "@" + time + "=" + sum);
                    List<Long> old = new java.util.ArrayList<>();
                    for (Long n : times.keys()) {
                      if (times.get(n) <= time) {
                        old.add(n);
                      }
                    }
                    for (Long n : old) {
                      times.remove(n);
                    }
                  }
                }));
  }

  /** Pairs the items of both inputs that have one number. */
  private static void twoInputs(World world) {
    DataStream<Item> left = world.punctual("left");
    DataStream<Item> right = world.punctual("right").filter(item -> item.n % 2 == 0);
    world.write(
        left.connect(right)
            .keyBy(item -> item.n, item -> item.n)
            .process(
                new KeyedCoProcessFunction<Long, Item, Item, String>() {
                  private transient ValueState<Item> first;

                  @Override
                  public void open(OpenContext context) {
                    first =
                        getRuntimeContext()
                            .getState(new ValueStateDescriptor<>("first", Item.class));
                  }

                  @Override
                  public void processElement1(Item item, Context context, Collector<String> out)
                      throws Exception {
                    either(item, out);
                  }

                  @Override
                  public void processElement2(Item item, Context context, Collector<String> out)
                      throws Exception {
                    either(item, out);
                  }

                  private void either(Item item, Collector<String> out) throws Exception {
                    if (first.value() == null) {
                      first.update(item);
                    } else {
                      first.clear();
                      out.collect("pair " + item);
                    }
                  }
                }));
  }

  /** Rules go to every subtask; what comes out does not depend on when they come. */
  private static void broadcast(World world) {
    MapStateDescriptor<Integer, Long> rules =
        new MapStateDescriptor<>("rules", Types.INT, Types.LONG);
    world.write(
        world
            .punctual("items")
            .rebalance()
            .connect(world.punctual("rules").broadcast(rules))
            .process(
                new BroadcastProcessFunction<Item, Item, String>() {
                  @Override
                  public void processElement(
                      Item item, ReadOnlyContext context, Collector<String> out) throws Exception {
                    context.getBroadcastState(rules).get(item.key);
                    out.collect(item.toString());
                  }

                  @Override
                  public void processBroadcastElement(
                      Item rule, Context context, Collector<String> out) throws Exception {
                    BroadcastState<Integer, Long> state = context.getBroadcastState(rules);
                    state.put(rule.key, rule.n);
                  }
                }));
  }

  private static void asynchronous(World world) {
    DataStream<Item> items = world.punctual("items");
    DataStream<String> ordered =
        AsyncDataStream.orderedWait(items, new Lookup(), 30, TimeUnit.SECONDS, 20);
    DataStream<String> unordered =
        AsyncDataStream.unorderedWait(items, new Lookup(), 30, TimeUnit.SECONDS, 20);
    world.write(ordered.union(unordered));
  }

  private static final class Lookup extends RichAsyncFunction<Item, String> {
    private transient ExecutorService others;

    @Override
    public void open(OpenContext context) {
      others = Executors.newFixedThreadPool(2);
    }

    @Override
    public void asyncInvoke(Item item, ResultFuture<String> result) {
      // With reused objects an item is another one by the time the other thread reads it.
      String text = item.toString();
      CompletableFuture.runAsync(() -> result.complete(List.of("found " + text)), others);
    }

    @Override
    public void close() {
      if (others != null) {
        others.shutdownNow();
      }
    }
  }

  /** Three outputs, and a failure on the way: what was written twice is written in two attempts. */
  private static void sideOutputs(World world) {
    OutputTag<String> even = new OutputTag<>("even", Types.STRING);
    OutputTag<String> fifth = new OutputTag<>("fifth", Types.STRING);
    SingleOutputStreamOperator<String> main =
        world
            .punctual("items")
            .map(new FailOnce())
            .rebalance()
            .process(
                new ProcessFunction<Item, String>() {
                  @Override
                  public void processElement(Item item, Context context, Collector<String> out) {
                    if (item.n % 5 == 0) {
                      context.output(fifth, "fifth " + item);
                    } else if (item.n % 2 == 0) {
                      context.output(even, "even " + item);
                    } else {
                      out.collect("odd " + item);
                    }
                  }
                });
    world.write(main.union(main.getSideOutput(even), main.getSideOutput(fifth)));
  }

  private static final class FailOnce extends RichMapFunction<Item, Item> {
    @Override
    public Item map(Item item) {
      if (item.n == Item.COUNT * 5 / 8
          && getRuntimeContext().getTaskInfo().getAttemptNumber() == 0) {
        throw new IllegalStateException("planned failure at " + item);
      }
      return item;
    }
  }
}
