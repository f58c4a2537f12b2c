package matrix;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.windowing.assigners.TumblingProcessingTimeWindows;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** A job of which no two runs do the same: by processing time, chance and clocks. */
final class Chance {
  private Chance() {}

  private static final OutputTag<String> DRAWN = new OutputTag<>("drawn", Types.STRING);

  static Shape shape() {
    return new Shape("chance", 1, Chance::chance);
  }

  /**
   * What is drawn lies in state, goes to a second task with windows of processing time, and comes
   * out of timers of processing time; items go on as they are. The first attempt fails.
   */
  private static void chance(World world) {
    SingleOutputStreamOperator<String> items =
        world.punctual("items").keyBy(item -> item.key).process(new Draws());
    world.write(items);
    items
        .getSideOutput(DRAWN)
        .keyBy(line -> line.charAt(0))
        .window(TumblingProcessingTimeWindows.of(Duration.ofMillis(50)))
        .reduce((a, b) -> a.compareTo(b) > 0 ? a : b)
        .name("highest")
        .uid("highest")
        .rebalance()
        .sinkTo(new DiscardingSink<>())
        .name("nowhere")
        .uid("nowhere");
  }

  private static final class Draws extends KeyedProcessFunction<Integer, Item, String> {
    private static final long serialVersionUID = 1;
    private static final long WHERE = Item.COUNT * 5 / 8;

    private transient ListState<String> drawn;
    private transient Random random;

    @Override
    public void open(OpenContext context) {
      drawn = getRuntimeContext().getListState(new ListStateDescriptor<>("drawn", Types.STRING));
      random = new Random();
    }

    @Override
    public void processElement(Item item, Context context, Collector<String> out) throws Exception {
      if (item.n == WHERE && getRuntimeContext().getTaskInfo().getAttemptNumber() == 0) {
        throw new IllegalStateException("the planted failure");
      }
      String one =
          random.nextInt(1000)
              + " "
              + Math.random()
              + " "
              + ThreadLocalRandom.current().nextLong()
              + " "
              + UUID.randomUUID()
              + " "
              + System.currentTimeMillis()
              + " "
              + System.nanoTime()
              + " "
              + Instant.now();
      drawn.add(one);
      context.output(DRAWN, one);
      context
          .timerService()
          .registerProcessingTimeTimer(
              context.timerService().currentProcessingTime() + 1 + random.nextInt(20));
      out.collect(item.toString());
    }

    @Override
    public void onTimer(long time, OnTimerContext context, Collector<String> out) throws Exception {
      int n = 0;
      for (String one : drawn.get()) {
        n++;
        context.output(DRAWN, one + " of " + context.getCurrentKey() + ", " + n + " at " + time);
      }
      drawn.clear();
    }
  }
}
