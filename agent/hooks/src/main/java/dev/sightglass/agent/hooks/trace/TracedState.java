// Size: the calls of a state share what is at hand of the one in progress; apart they would hand it
// to one another.
package dev.sightglass.agent.hooks.trace;

import dev.sightglass.bootstrap.StateCall;
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
final class TracedState extends StateRows {
  private static final int NOT_SET = -3;

  /** Calls within calls that are known; deeper ones add nothing. */
  private static final int DEPTH = 8;

  // The call in progress.
  private int depth;
  private final int[] inners = new int[DEPTH];
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

  // Places where values of PUT_ALL and MERGE begin, and their lengths.
  private int[] several = new int[16];

  TracedState(TaskTrace trace, int operator, StateSource source, StateParts parts) {
    super(trace, operator, source, parts);
  }

  // ---- calls

  @Override
  protected boolean enter(int call, Object self, Object a, Object b) {
    if (broken || own) {
      return false;
    }
    if (depth > 0) {
      if (depth >= DEPTH) {
        return false;
      }
      inner(call, a, b);
      inners[depth++] = call;
      return true;
    }
    if (self == source.leaf
        && source.ttlState != null
        && call != StateCall.CLEAR
        && call != StateCall.REMOVE) {
      // An iterator of a state with time to live renews stamps.
      return false;
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
      return false;
    }
    depth = 1;
    return true;
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
  protected Object leave(Object result) {
    if (depth > 1) {
      depth--;
      if (!broken) {
        innerLeft(inners[depth], result);
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
  protected void fail() {
    if (depth > 1) {
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
    watch(place, afterAt, after, value);
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
    watch(place, afterAt, after, object);
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
      watch(place, afterAt, after, null);
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
}
