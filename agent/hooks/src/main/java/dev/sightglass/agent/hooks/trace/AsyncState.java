package dev.sightglass.agent.hooks.trace;

import dev.sightglass.agent.hooks.flink.Mirror;
import dev.sightglass.bootstrap.AsyncRead;
import dev.sightglass.bootstrap.StateCall;
import dev.sightglass.bootstrap.TaskNote;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Tells requests to a state that answers later (ForSt). What was stored before is not known: asking
 * would be one more request. Writes are told when they are asked for, reads when they are answered.
 */
final class AsyncState {
  private final TaskTrace trace;
  private final int operator;
  private final Shape shape;
  private final StateParts parts;

  AsyncState(TaskTrace trace, int operator, Shape shape, StateParts parts) {
    this.trace = trace;
    this.operator = operator;
    this.shape = shape;
    this.parts = parts;
  }

  /** A request is made; what comes back is told with its answer, null: it is told already. */
  AsyncRead request(Object controller, Object state, String type, Object payload) {
    Object context = Mirror.call(controller, "getCurrentContext");
    Object key = Mirror.call(context, "getKey");
    Object namespace = Mirror.call(context, "getNamespace", state);
    switch (type) {
      case "VALUE_GET":
      case "LIST_GET":
      case "REDUCING_GET":
      case "AGGREGATING_GET":
        return new Answer(key, namespace, null, StateCall.GET);
      case "MAP_GET":
        return new Answer(key, namespace, payload, StateCall.GET);
      case "MAP_CONTAINS":
        return new Answer(key, namespace, payload, StateCall.CONTAINS);
      case "MAP_IS_EMPTY":
        return new Answer(key, namespace, null, StateCall.IS_EMPTY);
      case "MAP_ITER":
      case "MAP_ITER_KEY":
      case "MAP_ITER_VALUE":
        return new Answer(key, namespace, null, StateCall.ENTRIES);
      case "CLEAR":
        write(TracedState.CLEARED, 0, key, namespace, null, null);
        return null;
      case "VALUE_UPDATE":
        write(
            payload == null ? TracedState.CLEARED : TracedState.WRITTEN,
            StateCall.PUT,
            key,
            namespace,
            null,
            payload);
        return null;
      case "LIST_UPDATE":
        write(TracedState.WRITTEN, StateCall.PUT, key, namespace, null, payload);
        return null;
      case "LIST_ADD":
        write(
            TracedState.WRITTEN,
            StateCall.ADD,
            key,
            namespace,
            null,
            Collections.singletonList(payload));
        return null;
      case "LIST_ADD_ALL":
        write(TracedState.WRITTEN, StateCall.ADD, key, namespace, null, payload);
        return null;
      case "REDUCING_ADD":
      case "AGGREGATING_ADD":
        // What is written is the accumulator: these states read it, and ask for this.
        write(TracedState.WRITTEN, StateCall.ADD, key, namespace, null, payload);
        return null;
      case "MAP_PUT":
        write(
            TracedState.WRITTEN,
            StateCall.PUT,
            key,
            namespace,
            Mirror.field(payload, "f0"),
            Mirror.field(payload, "f1"));
        return null;
      case "MAP_REMOVE":
        write(TracedState.WRITTEN, StateCall.REMOVE, key, namespace, payload, null);
        return null;
      case "MAP_PUT_ALL":
        for (Map.Entry<?, ?> e : ((Map<?, ?>) payload).entrySet()) {
          write(TracedState.WRITTEN, StateCall.PUT, key, namespace, e.getKey(), e.getValue());
        }
        return null;
      default:
        return null;
    }
  }

  private void write(
      int kind, int what, Object key, Object namespace, Object mapKey, Object value) {
    TaskNote n = trace.task.note(TaskNote.STATE, kind, operator);
    tell(n, what, key, namespace, mapKey, value);
  }

  private void tell(
      TaskNote n, int what, Object key, Object namespace, Object mapKey, Object value) {
    Encoder e = trace.encoder;
    int mark = e.sink.size;
    try {
      value = plain(n, value);
      int keyLength = e.value(parts.key.serializer, key);
      int namespaceAt = e.sink.size;
      int namespaceLength =
          parts.namespace.serializer == null
              ? Encoder.NULL
              : e.value(parts.namespace.serializer, namespace);
      int mapKeyAt = e.sink.size;
      int mapKeyLength = mapKey == null ? Encoder.NULL : e.value(parts.mapKey.serializer, mapKey);
      int valueAt = e.sink.size;
      int valueLength =
          shape.isList()
              ? e.list(parts.value.serializer, (Iterable<?>) value)
              : e.value(parts.value.serializer, value);
      byte[] b = e.sink.data;
      n.what(what).state(parts.word);
      if (keyLength >= 0) {
        n.key(b, mark, keyLength);
      }
      if (namespaceLength >= 0) {
        n.namespace(b, namespaceAt, namespaceLength);
      }
      if (mapKeyLength >= 0) {
        n.mapKey(b, mapKeyAt, mapKeyLength);
      }
      if (valueLength >= 0) {
        n.value(b, valueAt, valueLength);
      }
      if (Math.min(Math.min(keyLength, namespaceLength), Math.min(mapKeyLength, valueLength))
          == Encoder.WITHHELD) {
        n.withheld().text(e.reason == null ? "longer than what is kept" : e.reason);
      }
      n.write();
    } catch (RuntimeException | Error t) {
      throw t;
    } catch (Throwable t) {
      throw new IllegalStateException("a request", t);
    } finally {
      e.sink.truncate(mark);
    }
  }

  /** A value without what time to live adds to it; the note gets the time when it expires. */
  private Object plain(TaskNote n, Object value) throws Throwable {
    if (parts.ttl == 0 || value == null) {
      return value;
    }
    if (!shape.isList()) {
      return one(n, value);
    }
    List<Object> all = new ArrayList<>();
    for (Object v : (Iterable<?>) value) {
      all.add(one(n, v));
    }
    return all;
  }

  private Object one(TaskNote n, Object value) throws Throwable {
    if (!Handles.isTtlValue(value)) {
      return value;
    }
    n.time(Handles.ttlStamp(value) + parts.ttl);
    return Handles.ttlValue(value);
  }

  /** A read that waits for its answer. */
  private final class Answer extends AsyncRead {
    private final Object key;
    private final Object namespace;
    private final Object mapKey;
    private final int what;

    Answer(Object key, Object namespace, Object mapKey, int what) {
      super(trace.task);
      this.key = key;
      this.namespace = namespace;
      this.mapKey = mapKey;
      this.what = what;
    }

    @Override
    protected void tell() {
      TaskNote n = note(TracedState.READ, operator);
      if (answer instanceof Boolean && what != StateCall.GET) {
        n.number((Boolean) answer ? 1 : 0);
      }
      AsyncState.this.tell(n, what, key, namespace, mapKey, what == StateCall.GET ? answer : null);
    }
  }
}
