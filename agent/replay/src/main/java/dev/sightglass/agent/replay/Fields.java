package dev.sightglass.agent.replay;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Iterator;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;

/** Sets fields of an object as {@code spec/recording.md} section 8 writes them. */
final class Fields {
  private Fields() {}

  static void set(Object o, JsonNode fields) throws ReflectiveOperationException {
    Iterator<Map.Entry<String, JsonNode>> all = fields.fields();
    while (all.hasNext()) {
      Map.Entry<String, JsonNode> e = all.next();
      Field f = field(o, e.getKey());
      if (f != null) {
        set(o, f, e.getValue());
      }
    }
  }

  /** {@code name}, or {@code class.name} of a superclass; null = there is none. */
  private static Field field(Object o, String name) {
    int dot = name.lastIndexOf('.');
    String of = dot < 0 ? o.getClass().getName() : name.substring(0, dot);
    for (Class<?> c = o.getClass(); c != null; c = c.getSuperclass()) {
      if (c.getName().equals(of) || dot < 0 && c == o.getClass()) {
        try {
          Field f = c.getDeclaredField(name.substring(dot + 1));
          return f.trySetAccessible() ? f : null;
        } catch (NoSuchFieldException e) {
          return null;
        }
      }
    }
    return null;
  }

  private static void set(Object o, Field f, JsonNode v) throws ReflectiveOperationException {
    Object now = f.get(o);
    if (v.has("atomic")) {
      atomic(now, v.path("atomic"));
    } else if (v.has("seed")) {
      if (now instanceof Random) {
        random((Random) now, v);
      }
    } else if (v.isArray() || v.path("bits").isArray()) {
      array(sized(o, f, now, v.isArray() ? v.size() : v.path("bits").size()), v);
    } else if (Modifier.isFinal(f.getModifiers())) {
      if (now != null && v.isObject()) {
        set(now, v);
      }
    } else {
      simple(o, f, now, v);
    }
  }

  /** The array of a field, another one where it had another length, or none was made yet. */
  private static Object sized(Object o, Field f, Object now, int length)
      throws IllegalAccessException {
    Class<?> of = f.getType().getComponentType();
    if (of == null
        || !of.isPrimitive()
        || Modifier.isFinal(f.getModifiers())
        || now != null && Array.getLength(now) == length) {
      return now;
    }
    Object made = Array.newInstance(of, length);
    f.set(o, made);
    return made;
  }

  private static void simple(Object o, Field f, Object now, JsonNode v)
      throws ReflectiveOperationException {
    Class<?> t = f.getType();
    if (v.isNull()) {
      if (!t.isPrimitive()) {
        f.set(o, null);
      }
    } else if (v.has("bits")) {
      double d = Double.longBitsToDouble(v.path("bits").asLong());
      if (t == float.class || t == Float.class) {
        f.set(o, (float) d);
      } else {
        f.set(o, d);
      }
    } else if (v.has("text")) {
      f.set(o, v.path("text").asText());
    } else if (v.has("enum")) {
      for (Object constant : enumOf(t, now)) {
        if (((Enum<?>) constant).name().equals(v.path("enum").asText())) {
          f.set(o, constant);
        }
      }
    } else if (v.isBoolean()) {
      f.set(o, v.asBoolean());
    } else if (v.isNumber()) {
      number(o, f, t, v.asLong());
    } else if (v.isObject() && now != null && v.size() > 0) {
      set(now, v);
    }
  }

  private static Object[] enumOf(Class<?> type, Object now) {
    Class<?> c =
        type.isEnum() ? type : now instanceof Enum ? ((Enum<?>) now).getDeclaringClass() : null;
    return c == null ? new Object[0] : c.getEnumConstants();
  }

  private static void number(Object o, Field f, Class<?> t, long v) throws IllegalAccessException {
    if (t == long.class || t == Long.class || t == Object.class || t == Number.class) {
      f.set(o, v);
    } else if (t == int.class || t == Integer.class) {
      f.set(o, (int) v);
    } else if (t == short.class || t == Short.class) {
      f.set(o, (short) v);
    } else if (t == byte.class || t == Byte.class) {
      f.set(o, (byte) v);
    } else if (t == char.class || t == Character.class) {
      f.set(o, (char) v);
    }
  }

  private static void atomic(Object now, JsonNode v) {
    if (now instanceof AtomicLong) {
      ((AtomicLong) now).set(v.asLong());
    } else if (now instanceof AtomicInteger) {
      ((AtomicInteger) now).set(v.asInt());
    } else if (now instanceof AtomicBoolean) {
      ((AtomicBoolean) now).set(v.asBoolean());
    }
  }

  /** The seed as it is kept, scrambled, and the Gaussian number that is left. */
  private static void random(Random r, JsonNode v) throws ReflectiveOperationException {
    ((AtomicLong) Members.get(r, "seed")).set(v.path("seed").asLong());
    Members.set(r, "haveNextNextGaussian", v.has("gaussian"));
    if (v.has("gaussian")) {
      Members.set(r, "nextNextGaussian", Double.longBitsToDouble(v.path("gaussian").asLong()));
    }
  }

  private static void array(Object now, JsonNode v) throws ReflectiveOperationException {
    if (now == null || !now.getClass().isArray()) {
      return;
    }
    JsonNode values = v.isArray() ? v : v.path("bits");
    Class<?> of = now.getClass().getComponentType();
    for (int i = 0; i < Math.min(Array.getLength(now), values.size()); i++) {
      JsonNode x = values.path(i);
      if (!v.isArray()) {
        double d = Double.longBitsToDouble(x.asLong());
        if (of == float.class) {
          Array.setFloat(now, i, (float) d);
        } else {
          Array.setDouble(now, i, d);
        }
      } else if (of == long.class) {
        Array.setLong(now, i, x.asLong());
      } else if (of == int.class) {
        Array.setInt(now, i, x.asInt());
      } else if (of == short.class) {
        Array.setShort(now, i, (short) x.asInt());
      } else if (of == byte.class) {
        Array.setByte(now, i, (byte) x.asInt());
      } else if (Array.get(now, i) != null && x.isObject()) {
        set(Array.get(now, i), x);
      }
    }
  }
}
