package dev.sightglass.bootstrap;

import java.util.Iterator;
import java.util.Map;

/** Orders that a task goes by and that its history does not settle alone. */
public final class OrderProbe {
  /** Keys of a map that go into its hash. */
  static final int MAX_KEYS = 1 << 16;

  private OrderProbe() {}

  /** A map of a state is about to be gone through. */
  public static void map(Object map) {
    TaskContext t = TaskContext.telling();
    if (t == null || !(map instanceof Map) || ((Map<?, ?>) map).size() < 2) {
      return;
    }
    t.reads.order((Map<?, ?>) map);
    int buckets = HashTables.buckets((Map<?, ?>) map);
    if (buckets > 0) {
      if (buckets != HashTables.grown(((Map<?, ?>) map).size())) {
        t.reads.told(Reads.MAP_ORDER, buckets);
      }
      return;
    }
    t.reads.told(
        Reads.MAP_ORDER, hash((Map<?, ?>) map), Math.min(((Map<?, ?>) map).size(), MAX_KEYS));
  }

  /** Of the keys of a map in order. */
  static long hash(Map<?, ?> map) {
    long h = 1;
    int n = 0;
    for (Iterator<?> i = map.keySet().iterator(); i.hasNext() && n < MAX_KEYS; n++) {
      h = 31 * h + hash(i.next());
    }
    return h;
  }

  /** The same in every JVM, for what has such a hash. */
  static int hash(Object o) {
    return o == null ? 0 : o instanceof Enum ? ((Enum<?>) o).name().hashCode() : o.hashCode();
  }

  /**
   * An event-time timer of an operator is about to fire.
   *
   * @return a token that says that there is nothing to end
   */
  public static int eventTimer(Object target, long time, Object key, Object namespace) {
    return timer(target, 0, time, key, namespace);
  }

  public static int processingTimer(Object target, long time, Object key, Object namespace) {
    return timer(target, 1, time, key, namespace);
  }

  private static int timer(Object target, int domain, long time, Object key, Object namespace) {
    TaskContext t = TaskContext.telling();
    if (t != null) {
      t.reads.orderOf(t.parts.operator(target), domain).fired(time, key, namespace);
    }
    return -1;
  }
}
