package dev.sightglass.agent.hooks.flink;

/** What sort of operator it is, from the names of its class and factory. */
final class OperatorKind {
  /** Part of a simple class name, and the kind that it means; the first that fits. */
  private static final String[][] KINDS = {
    {"SourceOperator", "source"},
    {"StreamSource", "source"},
    {"ContinuousFileReader", "source"},
    {"Committer", "committer"},
    {"SinkWriter", "sink"},
    {"StreamSink", "sink"},
    {"SinkOperator", "sink"},
    {"AsyncWait", "async"},
    {"TimestampsAndWatermarks", "watermarks"},
    {"WatermarkAssigner", "watermarks"},
    {"Window", "window"},
    {"IntervalJoin", "join"},
    {"Join", "join"},
    {"CoBroadcast", "process"},
    {"CoProcess", "process"},
    {"Process", "process"},
    {"FlatMap", "flatmap"},
    {"StreamMap", "map"},
    {"Filter", "filter"},
    {"Reduce", "reduce"},
    {"Project", "project"},
    {"Cep", "cep"},
    {"Calc", "calc"},
    {"Aggregate", "aggregate"},
    {"MultipleInput", "multiple"},
  };

  private OperatorKind() {}

  /**
   * @param operator class of the operator, empty when it is not known
   * @param factory class of its factory, empty when it is not known
   */
  static String of(String operator, String factory) {
    String kind = find(operator);
    return kind.isEmpty() ? find(factory) : kind;
  }

  private static String find(String className) {
    String simple = className.substring(className.lastIndexOf('.') + 1);
    for (String[] k : KINDS) {
      if (simple.contains(k[0])) {
        return k[1];
      }
    }
    return "";
  }
}
