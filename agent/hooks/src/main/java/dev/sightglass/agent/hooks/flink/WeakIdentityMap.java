package dev.sightglass.agent.hooks.flink;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is known of objects of Flink, for as long as they live; told apart by identity. Values must
 * not lead back to their keys. Safe for concurrent use.
 */
final class WeakIdentityMap<V> {
  private final Map<Reference<?>, V> map = new ConcurrentHashMap<>();
  private final ReferenceQueue<Object> dead = new ReferenceQueue<>();

  V get(Object key) {
    return key == null ? null : map.get(new Key(key, null));
  }

  /** The value that stands: {@code value}, or the one that was there before. */
  V putIfAbsent(Object key, V value) {
    purge();
    V old = map.putIfAbsent(new Key(key, dead), value);
    return old == null ? value : old;
  }

  void put(Object key, V value) {
    purge();
    map.put(new Key(key, dead), value);
  }

  int size() {
    purge();
    return map.size();
  }

  private void purge() {
    for (Reference<?> r; (r = dead.poll()) != null; ) {
      map.remove(r);
    }
  }

  private static final class Key extends WeakReference<Object> {
    private final int hash;

    Key(Object referent, ReferenceQueue<Object> queue) {
      super(referent, queue);
      hash = System.identityHashCode(referent);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    /** A dead key is found by itself only, when it is taken out. */
    @Override
    public boolean equals(Object o) {
      if (this == o) {
        return true;
      }
      Object mine = get();
      return mine != null && o instanceof Key && mine == ((Key) o).get();
    }
  }
}
