package dev.sightglass.agent.hooks.flink;

import java.lang.reflect.InvocationTargetException;

/** Writes values with one of Flink's serializers, as the job itself would. */
final class ValueWriter {
  private static final String OUTPUT = "org.apache.flink.core.memory.DataOutputSerializer";

  private final Object original;

  /** A copy of it, since some keep things while they write; null until the first value. */
  private Object serializer;

  private Object output;

  ValueWriter(Object serializer) {
    this.original = serializer;
  }

  /** False: it could not be written. */
  boolean write(Object value) {
    try {
      if (serializer == null) {
        serializer = Mirror.call(original, "duplicate");
        output =
            Class.forName(OUTPUT, false, original.getClass().getClassLoader())
                .getConstructor(int.class)
                .newInstance(256);
      }
      Mirror.call(output, "clear");
      Mirror.call(serializer, "serialize", value, output);
      return true;
    } catch (Mirror.NoSuchMember
        | ClassNotFoundException
        | NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException e) {
      return false;
    }
  }

  /** Holds what was written last, until the next time. */
  byte[] bytes() {
    return (byte[]) Mirror.call(output, "getSharedBuffer");
  }

  int length() {
    return Mirror.number(output, "length");
  }
}
