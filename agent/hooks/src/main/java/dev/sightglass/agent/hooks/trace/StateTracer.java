package dev.sightglass.agent.hooks.trace;

import dev.sightglass.agent.core.Keys;
import dev.sightglass.agent.hooks.flink.Mirror;
import dev.sightglass.bootstrap.AsyncRead;
import dev.sightglass.bootstrap.StateContext;
import dev.sightglass.bootstrap.TaskContext;
import dev.sightglass.bootstrap.TimerContext;
import dev.sightglass.bootstrap.Tracer;
import dev.sightglass.bootstrap.WindowContext;
import java.util.List;

/** Finds out what states, timer services and window operators are, when Flink makes them. */
public final class StateTracer implements Tracer {
  private static final String RUNTIME_STATE = "org.apache.flink.runtime.state.";
  private static final String TTL = RUNTIME_STATE + "ttl.Ttl";
  private static final String ASYNC_TTL = RUNTIME_STATE + "v2.ttl.Ttl";
  private static final String HEAP = RUNTIME_STATE + "heap.";
  private static final String BROADCAST = RUNTIME_STATE + "HeapBroadcastState";

  /** What the tracer asks about tasks. */
  public interface Tasks {
    /** The task's own part, made when it is not there yet. */
    TaskTrace trace(TaskContext task);

    /** Chain index of the operator with that id (32 hex digits), or -1. */
    int operator(TaskContext task, String id);

    /** Chain index of the operator that {@code part} is or belongs to, or -1. */
    int operatorOf(TaskContext task, Object part);

    /** Chain index of the operator that emits to a result partition, or -1. */
    int writing(TaskContext task, Object partition);

    /** Chain index of the operator that it is chained to, or -1. */
    int parent(TaskContext task, int operator);
  }

  private final Tasks tasks;

  public StateTracer(Tasks tasks) {
    this.tasks = tasks;
  }

  /** Something to make that may go wrong: then there is none. */
  private interface Making<T> {
    T of(TaskTrace t) throws Throwable;
  }

  private <T> T made(TaskContext task, Making<T> making) {
    TaskTrace t = tasks.trace(task);
    if (t == null) {
      return null;
    }
    try {
      return making.of(t);
    } catch (Throwable e) {
      Faults.report(e);
      return null;
    }
  }

  private interface Noting {
    void of(TaskTrace t) throws Throwable;
  }

  private void noted(TaskContext task, Noting noting) {
    made(
        task,
        t -> {
          noting.of(t);
          return null;
        });
  }

  @Override
  public void backends(TaskContext task, Object operatorId, Object backends) {
    noted(task, t -> backends(t, operatorId, backends));
  }

  @Override
  public void created(
      TaskContext task, Object backend, Object descriptor, Object namespace, Object state) {
    noted(task, t -> created(t, backend, descriptor, namespace, state));
  }

  @Override
  public void operatorState(TaskContext task, Object backend, Object state) {
    noted(task, t -> operatorState(t, backend, state));
  }

  @Override
  public StateContext state(TaskContext task, Object state) {
    return made(task, t -> t.states.get(state));
  }

  @Override
  public AsyncRead request(
      TaskContext task, Object controller, Object state, Object type, Object payload) {
    return made(
        task,
        t -> {
          AsyncState s = state == null ? null : t.asyncStates.get(state);
          return s == null ? null : s.request(controller, state, type.toString(), payload);
        });
  }

  @Override
  public void named(TaskContext task, String name, Object service) {
    noted(task, t -> t.serviceNames.put(service, name));
  }

  @Override
  public TimerContext timers(TaskContext task, Object service) {
    return made(
        task,
        t -> {
          TracedTimers known = t.services.get(service);
          return known != null ? known : timers(t, service);
        });
  }

  @Override
  public TimerContext firing(TaskContext task, Object target) {
    return made(task, t -> firing(t, target));
  }

  @Override
  public WindowContext windows(TaskContext task, Object operator) {
    return made(
        task,
        t -> {
          TracedWindows known = t.windows.get(operator);
          return known != null ? known : windows(t, operator);
        });
  }

  @Override
  public int parent(TaskContext task, int operator) {
    return tasks.parent(task, operator);
  }

  @Override
  public int writer(TaskContext task, Object writer) {
    Integer operator =
        made(task, t -> tasks.writing(task, Mirror.field(writer, "targetPartition")));
    return operator == null ? -1 : operator;
  }

  @Override
  public Object holder(Object combined, long[] own) {
    return Holders.of(combined, own);
  }

  @Override
  public Object channelInfo(Object gate, int place) {
    return ((List<?>) Mirror.call(gate, "getChannelInfos")).get(place);
  }

  // ---- states

  private void backends(TaskTrace t, Object operatorId, Object backends) {
    TaskContext task = t.task;
    int operator = tasks.operator(task, Keys.hex(Mirror.id(operatorId)));
    for (String getter :
        new String[] {"keyedStateBackend", "asyncKeyedStateBackend", "operatorStateBackend"}) {
      Object backend = called(backends, getter);
      if (backend != null) {
        t.operators.put(backend, operator);
        Object inner = member(backend, "keyedStateBackend");
        if (inner != null) {
          t.operators.put(inner, operator);
        }
      }
    }
  }

  /** Null: there is none, in this version. */
  private static Object called(Object o, String getter) {
    try {
      return Mirror.call(o, getter);
    } catch (Mirror.NoSuchMember e) {
      return null;
    }
  }

  private static Object member(Object o, String field) {
    try {
      return Mirror.field(o, field);
    } catch (Mirror.NoSuchMember e) {
      return null;
    }
  }

  private void created(
      TaskTrace t, Object backend, Object descriptor, Object namespace, Object state) {
    TaskContext task = t.task;
    int operator = t.operators.getOrDefault(backend, -1);
    if (task.isLegacy() && operator == task.sourceOperator()) {
      // Its own thread may use it while the task's does.
      return;
    }
    boolean async = state.getClass().getName().startsWith(ASYNC_TTL);
    Object ttlState = async || state.getClass().getName().startsWith(TTL) ? state : null;
    Object leaf = ttlState == null ? state : Mirror.field(ttlState, "original");
    Object delegate = member(leaf, "delegatedState");
    if (delegate != null) {
      leaf = delegate;
    }
    if (leaf.getClass().getName().startsWith("org.apache.flink.state.forst.ForSt")) {
      t.asyncStates.put(leaf, async(t, operator, backend, descriptor, namespace, ttlState));
      return;
    }
    Shape shape = Shape.valueOf(Mirror.text(descriptor, "getType"));
    StateParts.Builder b = keyed(operator, backend, descriptor, ttlState, shape);
    b.namespace = namespace;
    boolean live = leaf.getClass().getName().startsWith(HEAP);
    b.backend = backendOf(leaf);
    TracedState traced =
        new TracedState(
            t,
            operator,
            new StateSource(shape, leaf, ttlState, backend, live),
            b.build(task, t.attempt));
    t.states.put(state, traced);
    t.states.put(leaf, traced);
    if (ttlState != null) {
      t.states.put(ttlState, traced);
    }
  }

  private static String backendOf(Object leaf) {
    String name = leaf.getClass().getName();
    return name.startsWith(HEAP) ? "heap" : name.contains(".forst.") ? "forst" : "rocksdb";
  }

  private static StateParts.Builder keyed(
      int operator, Object backend, Object descriptor, Object ttlState, Shape shape) {
    String name =
        called(descriptor, "getName") == null
            ? Mirror.text(descriptor, "getStateId")
            : Mirror.text(descriptor, "getName");
    StateParts.Builder b = new StateParts.Builder(operator, name, shape.text);
    Object key = called(backend, "getKeySerializer");
    b.key = key != null ? key : Mirror.field(backend, "keySerializer");
    if (shape == Shape.LIST && called(descriptor, "getElementSerializer") != null) {
      b.value = Mirror.call(descriptor, "getElementSerializer");
    } else if (shape == Shape.MAP) {
      Object whole = called(descriptor, "getKeySerializer") != null ? descriptor : null;
      b.mapKey =
          whole != null
              ? Mirror.call(descriptor, "getKeySerializer")
              : Mirror.call(descriptor, "getUserKeySerializer");
      b.value =
          whole != null
              ? Mirror.call(descriptor, "getValueSerializer")
              : Mirror.call(descriptor, "getSerializer");
    } else {
      b.value = Mirror.call(descriptor, "getSerializer");
    }
    b.isList = shape.isList();
    b.ttl = ttlState == null ? 0 : (Long) Mirror.field(ttlState, "ttl");
    return b;
  }

  private AsyncState async(
      TaskTrace t,
      int operator,
      Object backend,
      Object descriptor,
      Object namespace,
      Object ttlState) {
    Shape shape = Shape.valueOf(Mirror.text(descriptor, "getType"));
    StateParts.Builder b = keyed(operator, backend, descriptor, ttlState, shape);
    b.namespace = namespace;
    b.backend = "forst";
    return new AsyncState(t, operator, shape, b.build(t.task, t.attempt));
  }

  private void operatorState(TaskTrace t, Object backend, Object state) {
    if (t.states.containsKey(state)) {
      return;
    }
    TaskContext task = t.task;
    int operator = t.operators.getOrDefault(backend, -1);
    if (task.isLegacy() && operator == task.sourceOperator()) {
      return;
    }
    Object meta = Mirror.call(state, "getStateMetaInfo");
    boolean broadcast = state.getClass().getName().equals(BROADCAST);
    Shape shape =
        broadcast
            ? Shape.BROADCAST
            : Mirror.text(meta, "getAssignmentMode").equals("UNION")
                ? Shape.UNION_LIST
                : Shape.OPERATOR_LIST;
    StateParts.Builder b =
        new StateParts.Builder(operator, Mirror.text(meta, "getName"), shape.text);
    b.backend = "heap";
    b.value = Mirror.call(meta, broadcast ? "getValueSerializer" : "getPartitionStateSerializer");
    b.mapKey = broadcast ? Mirror.call(meta, "getKeySerializer") : null;
    b.isList = shape.isList();
    t.states.put(
        state,
        new TracedState(
            t,
            operator,
            new StateSource(shape, state, null, null, true),
            b.build(task, t.attempt)));
  }

  // ---- timers and windows

  /** Null: it has not been started. */
  private TracedTimers timers(TaskTrace t, Object service) {
    Object target = Mirror.field(service, "triggerTarget");
    if (target == null) {
      return null;
    }
    int operator = tasks.operatorOf(t.task, target);
    StateParts.Builder b =
        new StateParts.Builder(operator, t.serviceNames.getOrDefault(service, ""), "timers");
    b.key = Mirror.field(service, "keySerializer");
    b.namespace = Mirror.field(service, "namespaceSerializer");
    TracedTimers made = new TracedTimers(t, operator, target, b.build(t.task, t.attempt));
    t.services.put(service, made);
    return made;
  }

  private TracedTimers firing(TaskTrace t, Object target) {
    for (TracedTimers s : t.services.values()) {
      if (s.target == target) {
        return s;
      }
    }
    for (Object service : t.serviceNames.keySet()) {
      if (Mirror.field(service, "triggerTarget") == target) {
        return timers(t, service);
      }
    }
    return null;
  }

  private TracedWindows windows(TaskTrace t, Object operator) {
    TaskContext task = t.task;
    int index = tasks.operatorOf(task, operator);
    StateParts.Builder b = new StateParts.Builder(index, "windows", "windows");
    Object key = member(operator, "keySerializer");
    b.key = key != null ? key : keySerializerOf(operator);
    b.namespace = windowSerializer(operator);
    b.value = b.namespace;
    TracedWindows made = new TracedWindows(t, index, operator, b.build(task, t.attempt));
    t.windows.put(operator, made);
    return made;
  }

  private static Object keySerializerOf(Object operator) {
    return Mirror.call(Mirror.call(operator, "getKeyedStateBackend"), "getKeySerializer");
  }

  private static Object windowSerializer(Object operator) {
    Object own = member(operator, "windowSerializer");
    return own != null
        ? own
        : Mirror.call(Mirror.field(operator, "windowProcessor"), "createWindowSerializer");
  }
}
