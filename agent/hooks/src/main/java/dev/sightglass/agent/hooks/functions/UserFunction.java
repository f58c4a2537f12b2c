package dev.sightglass.agent.hooks.functions;

import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.IdentityHashMap;
import java.util.Map;

/** The user's function of an operator: class, for lambdas the method of the body, file and line. */
public final class UserFunction {
  /** Fields through which factories, operators and Flink's wrappers hold what the user wrote. */
  private static final String[] HOLDERS = {
    "operator", "userFunction", "wrappedFunction", "function", "asyncFunction", "generatedFunction",
    "source", "sink", "deserializationSchema", "mapper", "operatorFactory", "processFunction"
  };

  private static final int MAX_STEPS = 8;

  public final String className;

  /** Name of the method that holds a lambda's body; null for a class. */
  public final String method;

  /** Name of the source file as the compiler wrote it; null when it wrote none. */
  public final String file;

  /** First line of the method that does the work, 0 = not known. */
  public final int line;

  private UserFunction(String className, String method, String file, int line) {
    this.className = className;
    this.method = method;
    this.file = file;
    this.line = line;
  }

  /**
   * Finds the user's function in {@code holder} (operator factory, operator or function). Never
   * throws.
   *
   * @param holder where to begin
   * @param loader the user code's class loader, which can read the class file
   * @return null when there is nothing but Flink's own classes
   */
  public static UserFunction find(Object holder, ClassLoader loader) {
    try {
      Object f = innermost(holder);
      return f == null ? null : describe(f, loader);
    } catch (RuntimeException | LinkageError e) {
      return null;
    }
  }

  /** The user's object in {@code holder} (operator factory, operator or function), or null. */
  public static Object object(Object holder) {
    try {
      return innermost(holder);
    } catch (RuntimeException | LinkageError e) {
      return null;
    }
  }

  private static Object innermost(Object holder) {
    Map<Object, Boolean> seen = new IdentityHashMap<>();
    Object at = holder;
    for (int i = 0; at != null && i < MAX_STEPS && seen.put(at, true) == null; i++) {
      if (!ofFlink(at.getClass())) {
        return at;
      }
      at = held(at);
    }
    return null;
  }

  private static Object held(Object o) {
    for (String name : HOLDERS) {
      Object v = field(o, name);
      if (v != null && !v.getClass().isPrimitive() && !(v instanceof String)) {
        return v;
      }
    }
    return null;
  }

  private static boolean ofFlink(Class<?> c) {
    return c.getName().startsWith("org.apache.flink.") && !c.getName().contains("$$Lambda");
  }

  private static UserFunction describe(Object f, ClassLoader loader) {
    Class<?> c = f.getClass();
    if (c.isSynthetic() || c.getName().contains("$$Lambda")) {
      SerializedLambda body = lambda(f);
      if (body == null) {
        return new UserFunction(c.getName(), null, null, 0);
      }
      String host = body.getImplClass().replace('/', '.');
      ClassLoader from = c.getClassLoader() == null ? loader : c.getClassLoader();
      SourcePlace place =
          SourcePlace.of(from, host, body.getImplMethodName(), body.getImplMethodSignature());
      return new UserFunction(host, body.getImplMethodName(), place.file, place.line);
    }
    ClassLoader from = c.getClassLoader() == null ? loader : c.getClassLoader();
    SourcePlace place = SourcePlace.of(from, c.getName(), null, null);
    return new UserFunction(c.getName(), null, place.file, place.line);
  }

  /** What a serializable lambda says of itself; Flink's functions are serializable. */
  private static SerializedLambda lambda(Object f) {
    try {
      Method m = f.getClass().getDeclaredMethod("writeReplace");
      m.setAccessible(true);
      Object r = m.invoke(f);
      return r instanceof SerializedLambda ? (SerializedLambda) r : null;
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null;
    }
  }

  private static Object field(Object o, String name) {
    for (Class<?> k = o.getClass(); k != null && k != Object.class; k = k.getSuperclass()) {
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
}
