package e2e;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** What the jobs have in common: arguments {@code --name value}, Kafka as text, checkpoints. */
final class Job {
  private final Map<String, String> arguments = new HashMap<>();
  private final String name;

  Job(String name, String[] arguments) {
    this.name = name;
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      this.arguments.put(arguments[i].substring(2), arguments[i + 1]);
    }
  }

  String argument(String name) {
    String value = arguments.get(name);
    if (value == null) {
      throw new IllegalArgumentException("--" + name + " is missing");
    }
    return value;
  }

  StreamExecutionEnvironment environment() {
    Configuration configuration = new Configuration();
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofSeconds(1));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(Integer.parseInt(argument("parallelism")));
    env.enableCheckpointing(1000);
    return env;
  }

  KafkaSource<String> source() {
    return KafkaSource.<String>builder()
        .setBootstrapServers(argument("bootstrap"))
        .setTopics(argument("in"))
        .setGroupId(name)
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setValueOnlyDeserializer(new SimpleStringSchema())
        .build();
  }

  KafkaSink<String> sink(String topic) {
    return builder(topic).setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE).build();
  }

  KafkaSink<String> exactlyOnceSink(String topic) {
    return builder(topic)
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        .setTransactionalIdPrefix(name)
        .setProperty("transaction.timeout.ms", "60000")
        .build();
  }

  private KafkaSinkBuilder<String> builder(String topic) {
    return KafkaSink.<String>builder()
        .setBootstrapServers(argument("bootstrap"))
        .setRecordSerializer(
            KafkaRecordSerializationSchema.<String>builder()
                .setTopic(topic)
                .setValueSerializationSchema(new SimpleStringSchema())
                .build());
  }
}
