package e2e;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;

/**
 * Reads what {@link FanOut} wrote, drops some and doubles some.
 *
 * <p>Child {@code c} of number {@code n} is dropped when {@code (n + digit of c) % 5 == 4}; else it
 * becomes {@code n/c>0}, and also {@code n/c>1} when {@code n % 7 == 0}.
 */
public final class Relay {
  private Relay() {}

  public static void main(String[] arguments) throws Exception {
    Job job = new Job("relay", arguments);
    StreamExecutionEnvironment env = job.environment();
    env.fromSource(job.source(), WatermarkStrategy.noWatermarks(), "children")
        .uid("children")
        .filter(child -> (number(child) + child.charAt(child.length() - 1) - '0') % 5 != 4)
        .name("keep")
        .uid("keep")
        .map(child -> child + ">")
        .name("mark")
        .uid("mark")
        .shuffle()
        .<String>flatMap(Relay::doubled)
        .returns(Types.STRING)
        .name("double")
        .uid("double")
        .rescale()
        .map(grandchild -> grandchild)
        .returns(Types.STRING)
        .name("pass")
        .uid("pass")
        .setParallelism(2)
        .rescale()
        .sinkTo(job.sink(job.argument("out")))
        .name("write")
        .uid("write");
    env.execute("relay");
  }

  private static long number(String child) {
    return Long.parseLong(child.substring(0, child.indexOf('/')));
  }

  private static void doubled(String child, Collector<String> out) {
    out.collect(child + "0");
    if (number(child) % 7 == 0) {
      out.collect(child + "1");
    }
  }
}
