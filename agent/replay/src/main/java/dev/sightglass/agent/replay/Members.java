package dev.sightglass.agent.replay;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/** Members of Flink's classes that are not for others, by name, superclasses included. */
final class Members {
  private Members() {}

  static Field field(Class<?> of, String name) throws NoSuchFieldException {
    for (Class<?> c = of; c != null; c = c.getSuperclass()) {
      try {
        Field f = c.getDeclaredField(name);
        f.setAccessible(true);
        return f;
      } catch (NoSuchFieldException e) {
        // further up
      }
    }
    throw new NoSuchFieldException(of.getName() + "." + name);
  }

  static Object get(Object o, String name) throws ReflectiveOperationException {
    return field(o.getClass(), name).get(o);
  }

  static boolean has(Object o, String name) {
    try {
      return field(o.getClass(), name) != null;
    } catch (NoSuchFieldException e) {
      return false;
    }
  }

  /** Null when there is no such field. */
  static Object optional(Object o, String name) throws IllegalAccessException {
    try {
      return field(o.getClass(), name).get(o);
    } catch (NoSuchFieldException e) {
      return null;
    }
  }

  static void set(Object o, String name, Object value) throws ReflectiveOperationException {
    field(o.getClass(), name).set(o, value);
  }

  /** Calls a method that has one parameter. */
  static Object callWith(Object o, String name, Object argument)
      throws ReflectiveOperationException {
    for (Class<?> c = o.getClass(); c != null; c = c.getSuperclass()) {
      for (Method m : c.getDeclaredMethods()) {
        if (m.getName().equals(name) && m.getParameterCount() == 1) {
          m.setAccessible(true);
          return m.invoke(o, argument);
        }
      }
    }
    throw new NoSuchMethodException(o.getClass().getName() + "." + name);
  }

  /** Calls a method that has no parameters. */
  static Object call(Object o, String name) throws Exception {
    for (Class<?> c = o.getClass(); c != null; c = c.getSuperclass()) {
      for (Method m : c.getDeclaredMethods()) {
        if (m.getName().equals(name) && m.getParameterCount() == 0) {
          m.setAccessible(true);
          try {
            return m.invoke(o);
          } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception) {
              throw (Exception) e.getCause();
            }
            throw e;
          }
        }
      }
    }
    throw new NoSuchMethodException(o.getClass().getName() + "." + name);
  }

  /** The method of that name with so many parameters, superclasses included. */
  static Method method(Class<?> of, String name, int parameters) throws NoSuchMethodException {
    for (Class<?> c = of; c != null; c = c.getSuperclass()) {
      for (Method m : c.getDeclaredMethods()) {
        if (m.getName().equals(name) && m.getParameterCount() == parameters) {
          m.setAccessible(true);
          return m;
        }
      }
    }
    throw new NoSuchMethodException(of.getName() + "." + name);
  }

  static Object invoke(Object o, String name, Object... arguments) throws Exception {
    return call(o, method(o.getClass(), name, arguments.length), arguments);
  }

  /** Calls a method and lets through what it throws. */
  static Object call(Object o, Method m, Object[] arguments) throws Exception {
    try {
      m.setAccessible(true);
      return m.invoke(o, arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Exception) {
        throw (Exception) e.getCause();
      }
      throw e;
    }
  }

  /** An object of all the interfaces that another one implements. */
  static Object proxy(Object of, ClassLoader loader, InvocationHandler handler) {
    Set<Class<?>> all = new LinkedHashSet<>();
    for (Class<?> c = of.getClass(); c != null; c = c.getSuperclass()) {
      all.addAll(Arrays.asList(c.getInterfaces()));
    }
    return Proxy.newProxyInstance(loader, all.toArray(new Class<?>[0]), handler);
  }
}
