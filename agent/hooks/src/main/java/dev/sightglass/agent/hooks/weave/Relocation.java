package dev.sightglass.agent.hooks.weave;

/** Where a class of Kafka's client lies; {@code flink-sql-connector-kafka} moves them. */
final class Relocation {
  private static final String KAFKA = "org/apache/kafka/";

  private Relocation() {}

  /** The part of an internal name up to and with {@code org/apache/kafka/}. */
  static String root(String internalName) {
    int i = internalName.indexOf(KAFKA);
    return i < 0 ? KAFKA : internalName.substring(0, i + KAFKA.length());
  }
}
