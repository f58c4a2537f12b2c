package e2e;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Writes what it reads to files and to the standard output, slowly, so that unaligned checkpoints
 * hold elements that are on their way. It fails at its first attempt when it meets {@code fail}.
 */
public final class Outlets {
  private Outlets() {}

  public static void main(String[] arguments) throws Exception {
    Job job = new Job("outlets", arguments);
    StreamExecutionEnvironment env = job.environment();
    env.getCheckpointConfig().enableUnalignedCheckpoints();
    DataStream<String> slow =
        env.fromSource(
                job.source(),
                WatermarkStrategy.<String>forBoundedOutOfOrderness(Duration.ofMillis(100))
                    .withIdleness(Duration.ofSeconds(1)),
                "lines")
            .uid("lines")
            .map(String::trim)
            .name("tidy")
            .uid("tidy")
            .rebalance()
            .map(new Slow())
            .name("slow")
            .uid("slow")
            .rebalance();
    slow.sinkTo(
            FileSink.<String>forRowFormat(
                    new Path(job.argument("out")), new SimpleStringEncoder<>())
                .build())
        .name("file")
        .uid("file");
    slow.print().name("print").uid("print");
    env.execute("outlets");
  }

  private static final class Slow extends RichMapFunction<String, String> {
    private static final long serialVersionUID = 1;

    @Override
    public String map(String line) throws Exception {
      if (line.equals("fail") && getRuntimeContext().getTaskInfo().getAttemptNumber() == 0) {
        throw new IllegalStateException("the planted failure");
      }
      Thread.sleep(3);
      return line;
    }
  }
}
