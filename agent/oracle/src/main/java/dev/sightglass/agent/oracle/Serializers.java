package dev.sightglass.agent.oracle;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Which serializers a serializer is made of. */
final class Serializers {
  private Serializers() {}

  static void within(Object s, Set<String> names) {
    each(s, one -> names.add(one.getClass().getName()));
  }

  static void each(Object s, Consumer<Object> found) {
    walk(s, found, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static void walk(Object o, Consumer<Object> found, Set<Object> seen) {
    if (o instanceof Object[]) {
      for (Object e : (Object[]) o) {
        walk(e, found, seen);
      }
      return;
    }
    if (!(o instanceof TypeSerializer) || !seen.add(o)) {
      return;
    }
    found.accept(o);
    for (Class<?> k = o.getClass(); k != null; k = k.getSuperclass()) {
      for (Field f : k.getDeclaredFields()) {
        if (!Modifier.isStatic(f.getModifiers()) && !f.getType().isPrimitive()) {
          try {
            f.setAccessible(true);
            walk(f.get(o), found, seen);
          } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
          }
        }
      }
    }
  }
}
