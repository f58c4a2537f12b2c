package dev.sightglass.agent.hooks.flink;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;

/** Writes results of an asynchronous operator as its output serializer does. */
final class ResultWriter {
  private static final String VIEW = "org.apache.flink.core.memory.DataOutputSerializer";
  private static final int START_SIZE = 256;

  /** More is not written. */
  private static final int MAX = 1 << 20;

  private final Object operator;
  private final Object serializer;
  private final Object view;
  private final Method serialize;

  /**
   * @param operator an {@code AbstractStreamOperator} that has been set up
   */
  ResultWriter(Object operator) {
    this.operator = operator;
    Object config = Mirror.field(operator, "config");
    Object user = Mirror.call(operator, "getUserCodeClassloader");
    // The operator's own one is at work on the same thread, but may keep what it wrote last.
    serializer = Mirror.call(Mirror.call(config, "getTypeSerializerOut", user), "duplicate");
    view = Mirror.make(config.getClass().getClassLoader(), VIEW, START_SIZE);
    serialize = Mirror.method(serializer.getClass(), "serialize", 2);
  }

  boolean isOf(Object o) {
    return operator == o;
  }

  /** {@code u32} big-endian count, then each result; null when it is too much. */
  byte[] write(Collection<?> results) {
    Mirror.call(view, "clear");
    Mirror.call(view, "writeInt", results.size());
    for (Object r : results) {
      try {
        serialize.invoke(serializer, r, view);
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new Mirror.NoSuchMember("serialize", e);
      }
      if (Mirror.number(view, "length") > MAX) {
        return null;
      }
    }
    byte[] shared = (byte[]) Mirror.call(view, "getSharedBuffer");
    return Arrays.copyOf(shared, Mirror.number(view, "length"));
  }
}
