package dev.sightglass.agent.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.internal.InternalKvState;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.runtime.tasks.StreamTask;

/** Finds the states that the operators of a task have registered by now, by name. */
final class TaskStates {
  private static final int LISTED = 30;

  private final Object chain;
  private final int groups;

  TaskStates(StreamTask<?, ?> task) throws ReflectiveOperationException {
    this(
        Members.get(task, "operatorChain"),
        task.getEnvironment().getTaskInfo().getMaxNumberOfParallelSubtasks());
  }

  /**
   * @param chain the operators
   * @param groups key groups that there are
   */
  TaskStates(Object chain, int groups) {
    this.chain = chain;
    this.groups = groups;
  }

  /**
   * @param operator its id; empty = the one that has such a state
   */
  ChangedState find(String operator, String name) throws Exception {
    List<String> all = new ArrayList<>();
    List<String> where = new ArrayList<>();
    ChangedState found = null;
    for (Object wrapper : (Iterable<?>) Members.call(chain, "getAllOperators")) {
      Object o = Members.call(wrapper, "getStreamOperator");
      Object handler = Members.optional(o, "stateHandler");
      if (!(o instanceof StreamOperator) || handler == null) {
        continue;
      }
      String id = ((StreamOperator<?>) o).getOperatorID().toHexString();
      boolean wanted = operator.isEmpty() || operator.equals(id);
      Map<String, ChangedState> states = new TreeMap<>();
      keyed(states, Members.get(handler, "keyedStateBackend"));
      Object lists = Members.get(handler, "operatorStateBackend");
      broadcast(states, lists);
      for (Map.Entry<String, ChangedState> e : states.entrySet()) {
        all.add(id + "/" + e.getKey() + " (" + e.getValue().kind() + ")");
      }
      if (wanted && states.containsKey(name)) {
        found = states.get(name);
        where.add(id);
      }
      refuse(wanted && found == null, name, handler, lists);
    }
    if (where.size() > 1) {
      throw new Unchangeable("several operators have it: name one of " + String.join(", ", where));
    }
    if (found == null) {
      throw new Unchangeable(
          "no such state is registered at that time; there "
              + (all.isEmpty() ? "is none" : "are: " + listed(all)));
    }
    return found;
  }

  private static String listed(List<String> all) {
    String more = all.size() > LISTED ? " and " + (all.size() - LISTED) + " more" : "";
    return String.join(", ", all.subList(0, Math.min(all.size(), LISTED))) + more;
  }

  /** Says of states that are there why they are not changed. */
  private static void refuse(boolean wanted, String name, Object handler, Object lists)
      throws Exception {
    if (!wanted) {
      return;
    }
    if (lists != null && registered(lists, "registeredOperatorStates").containsKey(name)) {
      throw new Unchangeable(
          "it is a list of the operator's, which operators read when they begin and keep in fields:"
              + " a change of it would not be seen");
    }
    if (Members.optional(handler, "asyncKeyedStateBackend") != null) {
      throw new Unchangeable(
          "the operator's states answer later, so that it has no certain moment between two"
              + " invocations: they are not changed");
    }
  }

  private static Map<?, ?> registered(Object backend, String field) throws IllegalAccessException {
    Object states = backend == null ? null : Members.optional(backend, field);
    return states instanceof Map ? (Map<?, ?>) states : Map.of();
  }

  private void keyed(Map<String, ChangedState> to, Object backend) throws IllegalAccessException {
    if (!(backend instanceof CheckpointableKeyedStateBackend)) {
      return;
    }
    CheckpointableKeyedStateBackend<?> b = (CheckpointableKeyedStateBackend<?>) backend;
    KeyGroupRange range = b.getKeyGroupRange();
    for (Map.Entry<?, ?> e : registered(backend, "keyValueStatesByName").entrySet()) {
      to.put(
          (String) e.getKey(),
          new ChangedKeyed(b, (InternalKvState<?, ?, ?>) e.getValue(), range, groups));
    }
  }

  private static void broadcast(Map<String, ChangedState> to, Object backend)
      throws IllegalAccessException {
    for (Map.Entry<?, ?> e : registered(backend, "registeredBroadcastStates").entrySet()) {
      to.putIfAbsent((String) e.getKey(), new ChangedBroadcast(e.getValue()));
    }
  }
}
