package dev.sightglass.agent.hooks.trace;

import dev.sightglass.bootstrap.StateCall;
import java.util.AbstractCollection;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * What stands for the entries, keys or values of a map state: the same, and each step of an
 * iteration is told. It is a set or a collection where Flink's is one.
 */
final class TracedEntries implements Iterable<Object> {
  private final TracedState state;
  private final int call;
  private final Iterable<?> original;
  private final Encoder encoder;

  /** Key and namespace of the time when the entries were asked for. */
  private final byte[] place;

  private final int key;
  private final int namespace;

  private TracedEntries(
      TracedState state, int call, Iterable<?> original, Place p, Encoder encoder) {
    this.state = state;
    this.call = call;
    this.original = original;
    this.encoder = encoder;
    this.key = p.key;
    this.namespace = p.namespace;
    place = new byte[p.length()];
    System.arraycopy(encoder.sink.data, p.from, place, 0, place.length);
  }

  /**
   * @param original what the state gave: something to iterate over, or an iterator
   */
  static Object of(TracedState state, int call, Object original, Place p, Encoder encoder) {
    if (original instanceof Iterator) {
      return new TracedEntries(state, call, null, p, encoder).new Steps((Iterator<?>) original);
    }
    TracedEntries all = new TracedEntries(state, call, (Iterable<?>) original, p, encoder);
    if (original instanceof Set) {
      return all.new AsSet((Collection<?>) original);
    }
    return original instanceof Collection ? all.new AsCollection((Collection<?>) original) : all;
  }

  @Override
  public Iterator<Object> iterator() {
    state.quiet(true);
    try {
      return new Steps(original.iterator());
    } finally {
      state.quiet(false);
    }
  }

  private final class AsSet extends AbstractSet<Object> {
    private final Collection<?> all;

    AsSet(Collection<?> all) {
      this.all = all;
    }

    @Override
    public Iterator<Object> iterator() {
      return TracedEntries.this.iterator();
    }

    @Override
    public int size() {
      return all.size();
    }
  }

  private final class AsCollection extends AbstractCollection<Object> {
    private final Collection<?> all;

    AsCollection(Collection<?> all) {
      this.all = all;
    }

    @Override
    public Iterator<Object> iterator() {
      return TracedEntries.this.iterator();
    }

    @Override
    public int size() {
      return all.size();
    }
  }

  /** An iteration. */
  private final class Steps implements Iterator<Object> {
    private final Iterator<?> original;
    private Object last;

    Steps(Iterator<?> original) {
      this.original = original;
    }

    @Override
    public boolean hasNext() {
      state.quiet(true);
      try {
        return original.hasNext();
      } finally {
        state.quiet(false);
      }
    }

    @Override
    public Object next() {
      state.quiet(true);
      try {
        last = original.next();
      } finally {
        state.quiet(false);
      }
      if (state.isToldNow()) {
        told(() -> tell(last));
      }
      return call == StateCall.ENTRIES && last instanceof Map.Entry
          ? new Entry((Map.Entry<?, ?>) last)
          : last;
    }

    private void tell(Object o) {
      if (call == StateCall.KEYS) {
        state.iterated(at(o), null, false);
      } else if (call == StateCall.VALUES) {
        state.iterated(at(null), o, true);
      } else {
        Map.Entry<?, ?> e = (Map.Entry<?, ?>) o;
        state.iterated(at(e.getKey()), e.getValue(), true);
      }
    }

    @Override
    public void remove() {
      Object mapKey = call == StateCall.KEYS ? last : null;
      Object was = call == StateCall.VALUES ? last : null;
      if (call == StateCall.ENTRIES && last instanceof Map.Entry) {
        mapKey = ((Map.Entry<?, ?>) last).getKey();
        was = ((Map.Entry<?, ?>) last).getValue();
      }
      state.quiet(true);
      try {
        original.remove();
      } finally {
        state.quiet(false);
      }
      if (state.isToldNow()) {
        changed(mapKey, StateCall.REMOVE, was, null);
      }
    }
  }

  private void changed(Object mapKey, int what, Object was, Object now) {
    told(() -> state.iterationChanged(at(mapKey), what, was, now));
  }

  /** A fault here is nobody else's. */
  private void told(Runnable r) {
    int mark = encoder.sink.size;
    try {
      r.run();
    } catch (Throwable t) {
      state.fault(t);
    } finally {
      encoder.sink.truncate(mark);
    }
  }

  private Place at(Object mapKey) {
    Place p = new Place();
    p.from = encoder.sink.size;
    p.key = key;
    p.namespace = namespace;
    encoder.bytes(place, 0, place.length);
    p.mapKey = state.encodeMapKey(mapKey);
    p.hash(encoder.sink.data);
    return p;
  }

  /** An entry through which the value may be set. */
  private final class Entry implements Map.Entry<Object, Object> {
    private final Map.Entry<?, ?> original;

    Entry(Map.Entry<?, ?> original) {
      this.original = original;
    }

    @Override
    public Object getKey() {
      return original.getKey();
    }

    @Override
    public Object getValue() {
      return original.getValue();
    }

    @Override
    @SuppressWarnings("unchecked")
    public Object setValue(Object v) {
      Object was;
      state.quiet(true);
      try {
        was = ((Map.Entry<Object, Object>) original).setValue(v);
      } finally {
        state.quiet(false);
      }
      // With time to live the entry is a copy: nothing of the state changed.
      if (!state.hasTtl() && state.isToldNow()) {
        changed(getKey(), StateCall.PUT, was, v);
      }
      return was;
    }

    @Override
    public boolean equals(Object o) {
      return original.equals(o instanceof Entry ? ((Entry) o).original : o);
    }

    @Override
    public int hashCode() {
      return original.hashCode();
    }

    @Override
    public String toString() {
      return original.toString();
    }
  }
}
