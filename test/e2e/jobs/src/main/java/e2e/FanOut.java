package e2e;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;

/**
 * Reads numbers and writes their children.
 *
 * <p>Number {@code n} has the children {@code n/0} to {@code n/k} with {@code k + 1 = n % 4}; every
 * fiftieth number also {@code n/b0} to {@code n/b3}, one from each subtask of a broadcast.
 */
public final class FanOut {
  private FanOut() {}

  public static void main(String[] arguments) throws Exception {
    Job job = new Job("fan-out", arguments);
    StreamExecutionEnvironment env = job.environment();
    DataStream<String> numbers =
        env.fromSource(job.source(), WatermarkStrategy.noWatermarks(), "numbers")
            .uid("numbers")
            .map(String::trim)
            .name("tidy")
            .uid("tidy");
    DataStream<String> children =
        numbers
            .rebalance()
            .<String>flatMap(FanOut::children)
            .returns(Types.STRING)
            .name("split")
            .uid("split")
            .keyBy(child -> Math.floorMod(child.hashCode(), 64))
            .map(child -> child)
            .returns(Types.STRING)
            .name("pass")
            .uid("pass");
    DataStream<String> copies =
        numbers
            .filter(number -> Long.parseLong(number) % 50 == 0)
            .name("pick")
            .uid("pick")
            .broadcast()
            .flatMap(new Copy())
            .name("copy")
            .uid("copy");
    children.union(copies).sinkTo(job.sink(job.argument("out"))).name("write").uid("write");
    env.execute("fan-out");
  }

  private static void children(String number, Collector<String> out) {
    long count = Long.parseLong(number) % 4;
    for (long child = 0; child < count; child++) {
      out.collect(number + "/" + child);
    }
  }

  static final class Copy extends RichFlatMapFunction<String, String> {
    @Override
    public void flatMap(String number, Collector<String> out) {
      out.collect(number + "/b" + getRuntimeContext().getTaskInfo().getIndexOfThisSubtask());
    }
  }
}
