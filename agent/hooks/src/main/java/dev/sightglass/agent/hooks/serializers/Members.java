package dev.sightglass.agent.hooks.serializers;

import java.lang.reflect.Field;
import java.lang.reflect.Method;

/** Reads private members of Flink's objects by name; every failure is "not there". */
final class Members {
  private Members() {}

  /** Value of the field {@code name} of {@code o} or of a superclass; null when there is none. */
  static Object field(Object o, String name) {
    for (Class<?> k = o.getClass(); k != null; k = k.getSuperclass()) {
      try {
        Field f = k.getDeclaredField(name);
        f.setAccessible(true);
        return f.get(o);
      } catch (NoSuchFieldException e) {
        // perhaps in the superclass
      } catch (IllegalAccessException | RuntimeException e) {
        return null;
      }
    }
    return null;
  }

  /** Result of the public method {@code name} without parameters; null when there is none. */
  static Object call(Object o, String name) {
    for (Class<?> k = o.getClass(); k != null; k = k.getSuperclass()) {
      try {
        Method m = k.getDeclaredMethod(name);
        m.setAccessible(true);
        return m.invoke(o);
      } catch (NoSuchMethodException e) {
        // perhaps in the superclass
      } catch (ReflectiveOperationException | RuntimeException e) {
        return null;
      }
    }
    return null;
  }

  /** Result of the public method {@code name} with one int; null when there is none. */
  static Object call(Object o, String name, int argument) {
    try {
      Method m = o.getClass().getMethod(name, int.class);
      m.setAccessible(true);
      return m.invoke(o, argument);
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null;
    }
  }

  /** As {@link #call}, for a number; {@code otherwise} when it is none. */
  static int number(Object o, String method, int otherwise) {
    Object v = call(o, method);
    return v instanceof Number ? ((Number) v).intValue() : otherwise;
  }

  static Object[] array(Object o, String field) {
    Object v = field(o, field);
    return v instanceof Object[] ? (Object[]) v : new Object[0];
  }
}
