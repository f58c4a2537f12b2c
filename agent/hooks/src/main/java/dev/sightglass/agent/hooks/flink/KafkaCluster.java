package dev.sightglass.agent.hooks.flink;

import java.util.Properties;

/** The bootstrap servers that a source or sink was configured with. */
final class KafkaCluster {
  private static final String KEY = "bootstrap.servers";

  private KafkaCluster() {}

  /**
   * @param factory a {@code SourceOperatorFactory} or null
   */
  static String ofSource(Object factory) {
    return factory == null ? "" : of(Mirror.field(factory, "source"), "props");
  }

  /**
   * @param factory a {@code SinkWriterOperatorFactory} or null
   */
  static String ofSink(Object factory) {
    return factory == null ? "" : of(Mirror.field(factory, "sink"), "kafkaProducerConfig");
  }

  private static String of(Object connector, String field) {
    if (!connector.getClass().getName().contains("Kafka")) {
      return "";
    }
    Object p = Mirror.field(connector, field);
    return p instanceof Properties ? ((Properties) p).getProperty(KEY, "") : "";
  }
}
