package dev.sightglass.agent.replay;

import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** A broadcast state. It belongs to no key. */
@SuppressWarnings("unchecked") // the state's own serializers made what is put in
final class ChangedBroadcast implements ChangedState {
  private final BroadcastState<Object, Object> state;

  ChangedBroadcast(Object state) {
    this.state = (BroadcastState<Object, Object>) state;
  }

  @Override
  public String kind() {
    return "broadcast";
  }

  private TypeSerializer<Object> serializer(String getter) {
    try {
      return (TypeSerializer<Object>) Members.call(Members.call(state, "getStateMetaInfo"), getter);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public TypeSerializer<Object> values() {
    return serializer("getValueSerializer");
  }

  @Override
  public TypeSerializer<Object> mapKeys() {
    return serializer("getKeySerializer");
  }

  @Override
  public TypeSerializer<Object> keys() {
    return null;
  }

  @Override
  public TypeSerializer<Object> namespaces() {
    return null;
  }

  @Override
  public void enter(Object key, Object namespace) {}

  @Override
  public void back() {}

  @Override
  public Object get(Object mapKey) throws Exception {
    return state.get(mapKey);
  }

  @Override
  public void put(Object mapKey, Object value) throws Exception {
    state.put(mapKey, value);
  }

  @Override
  public void add(Object element) {
    throw new IllegalStateException("it is no list");
  }

  @Override
  public void clear(Object mapKey) throws Exception {
    if (mapKey != null) {
      state.remove(mapKey);
    } else {
      state.clear();
    }
  }

  @Override
  public boolean isEmpty() throws Exception {
    return !state.entries().iterator().hasNext();
  }
}
