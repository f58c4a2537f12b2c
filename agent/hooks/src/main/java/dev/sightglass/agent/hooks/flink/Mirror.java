package dev.sightglass.agent.hooks.flink;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads members of Flink's objects by name, private ones too. Lookups are remembered per class, in
 * the class itself, so that no loader of a job is kept alive.
 */
public final class Mirror {
  private static final Object ABSENT = new Object();

  private static final ClassValue<Map<String, Object>> MEMBERS =
      new ClassValue<>() {
        @Override
        protected Map<String, Object> computeValue(Class<?> type) {
          return new ConcurrentHashMap<>();
        }
      };

  private Mirror() {}

  /** A member that is not there, or that failed; names the member, not its value. */
  public static final class NoSuchMember extends RuntimeException {
    private static final long serialVersionUID = 1;

    NoSuchMember(String member, Throwable cause) {
      super(member, cause);
    }
  }

  /** Value of the field {@code name} of {@code o} or of a superclass. */
  public static Object field(Object o, String name) {
    Object f =
        MEMBERS.get(o.getClass()).computeIfAbsent("." + name, k -> findField(o.getClass(), name));
    if (f == ABSENT) {
      throw new NoSuchMember(o.getClass().getName() + "." + name, null);
    }
    try {
      return ((Field) f).get(o);
    } catch (IllegalAccessException e) {
      throw new NoSuchMember(o.getClass().getName() + "." + name, e);
    }
  }

  /** {@link #field}, or {@code otherwise} when there is none of that name. */
  static Object fieldOr(Object o, String name, Object otherwise) {
    Object f =
        MEMBERS.get(o.getClass()).computeIfAbsent("." + name, k -> findField(o.getClass(), name));
    return f == ABSENT ? otherwise : field(o, name);
  }

  private static Object findField(Class<?> c, String name) {
    for (Class<?> k = c; k != null; k = k.getSuperclass()) {
      try {
        Field f = k.getDeclaredField(name);
        return f.trySetAccessible() ? f : ABSENT;
      } catch (NoSuchFieldException e) {
        // perhaps in the superclass
      }
    }
    return ABSENT;
  }

  /**
   * Result of the method {@code name} with that many arguments, of {@code o}, a superclass or an
   * interface.
   */
  public static Object call(Object o, String name, Object... args) {
    return invoke(o.getClass(), o, name, args);
  }

  /** Whether {@code o} has a method {@code name} without arguments. */
  static boolean has(Object o, String name) {
    Class<?> c = o.getClass();
    return MEMBERS.get(c).computeIfAbsent(name + "/0", k -> findMethod(c, name, 0)) != ABSENT;
  }

  /** {@link #call} of a static method. */
  public static Object callStatic(Class<?> c, String name, Object... args) {
    return invoke(c, null, name, args);
  }

  private static Object invoke(Class<?> c, Object o, String name, Object[] args) {
    Method m = method(c, name, args.length);
    try {
      return m.invoke(o, args);
    } catch (IllegalAccessException | IllegalArgumentException e) {
      throw new NoSuchMember(c.getName() + "." + name, e);
    } catch (InvocationTargetException e) {
      throw new NoSuchMember(c.getName() + "." + name, e.getCause());
    }
  }

  /** The method {@code name} with that many arguments that {@link #call} would call. */
  static Method method(Class<?> c, String name, int args) {
    Object m = MEMBERS.get(c).computeIfAbsent(name + "/" + args, k -> findMethod(c, name, args));
    if (m == ABSENT) {
      throw new NoSuchMember(c.getName() + "." + name, null);
    }
    return (Method) m;
  }

  private static Object findMethod(Class<?> c, String name, int args) {
    for (Class<?> k = c; k != null; k = k.getSuperclass()) {
      for (Method m : k.getDeclaredMethods()) {
        if (m.getName().equals(name)
            && m.getParameterCount() == args
            && !m.isBridge()
            && m.trySetAccessible()) {
          return m;
        }
      }
    }
    // Default methods of interfaces.
    for (Method m : c.getMethods()) {
      if (m.getName().equals(name) && m.getParameterCount() == args && m.trySetAccessible()) {
        return m;
      }
    }
    return ABSENT;
  }

  /**
   * A new object of a class of {@code loader}, by the public constructor that takes such arguments;
   * numbers fit their primitive types.
   */
  public static Object make(ClassLoader loader, String className, Object... arguments) {
    try {
      for (Constructor<?> k : Class.forName(className, false, loader).getConstructors()) {
        if (fits(k.getParameterTypes(), arguments)) {
          return k.newInstance(arguments);
        }
      }
    } catch (ReflectiveOperationException e) {
      throw new NoSuchMember(className, e);
    }
    throw new NoSuchMember(className + ".<init>", null);
  }

  private static boolean fits(Class<?>[] wanted, Object[] given) {
    if (wanted.length != given.length) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      Class<?> w = wanted[i] == long.class ? Long.class : wanted[i];
      if (!(w == int.class ? Integer.class : w).isInstance(given[i])) {
        return false;
      }
    }
    return true;
  }

  public static String text(Object o, String method) {
    Object v = call(o, method);
    return v == null ? "" : v.toString();
  }

  public static int number(Object o, String method) {
    return ((Number) call(o, method)).intValue();
  }

  public static long big(Object o, String method) {
    return ((Number) call(o, method)).longValue();
  }

  /** The 16 bytes of an {@code AbstractID}. */
  public static byte[] id(Object id) {
    return (byte[]) call(id, "getBytes");
  }

  /** What an Optional holds, or null. */
  public static Object present(Object optional) {
    return optional instanceof Optional ? ((Optional<?>) optional).orElse(null) : optional;
  }

  /** Whether {@code c} is or extends or implements a class of that name. */
  public static boolean isA(Class<?> c, String name) {
    for (Class<?> k = c; k != null; k = k.getSuperclass()) {
      if (k.getName().equals(name)) {
        return true;
      }
      for (Class<?> i : k.getInterfaces()) {
        if (isA(i, name)) {
          return true;
        }
      }
    }
    return false;
  }
}
