package dev.sightglass.agent.testing;

import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job that reads everything that a task can take from outside and writes what it got into its
 * records: clocks, random numbers, orders, results of an asynchronous function. Its classes come out of
 * a jar of its own, as on a cluster.
 *
 * <p>Arguments: number of records, the jar with the job's classes, the file that gets what arrives at
 * the end, {@code hashmap} or {@code rocksdb}, folder of checkpoints, then {@code key=value} settings.
 */
public final class DeterminantsJob {
  /** Keys; each has an event-time timer for every 500 records. */
  static final int KEYS = 20;

  private DeterminantsJob() {}

  public static void main(String[] arguments) throws Exception {
    long records = Long.parseLong(arguments[0]);
    Configuration c = configuration(arguments);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2, c);
    env.setMaxParallelism(128);
    env.getConfig().setGlobalJobParameters(new Parameters());
    KeySelector<Long, Long> byKey = id -> id % KEYS;
    SingleOutputStreamOperator<Long> numbers =
        env.fromSequence(0, records - 1)
            .name("numbers")
            .map(new Slow())
            .assignTimestampsAndWatermarks(
                WatermarkStrategy.<Long>forBoundedOutOfOrderness(Duration.ofMillis(20))
                    .withTimestampAssigner((id, t) -> 1_700_000_000_000L + id)
                    // Asks a clock, and is never reached: a split that is idle while the other one
                    // ends leaves timers that nothing fires any more.
                    .withIdleness(Duration.ofSeconds(60)));
    SingleOutputStreamOperator<String> read =
        numbers.keyBy(byKey).process(new ReadAll()).name("read-all").uid("read-all").disableChaining();
    AsyncDataStream.orderedWait(
            read.rebalance(), new Answer(), 5, TimeUnit.SECONDS, 20)
        .name("answer")
        .disableChaining()
        .keyBy(s -> s.substring(0, 1))
        .map(new End(arguments[2]))
        .name("end")
        .sinkTo(new DiscardingSink<>());
    env.execute("determinants");
    System.out.println("ends " + Files.readAllLines(Path.of(arguments[2])).size());
  }

  private static Configuration configuration(String[] arguments) {
    Configuration c = new Configuration();
    c.setString("pipeline.jars", new File(arguments[1]).toURI().toString());
    c.setString("pipeline.auto-watermark-interval", "20ms");
    c.setString("s3.secret-key", planted(1));
    c.setString("my.hidden.thing", planted(2));
    c.setString("plain.url", "jdbc:x://u:" + planted(3) + "@h/d?password=" + planted(4));
    c.setString("$internal.application.program-args", "--in;file;--db-password;" + planted(5));
    c.setString("state.backend.type", arguments[3]);
    c.setString("execution.checkpointing.interval", "150ms");
    c.setString("execution.checkpointing.dir", new File(arguments[4]).toURI().toString());
    c.setString("execution.checkpointing.incremental", "true");
    c.setString("execution.checkpointing.tolerable-failed-checkpoints", "100");
    c.setString("restart-strategy.type", "none");
    c.setString("execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
    c.setString("taskmanager.memory.network.min", "32m");
    c.setString("taskmanager.memory.network.max", "32m");
    c.setString("taskmanager.memory.managed.size", "64m");
    for (int i = 5; i < arguments.length; i++) {
      String[] kv = arguments[i].split("=", 2);
      c.setString(kv[0], kv[1]);
    }
    return c;
  }

  /** A secret that must not leave the process. */
  static String planted(int n) {
    return "Planted-" + n + "-s3cr3t-" + Integer.toString(31 * n + 1_000_000, 36);
  }

  /** Parameters of the job as a program gives them. */
  private static final class Parameters extends ExecutionConfig.GlobalJobParameters {
    private static final long serialVersionUID = 1;
    private final Map<String, String> all = new HashMap<>();

    Parameters() {
      all.put("topic", "orders");
      all.put("sasl.password", planted(6));
    }

    @Override
    public Map<String, String> toMap() {
      return all;
    }
  }

  /** Slow, and slower until enough checkpoints are complete: on a busy machine they take long. */
  private static final class Slow implements MapFunction<Long, Long>, CheckpointListener {
    private static final long serialVersionUID = 1;
    private static final int ENOUGH = 8;
    private int complete;

    @Override
    public Long map(Long id) throws InterruptedException {
      if (id % 50 == 0) {
        Thread.sleep(complete < ENOUGH ? 100 : 10);
      }
      return id;
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) {
      complete++;
    }
  }

  /** Gives {@code e|id|reads} for each element, {@code t|time|key|map} for each event-time timer. */
  private static final class ReadAll extends KeyedProcessFunction<Long, Long, String> {
    private static final long serialVersionUID = 1;
    private static final Logger LOG = LoggerFactory.getLogger(ReadAll.class);
    private final Properties client = new Properties();
    private final String apiKey = planted(7).trim();
    private transient MapState<String, Long> seen;
    private transient ValueState<Long> fresh;
    private transient Reading reading;
    private transient long elements;

    ReadAll() {
      client.setProperty(
          "sasl.jaas.config",
          "org.x.PlainLoginModule required username=\"u\" password=\"" + planted(8) + "\";");
      client.setProperty("bootstrap.servers", "h:9092");
    }

    @Override
    public void open(OpenContext context) {
      if (apiKey.isEmpty() || client.isEmpty()) {
        throw new IllegalStateException("not as it was made");
      }
      seen =
          getRuntimeContext()
              .getMapState(new MapStateDescriptor<>("seen", Types.STRING, Types.LONG));
      ValueStateDescriptor<Long> d = new ValueStateDescriptor<>("fresh", Types.LONG);
      d.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofMillis(30)).build());
      fresh = getRuntimeContext().getState(d);
    }

    @Override
    public void processElement(Long id, Context context, Collector<String> out) throws Exception {
      if (reading == null) {
        reading = new Reading();
      }
      elements++;
      List<String> got = reading.all((int) (id % 4));
      got.add("3=" + context.timerService().currentProcessingTime());
      boolean expired = fresh.value() == null;
      fresh.update(id);
      got.add(expired ? "expired" : "fresh");
      seen.put("k" + id % 97, id);
      context.timerService().registerEventTimeTimer(context.timestamp() / 500 * 500 + 499);
      if (id % 100 == 7) {
        context
            .timerService()
            .registerProcessingTimeTimer(context.timerService().currentProcessingTime() + 5);
        LOG.warn("planted {}", id);
      }
      LOG.info("seen {}", id);
      out.collect("e|" + id + "|" + String.join(",", got));
    }

    @Override
    public void onTimer(long time, OnTimerContext context, Collector<String> out)
        throws Exception {
      if (context.timeDomain() == TimeDomain.PROCESSING_TIME) {
        return;
      }
      StringBuilder keys = new StringBuilder();
      for (Map.Entry<String, Long> e : seen.entries()) {
        keys.append(keys.length() == 0 ? "" : ",").append(e.getKey());
      }
      out.collect("t|" + time + "|" + context.getCurrentKey() + "|" + keys);
      if (time / 500 % 4 == 3 && context.getCurrentKey() % 2 == 0) {
        // From here on the map has more buckets than one that only grew.
        for (int i = 10; i < 97; i++) {
          seen.remove("k" + i);
        }
      }
    }
  }

  /** Answers from another thread: nothing, one, or two results. */
  private static final class Answer extends RichAsyncFunction<String, String> {
    private static final long serialVersionUID = 1;
    private transient ExecutorService threads;

    @Override
    public void open(OpenContext context) {
      threads = Executors.newFixedThreadPool(3);
    }

    @Override
    public void close() {
      threads.shutdownNow();
    }

    @Override
    public void asyncInvoke(String in, ResultFuture<String> future) {
      String[] parts = in.split("\\|");
      threads.execute(
          () -> {
            if (parts[0].equals("t")) {
              future.complete(List.of(in));
              return;
            }
            List<String> results = new ArrayList<>();
            for (long i = Long.parseLong(parts[1]) % 3; i > 0; i--) {
              results.add("a|" + parts[1] + "|" + i);
            }
            future.complete(results.isEmpty() ? Collections.emptyList() : results);
          });
    }
  }

  private static final class End extends RichMapFunction<String, String> {
    private static final long serialVersionUID = 1;
    private final String file;
    private transient Writer writer;

    End(String file) {
      this.file = file;
    }

    @Override
    public void open(OpenContext context) throws IOException {
      writer =
          Files.newBufferedWriter(
              Path.of(file),
              StandardCharsets.UTF_8,
              StandardOpenOption.CREATE,
              StandardOpenOption.APPEND);
    }

    @Override
    public String map(String s) throws IOException {
      synchronized (End.class) {
        writer.write(s + "\n");
        writer.flush();
      }
      return s;
    }

    @Override
    public void close() throws IOException {
      if (writer != null) {
        writer.close();
      }
    }
  }
}
