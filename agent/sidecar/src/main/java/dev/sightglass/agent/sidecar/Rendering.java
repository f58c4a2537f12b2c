package dev.sightglass.agent.sidecar;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.util.BitSet;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Makes a tree of one object: scalars, collections and maps as such, messages of Protobuf and
 * records of Avro by their own names, everything else by its fields. Bounded, and one object that
 * refers to itself is cut there.
 */
final class Rendering {
  static final int MOST_NODES = 50_000;
  static final int DEEPEST = 100;

  /** What an answer may hold; beyond it the tree is cut. */
  static final int MOST_BYTES = 16 << 20;

  private final Answer out = new Answer();
  private final Set<Object> above = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
  private int nodes;

  static byte[] refusal(String why) {
    return new Answer().u8(1).text(why).toBytes();
  }

  byte[] answer(int taken, Object value) {
    out.u8(0).i32(taken);
    node("", value);
    return out.toBytes();
  }

  private void node(String name, Object v) {
    if (v == null) {
      out.node(Answer.NULL, name, "");
      return;
    }
    String type = v.getClass().getName();
    if (++nodes > MOST_NODES) {
      cut(name, type, "more than " + MOST_NODES + " values");
    } else if (above.size() >= DEEPEST) {
      cut(name, type, "nested deeper than " + DEEPEST);
    } else if (!scalar(name, type, v)) {
      if (!above.add(v)) {
        cut(name, type, "refers to a value around it");
        return;
      }
      composed(name, type, v);
      above.remove(v);
    }
  }

  private void cut(String name, String type, String why) {
    out.node(Answer.CUT, name, type).text(why);
  }

  private boolean scalar(String name, String type, Object v) {
    if (v instanceof Boolean) {
      value(name, type, Answer.BOOL).u8((Boolean) v ? 1 : 0);
    } else if (v instanceof Byte
        || v instanceof Short
        || v instanceof Integer
        || v instanceof Long) {
      value(name, type, Answer.INT).i64(((Number) v).longValue());
    } else if (v instanceof Float) {
      value(name, type, Answer.FLOAT32).i32(Float.floatToRawIntBits((Float) v));
    } else if (v instanceof Double) {
      value(name, type, Answer.FLOAT64).i64(Double.doubleToRawLongBits((Double) v));
    } else if (v instanceof BigInteger || v instanceof BigDecimal) {
      text(name, type, Answer.DECIMAL, decimal(v));
    } else if (v instanceof Enum) {
      text(name, ((Enum<?>) v).getDeclaringClass().getName(), Answer.ENUM, ((Enum<?>) v).name());
    } else if (v instanceof CharSequence || v instanceof Character || v instanceof UUID) {
      text(name, type, Answer.STRING, v.toString());
    } else if (v instanceof Class) {
      text(name, type, Answer.STRING, ((Class<?>) v).getName());
    } else if (v instanceof byte[]) {
      bytes(name, type, (byte[]) v);
    } else if (v instanceof Instant) {
      text(name, type, Answer.INSTANT, v.toString());
    } else if (v.getClass() == Date.class || v instanceof java.sql.Timestamp) {
      text(name, type, Answer.INSTANT, ((Date) v).toInstant().toString());
    } else if (v instanceof LocalDateTime) {
      text(name, type, Answer.DATETIME, v.toString());
    } else if (v instanceof LocalDate) {
      text(name, type, Answer.DATE, v.toString());
    } else if (v instanceof LocalTime) {
      text(name, type, Answer.TIME, v.toString());
    } else if (v instanceof Duration || v instanceof Period) {
      text(name, type, Answer.DURATION, v.toString());
    } else {
      return false;
    }
    return true;
  }

  private static String decimal(Object v) {
    if (v instanceof BigDecimal && Math.abs((long) ((BigDecimal) v).scale()) > 10_000) {
      return v.toString(); // its plain form has a digit per place
    }
    return v instanceof BigDecimal ? ((BigDecimal) v).toPlainString() : v.toString();
  }

  private Answer value(String name, String type, int kind) {
    return out.node(Answer.SCALAR, name, type).u8(kind);
  }

  private void text(String name, String type, int kind, String s) {
    if (s.length() > MOST_BYTES - out.size()) {
      cut(name, type, "the value is too large to show");
      return;
    }
    value(name, type, kind).text(s);
  }

  private void bytes(String name, String type, byte[] b) {
    if (b.length > MOST_BYTES - out.size()) {
      cut(name, type, "the value is too large to show");
      return;
    }
    value(name, type, Answer.BYTES).bytes(b);
  }

  private void composed(String name, String type, Object v) {
    if (v instanceof Map) {
      map(name, type, (Map<?, ?>) v);
    } else if (v instanceof Collection) {
      list(name, type, (Collection<?>) v);
    } else if (v instanceof BitSet) {
      open(Answer.LIST, name, type);
      ((BitSet) v).stream().takeWhile(i -> hasRoom()).forEach(i -> node("", i));
      close();
    } else if (v instanceof Optional) {
      open(Answer.OBJECT, name, type);
      node("value", ((Optional<?>) v).orElse(null));
      close();
    } else if (v.getClass().isArray()) {
      open(Answer.LIST, name, type);
      for (int i = 0; i < Array.getLength(v) && hasRoom(); i++) {
        node("", Array.get(v, i));
      }
      close();
    } else if (v instanceof Throwable) {
      open(Answer.OBJECT, name, type);
      node("message", ((Throwable) v).getMessage());
      node("cause", ((Throwable) v).getCause());
      close();
    } else {
      foreign(name, type, v);
    }
  }

  private void open(int kind, String name, String type) {
    out.node(kind, name, type);
  }

  private void close() {
    out.u8(Answer.END);
  }

  /** Says once where there is no room, so that what is missing is not silent. */
  private boolean hasRoom() {
    if (nodes < MOST_NODES && out.size() < MOST_BYTES) {
      return true;
    }
    cut(
        "",
        "",
        nodes < MOST_NODES
            ? "more than " + MOST_BYTES + " bytes"
            : "more than " + MOST_NODES + " values");
    return false;
  }

  private void list(String name, String type, Iterable<?> items) {
    open(Answer.LIST, name, type);
    for (Object item : items) {
      if (!hasRoom()) {
        break;
      }
      node("", item);
    }
    close();
  }

  private void map(String name, String type, Map<?, ?> m) {
    open(Answer.MAP, name, type);
    for (Map.Entry<?, ?> e : m.entrySet()) {
      if (!hasRoom()) {
        break;
      }
      open(Answer.ENTRY, "", "");
      node("key", e.getKey());
      node("value", e.getValue());
      close();
    }
    close();
  }

  /** By what its library says of it, or else by its fields. */
  private void foreign(String name, String type, Object v) {
    Set<String> kinds = kinds(v.getClass(), new HashSet<>());
    try {
      if (kinds.contains("com.google.protobuf.MessageOrBuilder")) {
        protobuf(name, type, v);
        return;
      }
      if (kinds.contains("com.google.protobuf.ByteString")) {
        bytes(name, type, (byte[]) call(v, "toByteArray"));
        return;
      }
      if (kinds.contains("com.google.protobuf.Descriptors$EnumValueDescriptor")) {
        text(
            name,
            (String) call(call(v, "getType"), "getFullName"),
            Answer.ENUM,
            (String) call(v, "getName"));
        return;
      }
      if (kinds.contains("org.apache.avro.generic.IndexedRecord")) {
        avro(name, type, v);
        return;
      }
    } catch (ReflectiveOperationException | ClassCastException e) {
      // another version of the library than is known here: its fields say it as well
    }
    open(Answer.OBJECT, name, type);
    for (Fields.Field f : Fields.of(v.getClass())) {
      if (!hasRoom()) {
        break;
      }
      if (f.closed()) {
        out.node(Answer.OPAQUE, f.name(), f.type()).text("Java keeps its fields closed");
      } else {
        node(f.name(), f.get(v));
      }
    }
    close();
  }

  private static Set<String> kinds(Class<?> c, Set<String> names) {
    for (Class<?> k = c; k != null; k = k.getSuperclass()) {
      names.add(k.getName());
      for (Class<?> i : k.getInterfaces()) {
        kinds(i, names);
      }
    }
    return names;
  }

  private void protobuf(String name, String type, Object message)
      throws ReflectiveOperationException {
    Map<?, ?> fields = (Map<?, ?>) call(message, "getAllFields");
    String[] names = new String[fields.size()];
    int n = 0;
    for (Object field : fields.keySet()) {
      names[n++] = (String) call(field, "getName");
    }
    open(Answer.OBJECT, name, type);
    n = 0;
    for (Object value : fields.values()) {
      if (!hasRoom()) {
        break;
      }
      node(names[n++], value);
    }
    close();
  }

  private void avro(String name, String type, Object record) throws ReflectiveOperationException {
    Collection<?> fields = (Collection<?>) call(call(record, "getSchema"), "getFields");
    String[] names = new String[fields.size()];
    Object[] values = new Object[names.length];
    Method get = method(record.getClass(), "get", int.class);
    int n = 0;
    for (Object field : fields) {
      names[n] = (String) call(field, "name");
      values[n] = get.invoke(record, n);
      n++;
    }
    open(Answer.OBJECT, name, type);
    for (int i = 0; i < n && hasRoom(); i++) {
      node(names[i], values[i]);
    }
    close();
  }

  private static Object call(Object on, String method) throws ReflectiveOperationException {
    return method(on.getClass(), method).invoke(on);
  }

  private static Method method(Class<?> of, String name, Class<?>... with)
      throws NoSuchMethodException {
    Method m = of.getMethod(name, with);
    m.trySetAccessible(); // of a class that is not public
    return m;
  }
}
