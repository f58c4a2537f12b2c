// Size: the calls of a state share what is at hand of the one that is in progress; apart they would
// hand it to one another.
package dev.sightglass.agent.hooks.trace;

import dev.sightglass.bootstrap.StateCall;
import dev.sightglass.bootstrap.StateContext;
import dev.sightglass.bootstrap.TaskNote;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Tells accesses of one state. A call that the state hands on to itself or to what it wraps is a
 * part of the outermost one: it only adds what that one cannot see, the time stamp of a value with
 * time to live, or what a reducing state read and wrote.
 */
final class TracedState extends StateContext {
  // Kinds, spec/recording.md section 4.
  static final int READ = 100;
  static final int WRITTEN = 101;
  static final int CLEARED = 102;
  static final int EXPIRED = 103;

  /** What a change is called that no call made. */
  static final int IN_PLACE = 9;

  /** What an expiry is called that the background found. */
  static final int CLEANUP = 10;

  private static final int OUTER = 0;
  private static final int INNER = 1;
  private static final int NOT_SET = -3;

  /** What is in this state's own hands: one for each state object. */
  final StateSource source;

  private final TaskTrace trace;
  private final Encoder encoder;
  private final StateParts parts;

  /** Something went wrong here that is no serializer's fault: nothing more is told. */
  private boolean broken;

  // The call in progress.
  private int depth;
  private boolean own;
  private boolean cleaning;
  private int call;
  private Object self;
  private Object first;
  private Object second;
  private int mark;
  private final Place place = new Place();
  private int beforeAt;
  private int before;
  private int afterAt;
  private int after;
  private Object raw;
  private boolean rawSeen;
  private boolean foundExpired;
  private long stamp;
  private long beforeStamp;
  private Object atKey;

  // Places where values of PUT_ALL and MERGE begin, and their lengths.
  private int[] several = new int[16];

  TracedState(TaskTrace trace, int operator, StateSource source, StateParts parts) {
    super(trace.task, operator);
    this.trace = trace;
    this.encoder = trace.encoder;
    this.source = source;
    this.parts = parts;
  }

  boolean isToldNow() {
    return isTold() && !broken;
  }

  // ---- calls

  @Override
  protected int enter(int call, Object self, Object a, Object b) {
    if (broken || own) {
      return -1;
    }
    if (depth > 0) {
      inner(call, a, b);
      depth++;
      return call << 1 | INNER;
    }
    if (self == source.leaf
        && source.ttlState != null
        && call != StateCall.CLEAR
        && call != StateCall.REMOVE) {
      // An iterator of a state with time to live renews stamps.
      return -1;
    }
    this.call = call;
    this.self = self;
    first = a;
    second = b;
    raw = null;
    rawSeen = false;
    foundExpired = false;
    stamp = 0;
    beforeStamp = 0;
    before = NOT_SET;
    after = NOT_SET;
    mark = encoder.sink.size;
    try {
      locate(place, source.shape.isMap() ? mapKeyOf(call, a) : null);
      prepare();
    } catch (Throwable t) {
      encoder.sink.truncate(mark);
      fault(t);
      return -1;
    }
    depth = 1;
    return call << 1 | OUTER;
  }

  private static Object mapKeyOf(int call, Object a) {
    switch (call) {
      case StateCall.GET:
      case StateCall.PUT:
      case StateCall.REMOVE:
      case StateCall.CONTAINS:
        return a;
      default:
        return null;
    }
  }

  /** Writes key and namespace as they are now, and a map key. */
  private void locate(Place p, Object mapKey) throws Throwable {
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

  /** What must be known before the call: what is stored. */
  private void prepare() throws Throwable {
    switch (call) {
      case StateCall.PUT:
      case StateCall.REMOVE:
        fetchBefore();
        return;
      case StateCall.CLEAR:
        if (!source.shape.isMap()) {
          fetchBefore();
        }
        return;
      case StateCall.ADD:
        if (source.shape.isFolding() && source.live) {
          fetchBefore();
        } else if (source.shape.isList()) {
          lookAgain();
        }
        return;
      case StateCall.ADD_ALL:
        lookAgain();
        return;
      case StateCall.PUT_ALL:
        prepareAll((Map<?, ?>) first);
        return;
      case StateCall.MERGE:
        prepareMerge();
        return;
      default:
    }
  }

  /** A list grows: what was handed out of it is compared now, while it is known. */
  private void lookAgain() {
    int i = trace.handedOut.find(this, place);
    if (i >= 0) {
      trace.handedOut.look(i);
      trace.handedOut.forget(i);
    }
  }

  private void fetchBefore() throws Throwable {
    beforeAt = encoder.sink.size;
    before = stored(place, mapKeyOf(call, first));
  }

  /** Writes what is stored at a place; gives its length. */
  private int stored(Place p, Object mapKey) throws Throwable {
    int known = trace.handedOut.find(this, p);
    if (known >= 0 && source.ttlState == null) {
      return trace.handedOut.copyValue(known);
    }
    Object v = fetch(mapKey);
    if (v != null && parts.ttl > 0) {
      beforeStamp = stampOf(v);
    }
    return known >= 0 ? trace.handedOut.copyValue(known) : encode(userValue(v));
  }

  private Object fetch(Object mapKey) throws Throwable {
    own = true;
    try {
      return source.shape.stored(source.leaf, mapKey);
    } finally {
      own = false;
    }
  }

  /** Writes a value of the state; gives its length. */
  int encode(Object v) {
    return source.shape.isList()
        ? encoder.list(parts.value.serializer, (Iterable<?>) v)
        : encoder.value(parts.value.serializer, v);
  }

  // ---- calls within the call

  private void inner(int inner, Object a, Object b) {
    try {
      if (parts.ttl > 0) {
        Object written =
            inner == StateCall.INNER_WRITE || inner == StateCall.PUT && source.shape.isMap()
                ? b
                : a;
        long s = inner == StateCall.GET ? 0 : stampOf(written);
        if (s > stamp) {
          stamp = s;
        }
      }
      if (inner == StateCall.INNER_WRITE && call == StateCall.ADD) {
        afterAt = encoder.sink.size;
        after = encode(userValue(b));
      }
    } catch (Throwable t) {
      fault(t);
    }
  }

  private void innerLeft(int inner, Object result) {
    if (inner == StateCall.GET || inner == StateCall.INNER_READ) {
      if (!rawSeen) {
        // The innermost ends first: an aggregating state makes something else of it.
        raw = result;
        rawSeen = true;
      }
      if (call == StateCall.ADD && before == NOT_SET) {
        // Now: the function that comes may change it in place.
        beforeAt = encoder.sink.size;
        try {
          if (result != null && parts.ttl > 0) {
            beforeStamp = stampOf(result);
          }
          before = encode(userValue(result));
        } catch (Throwable t) {
          fault(t);
        }
      }
    }
  }

  // ---- ends

  @Override
  protected Object leave(int token, Object result) {
    int ended = token >> 1;
    if ((token & 1) == INNER) {
      depth--;
      if (!broken) {
        innerLeft(ended, result);
      }
      return result;
    }
    Object given = result;
    try {
      if (!broken) {
        given = tell(result);
      }
    } catch (Throwable t) {
      fault(t);
    } finally {
      done();
    }
    return given;
  }

  @Override
  protected void fail(int token) {
    if ((token & 1) == INNER) {
      depth--;
    } else {
      done();
    }
  }

  private void done() {
    depth = 0;
    self = null;
    first = null;
    second = null;
    raw = null;
    encoder.sink.truncate(mark);
  }

  /** Whatever is wrong is reported once and this state is told no more. */
  void fault(Throwable t) {
    broken = true;
    Faults.report(t);
  }

  private Object tell(Object result) throws Throwable {
    switch (call) {
      case StateCall.GET:
        read(result);
        return result;
      case StateCall.CONTAINS:
      case StateCall.IS_EMPTY:
        note(READ, call, place).number(Boolean.TRUE.equals(result) ? 1 : 0).write();
        return result;
      case StateCall.ENTRIES:
      case StateCall.KEYS:
      case StateCall.VALUES:
        note(READ, StateCall.ENTRIES, place).write();
        return result == null ? null : TracedEntries.of(this, call, result, place, encoder);
      case StateCall.PUT:
        written(StateCall.PUT, source.shape.isMap() ? second : first);
        return result;
      case StateCall.ADD:
        added();
        return result;
      case StateCall.ADD_ALL:
        changed(WRITTEN, StateCall.ADD, (Iterable<?>) first, null);
        return result;
      case StateCall.PUT_ALL:
        writtenAll((Map<?, ?>) first);
        return result;
      case StateCall.REMOVE:
        if (self == source.leaf && source.ttlState != null) {
          return result;
        }
        changed(WRITTEN, StateCall.REMOVE, null, null);
        return result;
      case StateCall.CLEAR:
        cleared();
        return result;
      case StateCall.MERGE:
        merged();
        return result;
      default:
        return result;
    }
  }

  private void read(Object result) throws Throwable {
    Object seen = result;
    if (source.shape == Shape.AGGREGATING || source.ttlState != null && source.shape.isList()) {
      seen = rawSeen ? raw : fetch(null);
      if (foundExpired && !source.returnsExpired) {
        seen = null;
      }
    }
    if (source.ttlState != null && source.shape.isList()) {
      seen = unexpired((Iterable<?>) seen);
    } else if (source.ttlState != null && rawSeen && raw != null && seen != null) {
      stamp = Math.max(stamp, stampOf(raw));
    }
    Object value = userValue(seen);
    afterAt = encoder.sink.size;
    after = encode(value);
    TaskNote n = note(READ, StateCall.GET, place);
    give(n, after, afterAt);
    if (value != null) {
      time(n, stamp);
    }
    n.write();
    watch(value);
  }

  /** What a list with time to live shows of what it stores; the rest is told as expired. */
  private Iterable<?> unexpired(Iterable<?> stored) throws Throwable {
    if (stored == null) {
      return null;
    }
    List<Object> live = new ArrayList<>();
    List<Object> gone = new ArrayList<>();
    long newest = 0;
    for (Object v : stored) {
      boolean over;
      own = true;
      try {
        over = Handles.ttlExpired(source.ttlState, v);
      } finally {
        own = false;
      }
      if (over) {
        gone.add(Handles.ttlValue(v));
        newest = Math.max(newest, Handles.ttlStamp(v));
      }
      if (!over || source.returnsExpired) {
        live.add(Handles.ttlValue(v));
        stamp = Math.max(stamp, Handles.ttlStamp(v));
      }
    }
    if (!gone.isEmpty()) {
      int at = encoder.sink.size;
      int length = encode(gone);
      TaskNote n = note(EXPIRED, StateCall.GET, place);
      giveBefore(n, length, at);
      time(n, newest);
      n.write();
      encoder.sink.truncate(at);
    }
    return live;
  }

  private void written(int what, Object value) throws Throwable {
    boolean gone = value == null && !source.shape.isMap();
    // A list keeps a list of its own.
    Object kept = source.shape.isList() && source.live ? fetch(null) : value;
    changed(gone ? CLEARED : WRITTEN, what, value, kept);
  }

  private void added() throws Throwable {
    if (source.shape.isList()) {
      changed(
          WRITTEN, StateCall.ADD, first == null ? null : Collections.singletonList(first), null);
      return;
    }
    if (first == null) {
      changed(CLEARED, StateCall.ADD, null, null);
      return;
    }
    if (after == NOT_SET) {
      Object now = fetch(null);
      if (now != null && parts.ttl > 0) {
        stamp = Math.max(stamp, stampOf(now));
      }
      changed(WRITTEN, StateCall.ADD, userValue(now), userValue(now));
    } else {
      changed(WRITTEN, StateCall.ADD, null, null);
    }
  }

  /**
   * Tells a write.
   *
   * @param value what is stored now; of a list that grows what came to it. Used unless it is
   *     written already
   * @param object what the backend now holds and hands out, or null
   */
  private void changed(int kind, int what, Object value, Object object) throws Throwable {
    if (after == NOT_SET) {
      afterAt = encoder.sink.size;
      after = encode(value);
    }
    TaskNote n = note(kind, what, place);
    give(n, after, afterAt);
    if (before != NOT_SET) {
      giveBefore(n, before, beforeAt);
      if (beforeStamp > 0) {
        n.number(beforeStamp + parts.ttl);
      }
    }
    if (after != Encoder.NULL) {
      time(n, stamp);
    }
    n.write();
    if (source.shape.isList() && what == StateCall.ADD) {
      return;
    }
    watch(object);
  }

  private void cleared() {
    boolean background = self == source.leaf && source.ttlState != null;
    TaskNote n = note(background ? EXPIRED : CLEARED, background ? StateCall.GET : 0, place);
    if (before != NOT_SET) {
      giveBefore(n, before, beforeAt);
      if (beforeStamp > 0 && background) {
        time(n, beforeStamp);
      } else if (beforeStamp > 0) {
        n.number(beforeStamp + parts.ttl);
      }
    }
    n.write();
    if (source.shape.isMap()) {
      trace.handedOut.forgetAll(this);
    } else {
      after = Encoder.NULL;
      watch(null);
    }
  }

  // ---- several at once

  private void prepareAll(Map<?, ?> all) throws Throwable {
    if (all == null) {
      return;
    }
    room(all.size() * 6);
    int i = 0;
    for (Object k : all.keySet()) {
      Place p = new Place();
      locate(p, k);
      int at = encoder.sink.size;
      beforeStamp = 0;
      int length = stored(p, k);
      several[i++] = p.from;
      several[i++] = p.key;
      several[i++] = p.namespace;
      several[i++] = p.mapKey;
      several[i++] = at;
      several[i++] = length;
    }
  }

  private void writtenAll(Map<?, ?> all) throws Throwable {
    if (all == null) {
      return;
    }
    int i = 0;
    Place p = new Place();
    beforeStamp = 0;
    for (Map.Entry<?, ?> e : all.entrySet()) {
      p.from = several[i++];
      p.key = several[i++];
      p.namespace = several[i++];
      p.mapKey = several[i++];
      p.hash(encoder.sink.data);
      beforeAt = several[i++];
      before = several[i++];
      copy(p);
      after = NOT_SET;
      changed(WRITTEN, StateCall.PUT, e.getValue(), e.getValue());
    }
  }

  private void copy(Place p) {
    place.from = p.from;
    place.key = p.key;
    place.namespace = p.namespace;
    place.mapKey = p.mapKey;
    place.hash = p.hash;
  }

  private void room(int n) {
    if (several.length < n) {
      several = new int[n];
    }
  }

  /** What target and sources hold before they are merged. */
  private void prepareMerge() throws Throwable {
    Collection<?> sources = (Collection<?>) second;
    if (sources == null || sources.isEmpty()) {
      return;
    }
    room(5 + sources.size() * 5);
    Object back = source.namespace();
    int i = 0;
    try {
      i = mergePart(first, i);
      for (Object s : sources) {
        i = mergePart(s, i);
      }
    } finally {
      source.setNamespace(back);
    }
  }

  private int mergePart(Object namespace, int i) throws Throwable {
    Place p = new Place();
    own = true;
    try {
      Handles.setNamespace(source.leaf, namespace);
    } finally {
      own = false;
    }
    locate(p, null);
    int at = encoder.sink.size;
    several[i] = p.from;
    several[i + 1] = p.key;
    several[i + 2] = p.namespace;
    several[i + 3] = at;
    several[i + 4] = stored(p, null);
    return i + 5;
  }

  private void merged() throws Throwable {
    Collection<?> sources = (Collection<?>) second;
    if (sources == null || sources.isEmpty()) {
      return;
    }
    trace.handedOut.forgetAll(this);
    int n = 1 + sources.size();
    for (int i = 1; i < n; i++) {
      part(i);
      if (before != Encoder.NULL) {
        TaskNote cleared = note(CLEARED, StateCall.MERGE, place);
        giveBefore(cleared, before, beforeAt);
        cleared.write();
      }
    }
    Object back = source.namespace();
    Object now;
    try {
      Handles.setNamespace(source.leaf, first);
      now = fetch(null);
    } finally {
      source.setNamespace(back);
    }
    part(0);
    after = NOT_SET;
    beforeStamp = 0;
    changed(WRITTEN, StateCall.MERGE, userValue(now), userValue(now));
  }

  private void part(int i) {
    place.from = several[i * 5];
    place.key = several[i * 5 + 1];
    place.namespace = several[i * 5 + 2];
    place.mapKey = Encoder.NULL;
    place.hash(encoder.sink.data);
    beforeAt = several[i * 5 + 3];
    before = several[i * 5 + 4];
  }

  // ---- values that may change in place

  private void watch(Object object) {
    if (place.isKnown() && task.invocation() != 0 && !(source.shape.isList() && parts.ttl > 0)) {
      trace.handedOut.put(this, place, afterAt, after, changeable(object));
    }
  }

  private Object changeable(Object value) {
    return source.live && (source.shape.isList() || !parts.value.immutable) ? value : null;
  }

  /** A value is no more what it was told to be. */
  void changedInPlace(
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

  @Override
  protected void expired(Object ttlValue) {
    if (broken || own || cleaning || depth == 0 || source.shape.isList()) {
      return;
    }
    int mark = encoder.sink.size;
    try {
      Object mapKey = atKey != null ? atKey : source.shape.isMap() ? mapKeyOf(call, first) : null;
      Place p = new Place();
      locate(p, mapKey);
      foundExpired = true;
      gone(p, userValue(ttlValue), stampOf(ttlValue), what(call));
    } catch (Throwable t) {
      fault(t);
    }
    encoder.sink.truncate(mark);
  }

  private static int what(int call) {
    return call <= StateCall.IS_EMPTY ? call : StateCall.ENTRIES;
  }

  private void gone(Place p, Object value, long stamp, int what) {
    int at = encoder.sink.size;
    int length = encode(value);
    TaskNote n = note(EXPIRED, what, p);
    giveBefore(n, length, at);
    time(n, stamp);
    n.write();
  }

  @Override
  protected void at(Object mapKey) {
    atKey = mapKey;
  }

  @Override
  protected void cleaning(boolean on) {
    cleaning = on;
  }

  @Override
  protected void cleaned(Object entry, Object left) {
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

  private void placeOf(Place p, Object entry, Object mapKey) {
    p.from = encoder.sink.size;
    p.key = encoder.value(parts.key.serializer, StateSource.entryKey(entry));
    p.namespace = encoder.value(parts.namespace.serializer, StateSource.entryNamespace(entry));
    p.mapKey = mapKey == null ? Encoder.NULL : encoder.value(parts.mapKey.serializer, mapKey);
  }

  /** The stamp of a value with time to live, the newest of several; 0 = none. */
  private long stampOf(Object v) throws Throwable {
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
  private Object userValue(Object v) throws Throwable {
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

  /** What an iteration does inside is its own: it counts as one call. */
  void quiet(boolean on) {
    if (on) {
      if (depth++ == 0) {
        call = StateCall.ENTRIES;
        first = null;
        mark = encoder.sink.size;
      }
    } else {
      depth--;
    }
  }

  boolean hasTtl() {
    return parts.ttl > 0;
  }

  /** Writes a map key; gives its length. */
  int encodeMapKey(Object k) {
    return k == null ? Encoder.NULL : encoder.value(parts.mapKey.serializer, k);
  }

  /** An iteration gave an entry. */
  void iterated(Place p, Object value, boolean hasValue) {
    int at = encoder.sink.size;
    int length = hasValue ? encode(value) : Encoder.NULL;
    TaskNote n = note(READ, StateCall.ENTRIES, p);
    give(n, length, at);
    n.write();
    if (hasValue && p.mapKey >= 0 && p.isKnown() && task.invocation() != 0) {
      trace.handedOut.put(this, p, at, length, hasTtl() ? null : changeable(value));
    }
  }

  /** An iteration changed an entry, or removed it. */
  void iterationChanged(Place p, int what, Object was, Object now) {
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
    if (p.mapKey >= 0 && p.isKnown() && task.invocation() != 0) {
      trace.handedOut.put(this, p, at, length, changeable(now));
    }
  }

  // ---- notes

  private TaskNote note(int kind, int what, Place p) {
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

  private void give(TaskNote n, int length, int at) {
    if (length >= 0) {
      n.value(encoder.sink.data, at, length);
    } else if (length == Encoder.WITHHELD) {
      withheld(n);
    }
  }

  private void giveBefore(TaskNote n, int length, int at) {
    if (length >= 0) {
      n.before(encoder.sink.data, at, length);
    } else if (length == Encoder.WITHHELD) {
      withheld(n);
    }
  }

  private void withheld(TaskNote n) {
    n.withheld();
    n.text(encoder.reason == null ? "longer than what is kept" : encoder.reason);
  }

  private void time(TaskNote n, long stamp) {
    if (parts.ttl > 0 && stamp > 0) {
      n.time(stamp + parts.ttl);
    }
  }
}
