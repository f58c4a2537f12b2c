package bench;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * Numbers, made into records of some 30 bytes, counted per key and thrown away. Arguments: the
 * parallelism and the job's name.
 */
public final class HotJob {
  private HotJob() {}

  public static void main(String[] arguments) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(Integer.parseInt(arguments[0]));
    env.enableCheckpointing(2000);
    env.getConfig().enableObjectReuse();
    env.fromSequence(0, Long.MAX_VALUE - 1)
        .map(number -> Tuple3.of(number, (int) (number % 1024), "payload-of-some-bytes"))
        .returns(Types.TUPLE(Types.LONG, Types.INT, Types.STRING))
        .name("make")
        .keyBy(record -> record.f1)
        .process(new CountPerKey())
        .returns(Types.TUPLE(Types.INT, Types.LONG))
        .name("count")
        .map(count -> Tuple2.of(count.f0, count.f1 + 1))
        .returns(Types.TUPLE(Types.INT, Types.LONG))
        .name("add")
        .sinkTo(new DiscardingSink<>())
        .name("discard");
    env.execute(arguments[1]);
  }
}
