package dev.sightglass.agent.hooks.trace;

import java.io.OutputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.Iterator;

/**
 * Methods of Flink that are called for each access. They are constants for the JIT, so the loader
 * of Flink must be known before the first use: a process has one.
 */
final class Handles {
  private static final String TYPE_SERIALIZER =
      "org.apache.flink.api.common.typeutils.TypeSerializer";
  private static final String STATE = "org.apache.flink.api.common.state.";
  private static final String INTERNAL = "org.apache.flink.runtime.state.internal.";
  private static final String OPERATORS = "org.apache.flink.streaming.api.operators.";
  private static final String TTL = "org.apache.flink.runtime.state.ttl.";

  private static volatile ClassLoader flink;

  private Handles() {}

  /**
   * Whether objects of that loader can be looked into; the first loader that sees Flink is taken.
   */
  static boolean fits(ClassLoader loader) {
    ClassLoader known = flink;
    if (known == null) {
      flink = loader;
      return true;
    }
    try {
      return known == loader
          || Class.forName(TYPE_SERIALIZER, false, loader) == Of.serializerClass();
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** The handles; made when the loader is known. */
  private static final class Of {
    static final MethodHandle SERIALIZE =
        method(
            TYPE_SERIALIZER, "serialize", 2, void.class, Object.class, Object.class, Object.class);
    static final MethodHandle VIEW = view();
    static final MethodHandle CURRENT_KEY =
        method(
            "org.apache.flink.runtime.state.KeyedStateBackend",
            "getCurrentKey",
            0,
            Object.class,
            Object.class);
    static final MethodHandle CONTEXT_KEY =
        method(OPERATORS + "KeyContext", "getCurrentKey", 0, Object.class, Object.class);
    static final MethodHandle VALUE =
        method(STATE + "ValueState", "value", 0, Object.class, Object.class);
    static final MethodHandle INTERNAL_GET =
        method(INTERNAL + "InternalAppendingState", "getInternal", 0, Object.class, Object.class);
    static final MethodHandle MAP_GET =
        method(STATE + "MapState", "get", 1, Object.class, Object.class, Object.class);
    static final MethodHandle LIST_GET =
        method(STATE + "AppendingState", "get", 0, Object.class, Object.class);
    static final MethodHandle BROADCAST_GET =
        method(
            STATE + "ReadOnlyBroadcastState", "get", 1, Object.class, Object.class, Object.class);
    static final MethodHandle SET_NAMESPACE =
        method(
            INTERNAL + "InternalKvState",
            "setCurrentNamespace",
            1,
            void.class,
            Object.class,
            Object.class);
    static final MethodHandle TTL_VALUE =
        method(TTL + "TtlValue", "getUserValue", 0, Object.class, Object.class);
    static final MethodHandle TTL_STAMP =
        method(TTL + "TtlValue", "getLastAccessTimestamp", 0, long.class, Object.class);
    static final MethodHandle TTL_EXPIRED =
        method(
            TTL + "AbstractTtlDecorator", "expired", 1, boolean.class, Object.class, Object.class);
    static final MethodHandle TIMER_KEY =
        method(OPERATORS + "InternalTimer", "getKey", 0, Object.class, Object.class);
    static final MethodHandle TIMER_NAMESPACE =
        method(OPERATORS + "InternalTimer", "getNamespace", 0, Object.class, Object.class);
    static final Class<?> TTL_CLASS = type(TTL + "TtlValue");

    private static Class<?> serializerClass() {
      return SERIALIZE == null ? null : type(TYPE_SERIALIZER);
    }

    private static Class<?> type(String name) {
      try {
        return Class.forName(name, false, flink);
      } catch (ClassNotFoundException e) {
        throw new IllegalStateException(name, e);
      }
    }

    /** The method of that name with so many arguments that is no bridge. */
    private static MethodHandle method(
        String owner, String name, int arguments, Class<?> result, Class<?>... with) {
      try {
        Method m = find(type(owner), name, arguments);
        m.setAccessible(true);
        return MethodHandles.lookup().unreflect(m).asType(MethodType.methodType(result, with));
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(owner + "." + name, e);
      }
    }

    private static Method find(Class<?> owner, String name, int arguments) {
      for (Method[] methods : new Method[][] {owner.getDeclaredMethods(), owner.getMethods()}) {
        for (Method m : methods) {
          if (m.getName().equals(name) && m.getParameterCount() == arguments && !m.isBridge()) {
            return m;
          }
        }
      }
      throw new IllegalStateException("no method " + owner.getName() + "." + name);
    }

    private static MethodHandle view() {
      try {
        Constructor<?> k =
            type("org.apache.flink.core.memory.DataOutputViewStreamWrapper")
                .getConstructor(OutputStream.class);
        return MethodHandles.lookup()
            .unreflectConstructor(k)
            .asType(MethodType.methodType(Object.class, OutputStream.class));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("DataOutputViewStreamWrapper", e);
      }
    }
  }

  static void serialize(Object serializer, Object value, Object view) throws Throwable {
    Of.SERIALIZE.invokeExact(serializer, value, view);
  }

  /** A {@code DataOutputView} that writes to a stream. */
  static Object view(OutputStream to) throws Throwable {
    return (Object) Of.VIEW.invokeExact(to);
  }

  /** The current key of a keyed backend. */
  static Object currentKey(Object backend) throws Throwable {
    return (Object) Of.CURRENT_KEY.invokeExact(backend);
  }

  /** The current key of an operator. */
  static Object contextKey(Object operator) throws Throwable {
    return (Object) Of.CONTEXT_KEY.invokeExact(operator);
  }

  static Object value(Object state) throws Throwable {
    return (Object) Of.VALUE.invokeExact(state);
  }

  /** What a list, reducing or aggregating state stores. */
  static Object internal(Object state) throws Throwable {
    return (Object) Of.INTERNAL_GET.invokeExact(state);
  }

  static Object mapGet(Object state, Object key) throws Throwable {
    return (Object) Of.MAP_GET.invokeExact(state, key);
  }

  static Object listGet(Object state) throws Throwable {
    return (Object) Of.LIST_GET.invokeExact(state);
  }

  static Object broadcastGet(Object state, Object key) throws Throwable {
    return (Object) Of.BROADCAST_GET.invokeExact(state, key);
  }

  static void setNamespace(Object state, Object namespace) throws Throwable {
    Of.SET_NAMESPACE.invokeExact(state, namespace);
  }

  static boolean isTtlValue(Object o) {
    return Of.TTL_CLASS.isInstance(o);
  }

  static Object ttlValue(Object ttlValue) throws Throwable {
    return (Object) Of.TTL_VALUE.invokeExact(ttlValue);
  }

  static long ttlStamp(Object ttlValue) throws Throwable {
    return (long) Of.TTL_STAMP.invokeExact(ttlValue);
  }

  /** Whether a state with time to live holds a value to be expired. */
  static boolean ttlExpired(Object ttlState, Object ttlValue) throws Throwable {
    return (boolean) Of.TTL_EXPIRED.invokeExact(ttlState, ttlValue);
  }

  static Object timerKey(Object timer) throws Throwable {
    return (Object) Of.TIMER_KEY.invokeExact(timer);
  }

  static Object timerNamespace(Object timer) throws Throwable {
    return (Object) Of.TIMER_NAMESPACE.invokeExact(timer);
  }

  /** For loops over what states hold. */
  static Iterator<?> iterator(Object iterable) {
    return ((Iterable<?>) iterable).iterator();
  }
}
