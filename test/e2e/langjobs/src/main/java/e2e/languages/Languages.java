package e2e.languages;

import e2e.readings.JudgeReadings;
import e2e.visits.CountVisits;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;

/**
 * Numbers through a function in Kotlin, one in Scala and one in Java, each keyed and with state.
 */
public final class Languages {
  private Languages() {}

  public static void main(String[] arguments) throws Exception {
    long count = Long.parseLong(arguments[0]);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    env.enableCheckpointing(300);
    env.fromSequence(0, count - 1)
        .name("numbers")
        .process(new Slow())
        .returns(Types.LONG)
        .name("slow")
        .assignTimestampsAndWatermarks(
            WatermarkStrategy.<Long>forBoundedOutOfOrderness(Duration.ZERO)
                .withTimestampAssigner((n, was) -> n * 100))
        .keyBy(n -> n % 3)
        .process(new CountVisits())
        .name("in-kotlin")
        .uid("in-kotlin")
        .keyBy(text -> text.split(" ")[1])
        .process(new JudgeReadings())
        .name("in-scala")
        .uid("in-scala")
        .keyBy(text -> text.split(" ")[0])
        .process(new RankTexts())
        .name("in-java")
        .uid("in-java")
        .rebalance()
        .sinkTo(new DiscardingSink<>())
        .name("end");
    env.execute("languages");
  }

  /** A few hundred numbers a second, so that there are checkpoints among them. */
  private static final class Slow extends ProcessFunction<Long, Long> {
    private static final long serialVersionUID = 1;

    @Override
    public void processElement(Long n, Context context, Collector<Long> out) throws Exception {
      Thread.sleep(4);
      out.collect(n);
    }
  }
}
