package dev.sightglass.agent.hooks.flink;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;

/** Writes single values as a serializer of Flink's does. Used by one thread. */
final class ValueBytes {
  private static final String VIEW = "org.apache.flink.core.memory.DataOutputSerializer";
  private static final int START_SIZE = 256;

  /** More is not written. */
  private static final int MAX = 1 << 20;

  private final Object serializer;
  private Object view;
  private final Method serialize;
  private final ClassLoader loader;

  /**
   * @param serializer a {@code TypeSerializer}; the job's own one is at work on the same thread, so
   *     a duplicate is used
   */
  ValueBytes(Object serializer) {
    this.serializer = Mirror.call(serializer, "duplicate");
    Class<?> type = Mirror.method(serializer.getClass(), "serialize", 2).getParameterTypes()[1];
    loader = type.getClassLoader();
    view = Mirror.make(loader, VIEW, START_SIZE);
    serialize = Mirror.method(this.serializer.getClass(), "serialize", 2);
  }

  /** Null when it is too much. */
  byte[] write(Object value) {
    clear();
    add(value);
    return bytes();
  }

  void clear() {
    if (isTooMuch()) {
      view = Mirror.make(loader, VIEW, START_SIZE); // the room of one large value is not kept
    } else {
      Mirror.call(view, "clear");
    }
  }

  void count(int n) {
    Mirror.call(view, "writeInt", n);
  }

  void add(Object value) {
    try {
      serialize.invoke(serializer, value, view);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new Mirror.NoSuchMember("serialize", e);
    }
  }

  boolean isTooMuch() {
    return Mirror.number(view, "length") > MAX;
  }

  /** What was added; null when it is too much. */
  byte[] bytes() {
    if (isTooMuch()) {
      return null;
    }
    byte[] shared = (byte[]) Mirror.call(view, "getSharedBuffer");
    return Arrays.copyOf(shared, Mirror.number(view, "length"));
  }
}
