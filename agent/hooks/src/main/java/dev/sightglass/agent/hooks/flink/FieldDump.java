package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.hooks.secrets.Secrets;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes the simple fields of an object, so that another one of its class can be given the same:
 * numbers, texts, generators of random numbers, and the parts of its own that are made of such.
 * Bounded; what is left out is said to be there. {@code spec/recording.md} section 8.
 */
final class FieldDump {
  private static final int MAX_FIELDS = 256;
  private static final int MAX_DEPTH = 3;
  private static final int MAX_ARRAY = 64;
  private static final int MAX_TEXT = 256;

  /** No class's name begins so. */
  private static final String NOWHERE = " ";

  /** Parts of these packages are gone into. */
  private static final String[] PARTS = {
    "org.apache.flink.api.common.eventtime.",
    "org.apache.flink.streaming.runtime.operators.",
    "org.apache.flink.table.runtime.generated."
  };

  private JsonWriter out;
  private final Secrets secrets;
  private int fields;

  FieldDump(JsonWriter out, Secrets secrets) {
    this.out = out;
    this.secrets = secrets;
  }

  /**
   * Writes a member with the fields of {@code o}, unless there are none.
   *
   * @param until fields of the first class whose name begins so, and of its superclasses, are left
   *     out
   * @param texts false: texts are said to be there, not what they are
   * @param references whether fields that are not simple are said to be there
   */
  void member(String name, Object o, String until, boolean texts, boolean references) {
    JsonWriter whole = out;
    out = new JsonWriter();
    try {
      int before = fields;
      write(o, until, texts, references, 0);
      if (fields > before) {
        whole.name(name).raw(out.toString());
      }
    } finally {
      out = whole;
    }
  }

  private void write(Object o, String until, boolean texts, boolean references, int depth) {
    out.beginObject();
    for (Class<?> c = o.getClass();
        c != null && c != Object.class && !c.getName().startsWith(until);
        c = c.getSuperclass()) {
      for (Field f : c.getDeclaredFields()) {
        if (Modifier.isStatic(f.getModifiers()) || f.isSynthetic() || fields >= MAX_FIELDS) {
          continue;
        }
        Object v = read(f, o);
        if (v == null && f.getType().isPrimitive()) {
          continue; // it cannot be read
        }
        boolean kept = Modifier.isFinal(f.getModifiers());
        String name = c == o.getClass() ? f.getName() : c.getName() + "." + f.getName();
        value(name, v, kept, texts && !secrets.isSensitiveField(f.getName()), references, depth);
      }
    }
    out.endObject();
  }

  private static Object read(Field f, Object o) {
    try {
      return f.trySetAccessible() ? f.get(o) : null;
    } catch (IllegalAccessException e) {
      return null;
    }
  }

  /**
   * @param kept the field is final: only what can change inside of it counts
   */
  private void value(
      String name, Object v, boolean kept, boolean texts, boolean references, int depth) {
    if (v instanceof AtomicLong || v instanceof AtomicInteger) {
      name(name).beginObject().name("atomic").value(((Number) v).longValue()).endObject();
    } else if (v instanceof AtomicBoolean) {
      name(name).beginObject().name("atomic").value(((AtomicBoolean) v).get()).endObject();
    } else if (v != null && v.getClass() == Random.class) {
      random(name, (Random) v);
    } else if (v != null && isPart(v) && depth < MAX_DEPTH) {
      out.name(name);
      write(v, NOWHERE, texts, references, depth + 1);
    } else if (v != null && v.getClass().isArray() && Array.getLength(v) <= MAX_ARRAY) {
      array(name, v, kept, texts, references, depth);
    } else if (!kept) {
      simple(name, v, texts, references);
    }
  }

  private JsonWriter name(String name) {
    fields++;
    return out.name(name);
  }

  private void simple(String name, Object v, boolean texts, boolean references) {
    if (v instanceof Boolean) {
      name(name).value((Boolean) v);
    } else if (v instanceof Double || v instanceof Float) {
      double d = ((Number) v).doubleValue();
      name(name).beginObject().name("bits").value(Double.doubleToRawLongBits(d)).endObject();
    } else if (v instanceof Long
        || v instanceof Integer
        || v instanceof Short
        || v instanceof Byte) {
      name(name).value(((Number) v).longValue());
    } else if (v instanceof Character) {
      name(name).value((Character) v);
    } else if (v instanceof Enum) {
      name(name).beginObject().name("enum").value(((Enum<?>) v).name()).endObject();
    } else if (v instanceof String && texts && ((String) v).length() <= MAX_TEXT) {
      name(name).beginObject().name("text").value((String) v).endObject();
    } else if (references && v == null) {
      name(name).value((String) null);
    } else if (references) {
      name(name).beginObject().endObject();
    }
  }

  private void array(
      String name, Object v, boolean kept, boolean texts, boolean references, int depth) {
    Class<?> of = v.getClass().getComponentType();
    int n = Array.getLength(v);
    if (of == double.class || of == float.class) {
      name(name).beginObject().name("bits").beginArray();
      for (int i = 0; i < n; i++) {
        out.value(Double.doubleToRawLongBits(((Number) Array.get(v, i)).doubleValue()));
      }
      out.endArray().endObject();
    } else if (of == boolean.class || of == char.class) {
      simple(name, v, texts, references);
    } else if (of.isPrimitive()) {
      name(name).beginArray();
      for (int i = 0; i < n; i++) {
        out.value(((Number) Array.get(v, i)).longValue());
      }
      out.endArray();
    } else if (depth < MAX_DEPTH && n > 0 && Array.get(v, 0) != null && isPart(Array.get(v, 0))) {
      out.name(name).beginArray();
      for (int i = 0; i < n; i++) {
        if (Array.get(v, i) == null) {
          out.value((String) null);
        } else {
          write(Array.get(v, i), NOWHERE, texts, references, depth + 1);
        }
      }
      out.endArray();
    } else if (!kept) {
      simple(name, v, texts, references);
    }
  }

  private static boolean isPart(Object v) {
    String name = v.getClass().getName();
    if (name.contains("$$Lambda")) {
      return false;
    }
    for (String p : PARTS) {
      if (name.startsWith(p)) {
        return true;
      }
    }
    return false;
  }

  private void random(String name, Random r) {
    long[] state = state(r);
    if (state.length == 0) {
      return;
    }
    name(name).beginObject().name("seed").value(state[0]);
    if (state.length > 1) {
      out.name("gaussian").value(state[1]);
    }
    out.endObject();
  }

  /**
   * The scrambled seed of a generator, and the bits of the Gaussian number that it has left, if it
   * has one. Its fields are closed to others; its serialized form is specified: one byte, eight
   * bytes, eight bytes, and the end.
   */
  static long[] state(Random r) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream o = new ObjectOutputStream(bytes)) {
      o.writeObject(r);
    } catch (IOException e) {
      return new long[0];
    }
    byte[] b = bytes.toByteArray();
    int at = b.length - 18;
    if (at < 0) {
      return new long[0];
    }
    ByteBuffer data = ByteBuffer.wrap(b);
    List<Long> state = new ArrayList<>();
    state.add(data.getLong(at + 9));
    if (b[at] != 0) {
      state.add(data.getLong(at + 1));
    }
    return state.stream().mapToLong(Long::longValue).toArray();
  }
}
