package dev.sightglass.agent.hooks.flink;

import java.util.Collection;

/** Writes results of an asynchronous operator as its output serializer does. */
final class ResultWriter {
  private final Object operator;
  private final ValueBytes values;

  /**
   * @param operator an {@code AbstractStreamOperator} that has been set up
   */
  ResultWriter(Object operator) {
    this.operator = operator;
    Object config = Mirror.field(operator, "config");
    Object user = Mirror.call(operator, "getUserCodeClassloader");
    values = new ValueBytes(Mirror.call(config, "getTypeSerializerOut", user));
  }

  boolean isOf(Object o) {
    return operator == o;
  }

  /** {@code u32} big-endian count, then each result; null when it is too much. */
  byte[] write(Collection<?> results) {
    values.clear();
    values.count(results.size());
    for (Object r : results) {
      values.add(r);
      if (values.isTooMuch()) {
        return null;
      }
    }
    return values.bytes();
  }
}
