package e2e;

import java.util.concurrent.ThreadLocalRandom;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * Every output of {@code fates} says what it was decided by: the number that came, the clock, a
 * random number, what state held, and timers. Whatever of these is otherwise in a replay shows at
 * the record that it is of. Ends by itself.
 */
public final class Fates {
  private Fates() {}

  public static void main(String[] arguments) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    env.setBufferTimeout(1); // runs of both channels are short
    env.enableCheckpointing(500);
    env.fromSequence(0, 1199)
        .setParallelism(2)
        .process(new Slow())
        .setParallelism(2)
        .returns(Types.LONG)
        .name("slow")
        .keyBy(n -> n % 5)
        .process(new Decide())
        .name("fates")
        .rebalance()
        .sinkTo(new DiscardingSink<>());
    env.execute("fates");
  }

  static final class Slow extends ProcessFunction<Long, Long> {
    private static final long serialVersionUID = 1;

    @Override
    public void processElement(Long n, Context context, Collector<Long> out) throws Exception {
      Thread.sleep(5);
      out.collect(n);
    }
  }

  /** Has no serialVersionUID: any other version of it has another one. */
  @SuppressWarnings("serial")
  private static final class Decide extends KeyedProcessFunction<Long, Long, String> {
    private transient ValueState<Long> seen;

    @Override
    public void open(OpenContext context) {
      seen = getRuntimeContext().getState(new ValueStateDescriptor<>("seen", Types.LONG));
    }

    @Override
    public void processElement(Long n, Context context, Collector<String> out) throws Exception {
      long count = seen.value() == null ? 1 : seen.value() + 1;
      seen.update(count);
      out.collect(
          words(n) + " at " + System.currentTimeMillis() + " drew " + draw() + ", " + count);
      long now = context.timerService().currentProcessingTime();
      context.timerService().registerProcessingTimeTimer(now / 100 * 100 + 100);
    }

    @Override
    public void onTimer(long at, OnTimerContext context, Collector<String> out) throws Exception {
      out.collect("timer of " + context.getCurrentKey() + " for " + at + ", " + seen.value());
    }

    /** The test makes another version of this class of it, by other bytes of constants. */
    String words(long n) {
      return n % 50 == 7 ? "lucky " + n : "number " + n;
    }

    private static int draw() {
      return ThreadLocalRandom.current().nextInt(1000);
    }
  }
}
