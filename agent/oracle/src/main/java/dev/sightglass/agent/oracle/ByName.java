package dev.sightglass.agent.oracle;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Reaches what only one Flink line has, and what Flink keeps to itself. */
final class ByName {
  private ByName() {}

  static boolean exists(String name) {
    try {
      Class.forName(name);
      return true;
    } catch (ClassNotFoundException absent) {
      return false;
    }
  }

  static Class<?> type(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A serializer by its constructor of one parameter; null when this line has no such class. */
  static TypeSerializer<?> make(String name, Class<?> parameter, Object argument) {
    return exists(name) ? (TypeSerializer<?>) create(name, new Class<?>[] {parameter}, argument) : null;
  }

  static Object create(String name, Class<?>[] parameters, Object... arguments) {
    try {
      Constructor<?> c = Class.forName(name).getDeclaredConstructor(parameters);
      c.setAccessible(true);
      return c.newInstance(arguments);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(name, e);
    }
  }

  /** Calls the method of that name and number of parameters. */
  static Object call(Class<?> type, Object on, String name, Object... arguments) {
    try {
      for (Method m : type.getDeclaredMethods()) {
        if (m.getName().equals(name) && m.getParameterCount() == arguments.length && !m.isBridge()) {
          m.setAccessible(true);
          return m.invoke(on, arguments);
        }
      }
      throw new NoSuchMethodException(name);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.getName(), e);
    }
  }

  /** Value of a field of the class itself; {@code on} is null for a static one. */
  static Object field(String type, Object on, String name) {
    try {
      Field f = Class.forName(type).getDeclaredField(name);
      f.setAccessible(true);
      return f.get(on);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type, e);
    }
  }
}
