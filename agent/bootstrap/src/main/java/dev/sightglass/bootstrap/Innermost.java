package dev.sightglass.bootstrap;

import java.lang.reflect.Field;
import java.util.IdentityHashMap;
import java.util.Map;

/** The user's object within Flink's own that hold it. Recorder and replayer find the same one. */
public final class Innermost {
  /** Fields through which factories, operators and Flink's wrappers hold what the user wrote. */
  private static final String[] HOLDERS = {
    "operator", "userFunction", "wrappedFunction", "function", "asyncFunction", "generatedFunction",
    "source", "sink", "deserializationSchema", "mapper", "operatorFactory", "processFunction"
  };

  private static final int MAX_STEPS = 8;

  private Innermost() {}

  /**
   * The user's object in {@code holder} (operator factory, operator or function). Never throws.
   *
   * @return null when there is nothing but Flink's own classes
   */
  public static Object of(Object holder) {
    try {
      Map<Object, Boolean> seen = new IdentityHashMap<>();
      Object at = holder;
      for (int i = 0; at != null && i < MAX_STEPS && seen.put(at, true) == null; i++) {
        if (!ofFlink(at.getClass())) {
          return at;
        }
        at = held(at);
      }
      return null;
    } catch (RuntimeException | LinkageError e) {
      return null;
    }
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
