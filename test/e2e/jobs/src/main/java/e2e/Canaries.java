package e2e;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries planted strings wherever a job can have some: what it reads has them in key, value,
 * header and map key; it keeps others in state and as keys of timers, logs one, throws one at its
 * first attempt, holds one in a local variable, has one in a statement and one among its arguments.
 * What is planted in each part is made of {@code --seed}, as test/e2e/canary_plant_test.go makes
 * it.
 */
public final class Canaries {
  private static final Logger LOG = LoggerFactory.getLogger(Canaries.class);

  private Canaries() {}

  public static void main(String[] arguments) throws Exception {
    Job job = new Job("canaries", arguments);
    String seed = job.argument("seed");
    StreamExecutionEnvironment env = job.environment();
    Map<String, String> settings = new HashMap<>();
    settings.put("note", job.argument("note"));
    env.getConfig().setGlobalJobParameters(Configuration.fromMap(settings));
    DataStream<Planted> kept =
        env.fromSource(source(job), WatermarkStrategy.noWatermarks(), "arrivals")
            .uid("arrivals")
            .keyBy(planted -> planted.key)
            .process(new Keep(seed))
            .name("keep")
            .uid("keep");
    kept.keyBy(new ByTimer(seed))
        .process(new Wait())
        .name("wait")
        .uid("wait")
        .sinkTo(sink(job))
        .name("departures")
        .uid("departures");
    StreamTableEnvironment tables = StreamTableEnvironment.create(env);
    tables.createTemporaryView(
        "arrived",
        kept.map(p -> Row.of(p.number, p.key)).returns(Types.ROW(Types.LONG, Types.STRING)));
    tables
        .toDataStream(
            tables.sqlQuery(
                "SELECT f0, UPPER(f1) AS f1 FROM arrived WHERE f1 <> '" + plant("sql", seed) + "'"))
        .print()
        .name("others")
        .uid("others");
    env.execute("canaries");
  }

  /** The planted string of a part. */
  static String plant(String part, String seed) {
    try {
      byte[] sum =
          MessageDigest.getInstance("SHA-256")
              .digest((part + ":" + seed).getBytes(StandardCharsets.UTF_8));
      StringBuilder s = new StringBuilder("zq");
      for (int i = 0; i < 7; i++) {
        s.append(String.format("%02x", sum[i]));
      }
      return s.toString();
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KafkaSource<Planted> source(Job job) {
    return KafkaSource.<Planted>builder()
        .setBootstrapServers(job.argument("bootstrap"))
        .setTopics(job.argument("in"))
        .setGroupId("canaries")
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setDeserializer(new Reader(job.argument("seed")))
        .build();
  }

  private static KafkaSink<Planted> sink(Job job) {
    return KafkaSink.<Planted>builder()
        .setBootstrapServers(job.argument("bootstrap"))
        .setRecordSerializer(new Writer(job.argument("out")))
        .build();
  }

  /** A record as the job has it. */
  public static class Planted {
    public long number;
    public String key;
    public String text;
    public String who;
    public Map<String, Long> tags;
  }

  private static final class Reader implements KafkaRecordDeserializationSchema<Planted> {
    private static final long serialVersionUID = 1;
    private final String seed;

    Reader(String seed) {
      this.seed = seed;
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> r, Collector<Planted> out) {
      Planted p = new Planted();
      p.number = r.offset();
      p.key = new String(r.key(), StandardCharsets.UTF_8);
      p.text = new String(r.value(), StandardCharsets.UTF_8);
      for (Header h : r.headers()) {
        p.who = new String(h.value(), StandardCharsets.UTF_8);
      }
      p.tags = new HashMap<>();
      p.tags.put(plant("mapkey", seed) + p.number, p.number);
      out.collect(p);
    }

    @Override
    public TypeInformation<Planted> getProducedType() {
      return TypeInformation.of(Planted.class);
    }
  }

  private static final class Writer implements KafkaRecordSerializationSchema<Planted> {
    private static final long serialVersionUID = 1;
    private final String topic;

    Writer(String topic) {
      this.topic = topic;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
        Planted p, KafkaSinkContext context, Long timestamp) {
      ProducerRecord<byte[], byte[]> r =
          new ProducerRecord<>(
              topic,
              p.key.getBytes(StandardCharsets.UTF_8),
              p.text.getBytes(StandardCharsets.UTF_8));
      r.headers().add("who", p.who.getBytes(StandardCharsets.UTF_8));
      return r;
    }
  }

  /** Keeps what no record has, and fails once at the record after the third. */
  private static final class Keep extends KeyedProcessFunction<String, Planted, Planted> {
    private static final long serialVersionUID = 1;
    private final String seed;
    private transient ValueState<String> last;
    private transient MapState<String, Long> counts;

    Keep(String seed) {
      this.seed = seed;
    }

    @Override
    public void open(OpenContext context) {
      last = getRuntimeContext().getState(new ValueStateDescriptor<>("last", String.class));
      counts =
          getRuntimeContext()
              .getMapState(new MapStateDescriptor<>("counts", String.class, Long.class));
    }

    @Override
    public void processElement(Planted p, Context context, Collector<Planted> out)
        throws Exception {
      String secret = plant("local", seed) + p.number;
      if (p.number == 3) {
        LOG.warn("the record of {} is odd", plant("log", seed));
        if (getRuntimeContext().getTaskInfo().getAttemptNumber() == 0) {
          throw new IllegalArgumentException("nobody knows " + plant("exception", seed));
        }
      }
      String before = last.value();
      last.update(plant("state", seed) + p.number);
      counts.put(plant("statekey", seed), p.number + (before == null ? 0 : secret.length()));
      out.collect(p);
    }
  }

  private static final class ByTimer implements KeySelector<Planted, String> {
    private static final long serialVersionUID = 1;
    private final String seed;

    ByTimer(String seed) {
      this.seed = seed;
    }

    @Override
    public String getKey(Planted p) {
      return plant("timer", seed) + p.number;
    }
  }

  /** Gives each record out by a timer. */
  private static final class Wait extends KeyedProcessFunction<String, Planted, Planted> {
    private static final long serialVersionUID = 1;
    private transient ValueState<Planted> waiting;

    @Override
    public void open(OpenContext context) {
      waiting = getRuntimeContext().getState(new ValueStateDescriptor<>("waiting", Planted.class));
    }

    @Override
    public void processElement(Planted p, Context context, Collector<Planted> out)
        throws Exception {
      waiting.update(p);
      context
          .timerService()
          .registerProcessingTimeTimer(context.timerService().currentProcessingTime() + 100);
    }

    @Override
    public void onTimer(long at, OnTimerContext context, Collector<Planted> out) throws Exception {
      out.collect(waiting.value());
      waiting.clear();
    }
  }
}
