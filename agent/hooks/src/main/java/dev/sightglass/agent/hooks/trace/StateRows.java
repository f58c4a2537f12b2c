package dev.sightglass.agent.hooks.trace;

import dev.sightglass.bootstrap.StateCall;
import dev.sightglass.bootstrap.StateContext;
import dev.sightglass.bootstrap.TaskNote;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Makes the rows of one state: bytes of places and values, what expired, what changed in place. */
abstract class StateRows extends StateContext {
  // Kinds, spec/recording.md section 4.
  static final int READ = 100;
  static final int WRITTEN = 101;
  static final int CLEARED = 102;
  static final int EXPIRED = 103;

  /** What a change is called that no call made. */
  static final int IN_PLACE = 9;

  /** What an expiry is called that the background found. */
  static final int CLEANUP = 10;

  final StateSource source;
  final TaskTrace trace;
  final Encoder encoder;
  final StateParts parts;

  /** Something went wrong here that is no serializer's fault: nothing more is told. */
  boolean broken;

  /** The call at hand is ours: nobody made it. */
  boolean own;

  /** Expired entries are looked for in the background. */
  boolean cleaning;

  /** The map key of the entry that an iteration with time to live looks at. */
  Object atKey;

  StateRows(TaskTrace trace, int operator, StateSource source, StateParts parts) {
    super(trace.task, operator);
    this.trace = trace;
    this.encoder = trace.encoder;
    this.source = source;
    this.parts = parts;
  }

  final boolean isToldNow() {
    return isTold() && !broken;
  }

  final Object fetch(Object mapKey) throws Throwable {
    own = true;
    try {
      return source.shape.stored(source.leaf, mapKey);
    } finally {
      own = false;
    }
  }

  /** Writes a value of the state; gives its length. */
  final int encode(Object v) {
    return source.shape.isList()
        ? encoder.list(parts.value.serializer, (Iterable<?>) v)
        : encoder.value(parts.value.serializer, v);
  }

  /** Writes key and namespace as they are now, and a map key. */
  final void locate(Place p, Object mapKey) throws Throwable {
    p.from = encoder.sink.size;
    p.key =
        source.backend == null
            ? Encoder.NULL
            : trace.key(parts.key, Handles.currentKey(source.backend));
    p.namespace =
        parts.namespace.serializer == null
            ? Encoder.NULL
            : trace.namespace(parts.namespace, source.namespace());
    p.mapKey = mapKey == null ? Encoder.NULL : encoder.value(parts.mapKey.serializer, mapKey);
    p.hash(encoder.sink.data);
  }

  // ---- values that may change in place

  /**
   * Remembers what was told of a place, and the object that may change in place. Of a list with
   * time to live the bytes are not what is stored.
   */
  final void watch(Place p, int at, int length, Object object) {
    if (p.isKnown() && task.invocation() != 0 && !(source.shape.isList() && parts.ttl > 0)) {
      trace.handedOut.put(this, p, at, length, changeable(object));
    }
  }

  final Object changeable(Object value) {
    return source.live && (source.shape.isList() || !parts.value.immutable) ? value : null;
  }

  /** A value is no more what it was told to be. */
  final void changedInPlace(
      byte[] told, int at, int key, int namespace, int mapKey, int was, int nowAt, int now) {
    TaskNote n = task.note(TaskNote.STATE, WRITTEN, operator).what(IN_PLACE).state(parts.word);
    int p = at;
    if (key >= 0) {
      n.key(told, p, key);
      p += key;
    }
    if (namespace >= 0) {
      n.namespace(told, p, namespace);
      p += namespace;
    }
    if (mapKey >= 0) {
      n.mapKey(told, p, mapKey);
      p += mapKey;
    }
    if (was >= 0) {
      n.before(told, p, was);
    }
    give(n, now, nowAt);
    n.write();
  }

  // ---- time to live

  final void gone(Place p, Object value, long stamp, int what) {
    int at = encoder.sink.size;
    int length = encode(value);
    TaskNote n = note(EXPIRED, what, p);
    giveBefore(n, length, at);
    time(n, stamp);
    n.write();
  }

  @Override
  protected final void at(Object mapKey) {
    atKey = mapKey;
  }

  @Override
  protected final void cleaning(boolean on) {
    cleaning = on;
  }

  @Override
  protected final void cleaned(Object entry, Object left) {
    if (broken) {
      return;
    }
    int mark = encoder.sink.size;
    try {
      Object stored = StateSource.entryState(entry);
      Place p = new Place();
      if (source.shape.isMap()) {
        for (Map.Entry<?, ?> e : ((Map<?, ?>) stored).entrySet()) {
          if (left == null || !((Map<?, ?>) left).containsKey(e.getKey())) {
            placeOf(p, entry, e.getKey());
            gone(p, userValue(e.getValue()), stampOf(e.getValue()), CLEANUP);
            encoder.sink.truncate(mark);
          }
        }
      } else if (source.shape.isList()) {
        placeOf(p, entry, null);
        List<Object> gone = new ArrayList<>();
        for (Object v : (List<?>) stored) {
          if (left == null || !((List<?>) left).contains(v)) {
            gone.add(v);
          }
        }
        gone(p, userValue(gone), stampOf(gone), CLEANUP);
      } else {
        placeOf(p, entry, null);
        gone(p, userValue(stored), stampOf(stored), CLEANUP);
      }
    } catch (Throwable t) {
      fault(t);
    }
    encoder.sink.truncate(mark);
  }

  final void placeOf(Place p, Object entry, Object mapKey) {
    p.from = encoder.sink.size;
    p.key = encoder.value(parts.key.serializer, StateSource.entryKey(entry));
    p.namespace = encoder.value(parts.namespace.serializer, StateSource.entryNamespace(entry));
    p.mapKey = mapKey == null ? Encoder.NULL : encoder.value(parts.mapKey.serializer, mapKey);
  }

  /** The stamp of a value with time to live, the newest of several; 0 = none. */
  final long stampOf(Object v) throws Throwable {
    if (v instanceof Map) {
      return stampOf(((Map<?, ?>) v).values());
    }
    if (v instanceof Iterable) {
      long newest = 0;
      for (Object o : (Iterable<?>) v) {
        newest = Math.max(newest, stampOf(o));
      }
      return newest;
    }
    return v != null && Handles.isTtlValue(v) ? Handles.ttlStamp(v) : 0;
  }

  /** A value without what time to live adds to it. */
  final Object userValue(Object v) throws Throwable {
    if (parts.ttl == 0 || v == null) {
      return v;
    }
    if (source.shape.isList()) {
      List<Object> plain = new ArrayList<>();
      for (Object o : (Iterable<?>) v) {
        plain.add(Handles.isTtlValue(o) ? Handles.ttlValue(o) : o);
      }
      return plain;
    }
    return Handles.isTtlValue(v) ? Handles.ttlValue(v) : v;
  }

  // ---- iterations

  final boolean hasTtl() {
    return parts.ttl > 0;
  }

  /** Writes a map key; gives its length. */
  final int encodeMapKey(Object k) {
    return k == null ? Encoder.NULL : encoder.value(parts.mapKey.serializer, k);
  }

  /** An iteration gave an entry. */
  final void iterated(Place p, Object value, boolean hasValue) {
    int at = encoder.sink.size;
    int length = hasValue ? encode(value) : Encoder.NULL;
    TaskNote n = note(READ, StateCall.ENTRIES, p);
    give(n, length, at);
    n.write();
    if (hasValue && p.mapKey >= 0) {
      watch(p, at, length, hasTtl() ? null : value);
    }
  }

  /** An iteration changed an entry, or removed it. */
  final void iterationChanged(Place p, int what, Object was, Object now) {
    int beforeAt = encoder.sink.size;
    // What was told of it goes before what it is now: it may have been changed in between.
    int known = p.mapKey >= 0 ? trace.handedOut.find(this, p) : -1;
    int before = known >= 0 ? trace.handedOut.copyValue(known) : encode(was);
    int at = encoder.sink.size;
    int length = encode(now);
    TaskNote n = note(WRITTEN, what, p);
    giveBefore(n, before, beforeAt);
    give(n, length, at);
    n.write();
    if (p.mapKey >= 0) {
      watch(p, at, length, now);
    }
  }

  // ---- notes

  final TaskNote note(int kind, int what, Place p) {
    TaskNote n = task.note(TaskNote.STATE, kind, operator).what(what).state(parts.word);
    byte[] b = encoder.sink.data;
    int at = p.from;
    if (p.key >= 0) {
      n.key(b, at, p.key);
      at += p.key;
    }
    if (p.namespace >= 0) {
      n.namespace(b, at, p.namespace);
      at += p.namespace;
    }
    if (p.mapKey >= 0) {
      n.mapKey(b, at, p.mapKey);
    }
    if (!p.isKnown()) {
      withheld(n);
    }
    return n;
  }

  final void give(TaskNote n, int length, int at) {
    if (length >= 0) {
      n.value(encoder.sink.data, at, length);
    } else if (length == Encoder.WITHHELD) {
      withheld(n);
    }
  }

  final void giveBefore(TaskNote n, int length, int at) {
    if (length >= 0) {
      n.before(encoder.sink.data, at, length);
    } else if (length == Encoder.WITHHELD) {
      withheld(n);
    }
  }

  final void withheld(TaskNote n) {
    n.withheld();
    n.text(encoder.reason == null ? "longer than what is kept" : encoder.reason);
  }

  final void time(TaskNote n, long stamp) {
    if (parts.ttl > 0 && stamp > 0) {
      n.time(stamp + parts.ttl);
    }
  }

  /** Whatever is wrong is reported once and this state is told no more. */
  final void fault(Throwable t) {
    broken = true;
    Faults.report(t);
  }
}
