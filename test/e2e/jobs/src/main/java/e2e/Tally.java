package e2e;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Numbers what it reads, by key and again by the last digit, and writes it with all that Kafka said
 * of the record: its time and the type of that, its key, the epoch of its leader, its headers. It
 * fails at its first attempt when it meets {@code fail}.
 */
public final class Tally {
  private Tally() {}

  public static void main(String[] arguments) throws Exception {
    Job job = new Job("tally", arguments);
    StreamExecutionEnvironment env = job.environment();
    env.fromSource(
            source(job),
            WatermarkStrategy.<String>forBoundedOutOfOrderness(Duration.ofMillis(50))
                .withIdleness(Duration.ofSeconds(1)),
            "slips")
        .uid("slips")
        .map(String::trim)
        .name("tidy")
        .uid("tidy")
        .keyBy(slip -> slip.substring(0, slip.indexOf('|')), Types.STRING)
        .process(new Numbered<String>("number"))
        .name("number")
        .uid("number")
        .keyBy(slip -> slip.charAt(slip.length() - 1) - '0', Types.INT)
        .process(new Numbered<Integer>("again"))
        .name("again")
        .uid("again")
        .sinkTo(job.sink(job.argument("out")))
        .name("post")
        .uid("post");
    env.execute("tally");
  }

  private static KafkaSource<String> source(Job job) {
    return KafkaSource.<String>builder()
        .setBootstrapServers(job.argument("bootstrap"))
        .setTopics(job.argument("in").split(","))
        .setGroupId("tally")
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setDeserializer(new Whole())
        .build();
  }

  /** All of a record as text. */
  private static final class Whole implements KafkaRecordDeserializationSchema<String> {
    private static final long serialVersionUID = 1;

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> r, Collector<String> out) {
      StringBuilder s = new StringBuilder(text(r.value()));
      s.append('|').append(r.timestampType()).append('|').append(r.timestamp());
      s.append('|').append(text(r.key())).append('|').append(r.leaderEpoch().orElse(-1));
      for (Header h : r.headers()) {
        s.append('|').append(h.key()).append('=').append(text(h.value()));
      }
      out.collect(s.toString());
    }

    private static String text(byte[] b) {
      return b == null ? "null" : new String(b, StandardCharsets.UTF_8);
    }

    @Override
    public TypeInformation<String> getProducedType() {
      return Types.STRING;
    }
  }

  /** Puts behind each value how many of its key came, this one counted. */
  private static final class Numbered<K> extends KeyedProcessFunction<K, String, String> {
    private static final long serialVersionUID = 1;

    private final String name;
    private transient ValueState<Long> count;

    Numbered(String name) {
      this.name = name;
    }

    @Override
    public void open(OpenContext context) {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>(name, Types.LONG));
    }

    @Override
    public void processElement(String slip, Context context, Collector<String> out)
        throws Exception {
      if (slip.startsWith("fail") && getRuntimeContext().getTaskInfo().getAttemptNumber() == 0) {
        throw new IllegalStateException("the planted failure");
      }
      long n = count.value() == null ? 1 : count.value() + 1;
      count.update(n);
      out.collect(slip + "|" + n);
    }
  }
}
