package matrix;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.cep.CEP;
import org.apache.flink.cep.functions.PatternProcessFunction;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.co.ProcessJoinFunction;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.EventTimeSessionWindows;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Shapes of the DataStream API with windows and patterns. */
final class WindowShapes {
  private WindowShapes() {}

  static List<Shape> all() {
    long late = Item.lateItems();
    return List.of(
        new Shape("tumbling", 1, Map.of("window-late", late), WindowShapes::tumbling),
        new Shape("sliding", 1, Map.of("late-to-side-output", late), WindowShapes::sliding),
        new Shape("sessions", 1, WindowShapes::sessions),
        new Shape("interval-join", 2, WindowShapes::intervalJoin),
        new Shape("pattern", 1, Map.of("pattern-late", late), WindowShapes::pattern));
  }

  private static void tumbling(World world) {
    world.write(
        world
            .often("items")
            .keyBy(item -> item.key)
            .window(TumblingEventTimeWindows.of(Duration.ofSeconds(1)))
            .process(new Gather()));
  }

  /** Windows that overlap and aggregate, with what is late in an output of its own. */
  private static void sliding(World world) {
    OutputTag<Item> late = new OutputTag<>("late", Types.POJO(Item.class));
    SingleOutputStreamOperator<String> sums =
        world
            .often("items")
            .keyBy(item -> item.key)
            .window(SlidingEventTimeWindows.of(Duration.ofSeconds(1), Duration.ofMillis(500)))
            .sideOutputLateData(late)
            .aggregate(new Sum(), new Name());
    world.write(sums.union(sums.getSideOutput(late).map(item -> "late " + item)));
  }

  private static void sessions(World world) {
    world.write(
        world
            .punctual("items")
            .filter(item -> item.n / 100 % 3 != 1)
            .keyBy(item -> item.key)
            .window(EventTimeSessionWindows.withGap(Duration.ofMillis(500)))
            .process(new Gather()));
  }

  private static void intervalJoin(World world) {
    world.write(
        world
            .punctual("left")
            .keyBy(item -> item.key)
            .intervalJoin(world.punctual("right").keyBy(item -> item.key))
            .between(Duration.ofMillis(-200), Duration.ofMillis(200))
            .process(
                new ProcessJoinFunction<Item, Item, String>() {
                  @Override
                  public void processElement(
                      Item left, Item right, Context context, Collector<String> out) {
                    out.collect(left + " with " + right);
                  }
                }));
  }

  private static void pattern(World world) {
    Pattern<Item, ?> pattern =
        Pattern.<Item>begin("third")
            .where(SimpleCondition.of(item -> item.n % 3 == 0))
            .followedBy("fourth")
            .where(SimpleCondition.of(item -> item.n % 4 == 0));
    world.write(
        CEP.pattern(world.often("items").keyBy(item -> item.key), pattern)
            .process(
                new PatternProcessFunction<Item, String>() {
                  @Override
                  public void processMatch(
                      Map<String, List<Item>> match, Context context, Collector<String> out) {
                    out.collect(match.get("third") + " then " + match.get("fourth"));
                  }
                }));
  }

  private static final class Gather
      extends ProcessWindowFunction<Item, String, Integer, TimeWindow> {
    @Override
    public void process(Integer key, Context context, Iterable<Item> items, Collector<String> out) {
      long sum = 0;
      long count = 0;
      for (Item item : items) {
        sum += item.n;
        count++;
      }
      out.collect(key + " " + context.window() + ": " + count + " items, sum " + sum);
    }
  }

  private static final class Sum implements AggregateFunction<Item, Long, Long> {
    @Override
    public Long createAccumulator() {
      return 0L;
    }

    @Override
    public Long add(Item item, Long sum) {
      return sum + item.n;
    }

    @Override
    public Long getResult(Long sum) {
      return sum;
    }

    @Override
    public Long merge(Long a, Long b) {
      return a + b;
    }
  }

  private static final class Name extends ProcessWindowFunction<Long, String, Integer, TimeWindow> {
    @Override
    public void process(Integer key, Context context, Iterable<Long> sums, Collector<String> out) {
      sums.forEach(sum -> out.collect(key + " " + context.window() + ": " + sum));
    }
  }
}
