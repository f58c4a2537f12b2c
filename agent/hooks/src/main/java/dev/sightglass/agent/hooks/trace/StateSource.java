package dev.sightglass.agent.hooks.trace;

import dev.sightglass.agent.hooks.flink.Mirror;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;

/** The objects that a state is made of. */
final class StateSource {
  final Shape shape;

  /** What holds the values. */
  final Object leaf;

  /** What adds time to live to it, or null. */
  final Object ttlState;

  /** The keyed backend that knows the current key, or null. */
  final Object backend;

  /** The leaf hands out its own objects, not copies. */
  final boolean live;

  /** Expired values are seen until they are removed. */
  final boolean returnsExpired;

  private final MethodHandle namespace;
  private final MethodHandle setNamespace;

  StateSource(Shape shape, Object leaf, Object ttlState, Object backend, boolean live) {
    this.shape = shape;
    this.leaf = leaf;
    this.ttlState = ttlState;
    this.backend = backend;
    this.live = live;
    this.returnsExpired = ttlState != null && (Boolean) Mirror.field(ttlState, "returnExpired");
    Field f = backend == null ? null : field(leaf.getClass());
    try {
      namespace =
          f == null
              ? null
              : MethodHandles.lookup()
                  .unreflectGetter(f)
                  .asType(MethodType.methodType(Object.class, Object.class));
      setNamespace =
          f == null
              ? null
              : MethodHandles.lookup()
                  .unreflectSetter(f)
                  .asType(MethodType.methodType(void.class, Object.class, Object.class));
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(leaf.getClass().getName() + ".currentNamespace", e);
    }
  }

  private static Field field(Class<?> c) {
    for (Class<?> k = c; k != null; k = k.getSuperclass()) {
      try {
        Field f = k.getDeclaredField("currentNamespace");
        f.setAccessible(true);
        return f;
      } catch (NoSuchFieldException e) {
        // perhaps in the superclass
      }
    }
    throw new IllegalStateException("no field currentNamespace in " + c.getName());
  }

  Object namespace() throws Throwable {
    return (Object) namespace.invokeExact(leaf);
  }

  void setNamespace(Object v) throws Throwable {
    setNamespace.invokeExact(leaf, v);
  }

  // ---- a StateEntry

  static Object entryKey(Object entry) {
    return Mirror.call(entry, "getKey");
  }

  static Object entryNamespace(Object entry) {
    return Mirror.call(entry, "getNamespace");
  }

  static Object entryState(Object entry) {
    return Mirror.call(entry, "getState");
  }
}
