package dev.sightglass.agent.replay;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Writes values of a job as trees. Runs nothing of the job's: no {@code toString}, no getter, no
 * iterator of its own classes; members are read as they lie in memory.
 *
 * <p>Bounded in depth, in members and in all: what is left out is said.
 */
final class ValueWriter {
  static final int NULL = 0;
  static final int SCALAR = 1;
  static final int STRING = 2;
  static final int OBJECT = 3;
  static final int LIST = 4;
  static final int MAP = 5;
  static final int AGAIN = 6;
  static final int DEEPER = 7;
  static final int OPAQUE = 8;
  static final int BYTES = 9;

  private static final int DEPTH = 6;
  private static final int ITEMS = 50;
  private static final int FIELDS = 100;
  private static final int NODES = 600;
  private static final int CHARS = 2000;

  private static final String[] KEPT_SHUT = {
    "org.apache.flink.",
    "org.apache.kafka.",
    "org.slf4j.",
    "org.apache.logging.",
    "org.rocksdb.",
    "dev.sightglass.",
    "com.codahale.",
    "io.netty.",
    "jdk.",
    "sun.",
    "com.sun.",
    "java.",
    "javax."
  };

  /** Of Flink: what jobs keep their data in. */
  private static final String[] OPENED = {
    "org.apache.flink.api.java.tuple.",
    "org.apache.flink.types.",
    "org.apache.flink.table.data.GenericRowData",
    "org.apache.flink.table.data.GenericArrayData",
    "org.apache.flink.table.data.GenericMapData",
    "org.apache.flink.table.data.DecimalData",
    "org.apache.flink.table.data.TimestampData",
    "org.apache.flink.streaming.api.windowing.windows."
  };

  /** Of the JDK: what says itself in words that depend on nothing else. */
  private static final Set<String> SAID =
      Set.of(
          "java.math.BigDecimal",
          "java.math.BigInteger",
          "java.util.UUID",
          "java.util.Locale",
          "java.util.Currency",
          "java.util.BitSet",
          "java.util.concurrent.atomic.AtomicInteger",
          "java.util.concurrent.atomic.AtomicLong",
          "java.util.concurrent.atomic.AtomicBoolean",
          "java.lang.StringBuilder",
          "java.lang.StringBuffer",
          "java.util.OptionalInt",
          "java.util.OptionalLong",
          "java.util.OptionalDouble",
          "java.net.URI",
          "java.util.regex.Pattern",
          "java.sql.Timestamp",
          "java.sql.Date",
          "java.sql.Time",
          "java.util.Date");

  /** Collections of the JDK that going through does not change, and that keep what they have. */
  private static final Set<String> PLAIN =
      Set.of(
          "java.util.ArrayList",
          "java.util.LinkedList",
          "java.util.ArrayDeque",
          "java.util.PriorityQueue",
          "java.util.Vector",
          "java.util.Stack",
          "java.util.HashSet",
          "java.util.LinkedHashSet",
          "java.util.TreeSet",
          "java.util.Arrays$ArrayList",
          "java.util.concurrent.CopyOnWriteArrayList",
          "java.util.concurrent.ConcurrentLinkedQueue",
          "java.util.concurrent.ConcurrentLinkedDeque",
          "java.util.RegularEnumSet",
          "java.util.JumboEnumSet",
          "java.util.HashMap",
          "java.util.LinkedHashMap",
          "java.util.TreeMap",
          "java.util.Hashtable",
          "java.util.IdentityHashMap",
          "java.util.EnumMap",
          "java.util.concurrent.ConcurrentHashMap",
          "java.util.concurrent.ConcurrentSkipListMap");

  private static final String[] PLAIN_BEGINNINGS = {
    "java.util.ImmutableCollections$",
    "java.util.Collections$Empty",
    "java.util.Collections$Singleton"
  };

  /** Around another collection, which may be of the job: looked at from within. */
  private static final String[] WRAPPERS = {
    "java.util.Collections$Unmodifiable", "java.util.Collections$Synchronized"
  };

  private static final Set<String> INNER = Set.of("c", "m", "list", "ss", "sm", "q");

  private final Map<Class<?>, Field[]> fields = new WeakHashMap<>();
  private final IdentityHashMap<Object, Integer> above = new IdentityHashMap<>();
  private TraceBuffer out;
  private int nodes;

  /**
   * @param descriptor of the variable, which says what an int stands for; null = an object
   */
  void write(Object value, String descriptor, TraceBuffer to) {
    out = to;
    nodes = 0;
    above.clear();
    Object v = value;
    if (value instanceof Integer && descriptor != null && descriptor.length() == 1) {
      int i = (Integer) value;
      switch (descriptor.charAt(0)) {
        case 'Z':
          v = i != 0;
          break;
        case 'C':
          v = (char) i;
          break;
        case 'B':
          v = (byte) i;
          break;
        case 'S':
          v = (short) i;
          break;
        default:
      }
    }
    node(v, 0);
  }

  private void node(Object v, int depth) {
    nodes++;
    if (v == null) {
      out.put(NULL);
      return;
    }
    if (v == Shut.IT) {
      out.put(OPAQUE);
      out.name("a member that the JVM does not let out");
      return;
    }
    Class<?> c = v.getClass();
    String name = c.getName();
    if (v instanceof String) {
      string((String) v);
    } else if (v instanceof Number && name.startsWith("java.lang.")
        || v instanceof Boolean
        || v instanceof Character) {
      scalar(shortName(name), v.toString());
    } else if (v instanceof Enum) {
      scalar(((Enum<?>) v).getDeclaringClass().getName(), ((Enum<?>) v).name());
    } else if (v instanceof Class) {
      scalar("java.lang.Class", ((Class<?>) v).getName());
    } else if (SAID.contains(name) || name.startsWith("java.time.") && depthOf(name) == 2) {
      scalar(name, v.toString());
    } else if (above.containsKey(v)) {
      out.put(AGAIN);
      out.name(name);
      out.number(depth - above.get(v));
    } else if (depth >= DEPTH || nodes > NODES) {
      out.put(DEEPER);
      out.name(name);
    } else {
      above.put(v, depth);
      inside(v, c, name, depth);
      above.remove(v);
    }
  }

  private static int depthOf(String name) {
    return (int) name.chars().filter(c -> c == '.').count();
  }

  private static String shortName(String name) {
    switch (name) {
      case "java.lang.Integer":
        return "int";
      case "java.lang.Character":
        return "char";
      default:
        return Character.toLowerCase(name.charAt(10)) + name.substring(11);
    }
  }

  private void inside(Object v, Class<?> c, String name, int depth) {
    if (c.isArray()) {
      array(v, c, depth);
    } else if (ScalaLists.is(name)) {
      scalaList(v, c, name, depth);
    } else if (isPlain(name)) {
      plain(v, name, depth);
    } else if (v instanceof Throwable) {
      thrown((Throwable) v, name, depth);
    } else if (begins(name, WRAPPERS)) {
      wrapped(v, c, depth);
    } else if (name.equals("java.util.Optional")
        || name.startsWith("java.util.AbstractMap$Simple")
        || name.equals("java.util.concurrent.atomic.AtomicReference")) {
      object(v, c, name, depth);
    } else if (isShut(c, name)) {
      out.put(OPAQUE);
      out.name(name);
    } else {
      object(v, c, name, depth);
    }
  }

  private static boolean isPlain(String name) {
    return PLAIN.contains(name) || begins(name, PLAIN_BEGINNINGS);
  }

  private static boolean isShut(Class<?> c, String name) {
    return Proxy.isProxyClass(c)
        || name.contains("$$Lambda")
        || ClassLoader.class.isAssignableFrom(c)
        || Thread.class.isAssignableFrom(c)
        || begins(name, KEPT_SHUT) && !begins(name, OPENED);
  }

  private static boolean begins(String name, String[] with) {
    for (String p : with) {
      if (name.startsWith(p)) {
        return true;
      }
    }
    return false;
  }

  private void scalar(String type, String text) {
    out.put(SCALAR);
    out.name(type);
    out.text(text.length() > CHARS ? text.substring(0, CHARS) : text);
  }

  private void string(String s) {
    out.put(STRING);
    out.number(s.length());
    out.text(s.length() > CHARS ? s.substring(0, CHARS) : s);
  }

  private void array(Object v, Class<?> c, int depth) {
    int n = Array.getLength(v);
    if (c == byte[].class) {
      out.put(BYTES);
      out.number(n);
      StringBuilder hex = new StringBuilder();
      byte[] b = (byte[]) v;
      for (int i = 0; i < Math.min(n, CHARS / 4); i++) {
        hex.append(Character.forDigit(b[i] >> 4 & 15, 16))
            .append(Character.forDigit(b[i] & 15, 16));
      }
      out.text(hex.toString());
      return;
    }
    int shown = Math.min(n, ITEMS);
    out.put(LIST);
    out.name(c.getTypeName());
    out.number(n);
    out.number(shown);
    for (int i = 0; i < shown; i++) {
      node(Array.get(v, i), depth + 1);
    }
  }

  /** Another thread may change it meanwhile: what was seen so far is taken first. */
  private void plain(Object v, String name, int depth) {
    List<Object> seen = new ArrayList<>();
    int size;
    boolean map = v instanceof Map;
    try {
      size = map ? ((Map<?, ?>) v).size() : ((Collection<?>) v).size();
      for (Object o : map ? ((Map<?, ?>) v).entrySet() : (Collection<?>) v) {
        if (seen.size() >= ITEMS * (map ? 2 : 1)) {
          break;
        }
        if (map) {
          seen.add(((Map.Entry<?, ?>) o).getKey());
          seen.add(((Map.Entry<?, ?>) o).getValue());
        } else {
          seen.add(o);
        }
      }
    } catch (RuntimeException e) {
      out.put(OPAQUE);
      out.name(name);
      return;
    }
    out.put(map ? MAP : LIST);
    out.name(name);
    out.number(size);
    out.number(map ? seen.size() / 2 : seen.size());
    for (Object o : seen) {
      node(o, depth + 1);
    }
  }

  private void scalaList(Object v, Class<?> c, String name, int depth) {
    List<Object> seen = new ArrayList<>();
    int size = ScalaLists.read(v, ITEMS, seen);
    if (size < 0) {
      object(v, c, name, depth);
      return;
    }
    out.put(LIST);
    out.name(ScalaLists.NAME);
    out.number(size);
    out.number(seen.size());
    for (Object o : seen) {
      node(o, depth + 1);
    }
  }

  private void wrapped(Object v, Class<?> c, int depth) {
    for (Class<?> k = c; k != null; k = k.getSuperclass()) {
      for (Field f : k.getDeclaredFields()) {
        if (INNER.contains(f.getName())) {
          Object inner = read(f, v);
          if (inner != null) {
            node(inner, depth);
            return;
          }
        }
      }
    }
    out.put(OPAQUE);
    out.name(c.getName());
  }

  private void thrown(Throwable t, String name, int depth) {
    out.put(OBJECT);
    out.name(name);
    out.number(2);
    out.number(2);
    out.name("message");
    node(member(Throwable.class, "detailMessage", t), depth + 1);
    Object cause = member(Throwable.class, "cause", t);
    out.name("cause");
    node(cause == t ? null : cause, depth + 1);
  }

  private static Object member(Class<?> c, String name, Object of) {
    try {
      return read(c.getDeclaredField(name), of);
    } catch (NoSuchFieldException e) {
      return null;
    }
  }

  private void object(Object v, Class<?> c, String name, int depth) {
    Field[] all = fields.computeIfAbsent(c, ValueWriter::membersOf);
    int shown = Math.min(all.length, FIELDS);
    out.put(OBJECT);
    out.name(name);
    out.number(all.length);
    out.number(shown);
    for (int i = 0; i < shown; i++) {
      out.name(all[i].getName());
      node(read(all[i], v), depth + 1);
    }
  }

  private static Field[] membersOf(Class<?> c) {
    List<Field> found = new ArrayList<>();
    for (Class<?> k = c; k != null && k != Object.class; k = k.getSuperclass()) {
      String name = k.getName();
      boolean own = k == c || !begins(name, KEPT_SHUT) || begins(name, OPENED);
      if (!own) {
        break;
      }
      List<Field> here = new ArrayList<>();
      for (Field f : k.getDeclaredFields()) {
        if (!Modifier.isStatic(f.getModifiers())) {
          here.add(f);
        }
      }
      found.addAll(0, here);
    }
    return found.toArray(new Field[0]);
  }

  private static Object read(Field f, Object of) {
    try {
      f.setAccessible(true);
      return f.get(of);
    } catch (ReflectiveOperationException | RuntimeException e) {
      return Shut.IT;
    }
  }

  /** Stands for a member that the JVM does not let out. */
  private enum Shut {
    IT
  }
}
