package dev.sightglass.agent.sidecar;

import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The fields that make up a value of a class: neither static nor transient, those of superclasses
 * first.
 */
final class Fields {
  private static final ClassValue<List<Field>> KNOWN =
      new ClassValue<>() {
        @Override
        protected List<Field> computeValue(Class<?> c) {
          return look(c);
        }
      };

  private Fields() {}

  static List<Field> of(Class<?> c) {
    return KNOWN.get(c);
  }

  private static List<Field> look(Class<?> c) {
    Deque<Class<?>> from = new ArrayDeque<>();
    for (Class<?> k = c; k != null && k != Object.class; k = k.getSuperclass()) {
      from.push(k);
    }
    List<Field> all = new ArrayList<>();
    for (Class<?> k : from) {
      for (java.lang.reflect.Field f : k.getDeclaredFields()) {
        // __isset… is how Thrift notes which fields are there.
        if ((f.getModifiers() & (Modifier.STATIC | Modifier.TRANSIENT)) == 0
            && !f.isSynthetic()
            && !f.getName().startsWith("__isset")) {
          all.add(new Field(f, !f.trySetAccessible()));
        }
      }
    }
    return all;
  }

  static final class Field {
    private final java.lang.reflect.Field field;
    private final boolean closed;

    Field(java.lang.reflect.Field field, boolean closed) {
      this.field = field;
      this.closed = closed;
    }

    String name() {
      return field.getName();
    }

    String type() {
      return field.getType().getName();
    }

    /** Whether Java's modules forbid a look. */
    boolean closed() {
      return closed;
    }

    Object get(Object of) {
      try {
        return field.get(of);
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(e); // it was made accessible
      }
    }
  }
}
