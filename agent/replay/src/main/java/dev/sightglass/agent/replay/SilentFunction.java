package dev.sightglass.agent.replay;

import java.io.Serializable;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;

/** Stands in for a function that writes to the outside: takes all, and does nothing. */
final class SilentFunction implements InvocationHandler, Serializable {
  private static final long serialVersionUID = 1;

  private SilentFunction() {}

  static Object of(Object function, ClassLoader user) {
    return Members.proxy(function, user, new SilentFunction());
  }

  /** Whether it is one of Flink's own functions at the end of a stream. */
  static boolean isFor(Object function) {
    if (!function.getClass().getName().startsWith("org.apache.flink.")) {
      return false;
    }
    for (Class<?> c = function.getClass(); c != null; c = c.getSuperclass()) {
      for (Class<?> i : c.getInterfaces()) {
        // Its package is another one since 2.0.
        if (i.getSimpleName().equals("SinkFunction")) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public Object invoke(Object self, Method m, Object[] a) {
    return nothing(m);
  }

  /** What a method gives that does nothing. */
  static Object nothing(Method m) {
    Class<?> given = m.getReturnType();
    if (!given.isPrimitive() || given == void.class) {
      return null;
    }
    return Array.get(Array.newInstance(given, 1), 0); // false or zero
  }
}
