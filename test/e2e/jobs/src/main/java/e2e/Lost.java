package e2e;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Loses records where Kafka is: its deserializer makes nothing of odd numbers, and its transactions
 * time out long before a checkpoint, which is taken only when the test asks for it.
 */
public final class Lost {
  private Lost() {}

  public static void main(String[] arguments) throws Exception {
    Job job = new Job("lost", arguments);
    StreamExecutionEnvironment env = job.environment();
    env.enableCheckpointing(3_600_000);
    env.fromSource(
            KafkaSource.<String>builder()
                .setBootstrapServers(job.argument("bootstrap"))
                .setTopics(job.argument("in"))
                .setGroupId("lost")
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setValueOnlyDeserializer(new Even())
                .build(),
            WatermarkStrategy.noWatermarks(),
            "any")
        .uid("any")
        .sinkTo(
            KafkaSink.<String>builder()
                .setBootstrapServers(job.argument("bootstrap"))
                .setRecordSerializer(
                    KafkaRecordSerializationSchema.<String>builder()
                        .setTopic(job.argument("out"))
                        .setValueSerializationSchema(new SimpleStringSchema())
                        .build())
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix("lost")
                .setProperty("transaction.timeout.ms", "1000")
                .build())
        .name("even")
        .uid("even");
    env.execute("lost");
  }

  /** Gives nothing for an odd number, as deserializers do that mean to skip a record. */
  private static final class Even extends SimpleStringSchema {
    @Override
    public String deserialize(byte[] message) {
      String number = super.deserialize(message);
      return Long.parseLong(number) % 2 == 0 ? number : null;
    }
  }
}
