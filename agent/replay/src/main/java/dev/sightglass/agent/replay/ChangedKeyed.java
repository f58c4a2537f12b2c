package dev.sightglass.agent.replay;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.internal.InternalAppendingState;
import org.apache.flink.runtime.state.internal.InternalKvState;
import org.apache.flink.runtime.state.internal.InternalListState;
import org.apache.flink.runtime.state.internal.InternalMapState;
import org.apache.flink.runtime.state.internal.InternalReducingState;
import org.apache.flink.runtime.state.internal.InternalValueState;

/**
 * A keyed state, as its backend hands it to the operator: what wraps it, as time to live, takes
 * part.
 */
@SuppressWarnings("unchecked") // the state's own serializers made what is put in
final class ChangedKeyed implements ChangedState {
  /** What leads from a state to the one that it wraps, in Flink's classes. */
  private static final String[] WITHIN = {"original", "delegatedState"};

  private final KeyedStateBackend<Object> backend;
  private final InternalKvState<Object, Object, ?> state;
  private final KeyGroupRange range;
  private final int groups;
  private Object keyBefore;
  private Object namespaceBefore;

  /**
   * @param range of key groups that this task has
   * @param groups all that there are
   */
  ChangedKeyed(
      KeyedStateBackend<?> backend,
      InternalKvState<?, ?, ?> state,
      KeyGroupRange range,
      int groups) {
    this.backend = (KeyedStateBackend<Object>) backend;
    this.state = (InternalKvState<Object, Object, ?>) state;
    this.range = range;
    this.groups = groups;
  }

  @Override
  public String kind() {
    if (state instanceof InternalMapState) {
      return "map";
    } else if (state instanceof InternalListState) {
      return "list";
    } else if (state instanceof InternalValueState) {
      return "value";
    }
    return state instanceof InternalReducingState ? "reducing" : "aggregating";
  }

  @Override
  public TypeSerializer<Object> keys() {
    return backend.getKeySerializer();
  }

  @Override
  public TypeSerializer<Object> namespaces() {
    TypeSerializer<Object> s = state.getNamespaceSerializer();
    return (TypeSerializer<?>) s instanceof VoidNamespaceSerializer ? null : s;
  }

  @Override
  public TypeSerializer<Object> mapKeys() {
    return state instanceof InternalMapState
        ? ((MapSerializer<Object, Object>) (TypeSerializer<?>) state.getValueSerializer())
            .getKeySerializer()
        : null;
  }

  @Override
  public TypeSerializer<Object> values() {
    TypeSerializer<?> s = state.getValueSerializer();
    if (state instanceof InternalMapState) {
      return ((MapSerializer<Object, Object>) s).getValueSerializer();
    } else if (state instanceof InternalListState) {
      return ((ListSerializer<Object>) s).getElementSerializer();
    }
    return (TypeSerializer<Object>) s;
  }

  @Override
  public void enter(Object key, Object namespace) throws Exception {
    int group = KeyGroupRangeAssignment.assignToKeyGroup(key, groups);
    if (!range.contains(group)) {
      throw new Unchangeable(
          "the key is none of this subtask's: it is of key group "
              + group
              + ", and the subtask has "
              + range.getStartKeyGroup()
              + " to "
              + range.getEndKeyGroup());
    }
    keyBefore = backend.getCurrentKey();
    namespaceBefore = Members.optional(innermost(), "currentNamespace");
    backend.setCurrentKey(key);
    state.setCurrentNamespace(namespace);
  }

  /** Before the first record no key is at hand, and nothing asks for one either. */
  @Override
  public void back() {
    if (namespaceBefore != null) {
      state.setCurrentNamespace(namespaceBefore);
    }
    if (keyBefore != null) {
      backend.setCurrentKey(keyBefore);
    }
  }

  private Object innermost() throws IllegalAccessException {
    Object s = state;
    for (int i = 0; i < WITHIN.length; i++) {
      for (String field : WITHIN) {
        Object within = Members.optional(s, field);
        s = within instanceof InternalKvState ? within : s;
      }
    }
    return s;
  }

  @Override
  public Object get(Object mapKey) throws Exception {
    if (state instanceof InternalMapState) {
      return map().get(mapKey);
    } else if (state instanceof InternalListState) {
      List<Object> all = new ArrayList<>();
      Iterable<Object> stored = list().get();
      if (stored != null) {
        stored.forEach(all::add);
      }
      return all.isEmpty() ? null : all;
    } else if (state instanceof InternalValueState) {
      return ((InternalValueState<Object, Object, Object>) state).value();
    }
    return folding().getInternal();
  }

  @Override
  public void put(Object mapKey, Object value) throws Exception {
    if (state instanceof InternalMapState) {
      map().put(mapKey, value);
    } else if (state instanceof InternalListState) {
      list().update((List<Object>) value);
    } else if (state instanceof InternalValueState) {
      ((InternalValueState<Object, Object, Object>) state).update(value);
    } else {
      folding().updateInternal(value);
    }
  }

  @Override
  public void add(Object element) throws Exception {
    list().add(element);
  }

  @Override
  public void clear(Object mapKey) throws Exception {
    if (mapKey != null) {
      map().remove(mapKey);
    } else {
      state.clear();
    }
  }

  @Override
  public boolean isEmpty() throws Exception {
    return state instanceof InternalMapState ? map().isEmpty() : get(null) == null;
  }

  private InternalMapState<Object, Object, Object, Object> map() {
    return (InternalMapState<Object, Object, Object, Object>) (InternalKvState<?, ?, ?>) state;
  }

  private InternalListState<Object, Object, Object> list() {
    return (InternalListState<Object, Object, Object>) (InternalKvState<?, ?, ?>) state;
  }

  private InternalAppendingState<Object, Object, Object, Object, Object> folding() {
    return (InternalAppendingState<Object, Object, Object, Object, Object>)
        (InternalKvState<?, ?, ?>) state;
  }
}
