package e2e;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Hands records on in transactions, and fails at its first attempt when it meets {@code fail}. */
public final class Careful {
  private Careful() {}

  public static void main(String[] arguments) throws Exception {
    Job job = new Job("careful", arguments);
    StreamExecutionEnvironment env = job.environment();
    env.fromSource(job.source(), WatermarkStrategy.noWatermarks(), "entries")
        .uid("entries")
        .map(new FailOnce())
        .name("check")
        .uid("check")
        .sinkTo(job.exactlyOnceSink(job.argument("out")))
        .name("book")
        .uid("book");
    env.execute("careful");
  }

  private static final class FailOnce extends RichMapFunction<String, String> {
    private static final long serialVersionUID = 1;

    @Override
    public String map(String entry) {
      if (entry.equals("fail") && getRuntimeContext().getTaskInfo().getAttemptNumber() == 0) {
        throw new IllegalStateException("the planted failure");
      }
      return entry;
    }
  }
}
