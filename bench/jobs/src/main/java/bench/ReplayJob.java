package bench;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * Events of an auction house, as fast as it goes, into one keyed task with a value, a map and a
 * timer for each key. Argument: the job's name.
 */
public final class ReplayJob {
  private ReplayJob() {}

  public static void main(String[] arguments) throws Exception {
    Configuration settings = new Configuration();
    settings.setString(
        "execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(settings);
    env.setParallelism(1);
    env.enableCheckpointing(1000);
    env.fromSequence(0, Long.MAX_VALUE - 1)
        .map(new Generator(0))
        .name("events")
        .assignTimestampsAndWatermarks(
            WatermarkStrategy.<Event>forBoundedOutOfOrderness(Duration.ofMillis(100))
                .withTimestampAssigner((event, before) -> event.at.toEpochMilli()))
        .keyBy(event -> event.auction)
        .process(new Bids())
        .returns(Types.TUPLE(Types.LONG, Types.LONG, Types.LONG))
        .name("bids")
        .sinkTo(new DiscardingSink<>())
        .disableChaining()
        .name("discard");
    env.execute(arguments[0]);
  }
}
