package dev.sightglass.agent.replay;

import org.apache.flink.api.common.typeutils.TypeSerializer;

/** A state that an operator has registered, behind one face whatever keeps it. */
interface ChangedState {
  /** As {@code spec/recording.md} names kinds of states. */
  String kind();

  /** Of the elements of a list, the values of a map, else of what is stored. */
  TypeSerializer<Object> values();

  /** Of the keys of a map; null: it is none. */
  TypeSerializer<Object> mapKeys();

  /** Of keys; null: it belongs to no key. */
  TypeSerializer<Object> keys();

  /** Of windows; null: it is not kept for each window. */
  TypeSerializer<Object> namespaces();

  /** Goes to a key and window. They are those at hand until {@link #back}. */
  void enter(Object key, Object namespace) throws Exception;

  /** Goes back to the key and window that were at hand before. */
  void back() throws Exception;

  default boolean isList() {
    return kind().equals("list");
  }

  default boolean isMap() {
    return mapKeys() != null;
  }

  /** What is stored, null = nothing; of a list a {@code List} that is the caller's. */
  Object get(Object mapKey) throws Exception;

  /** Stores a value; of a list a {@code List}. */
  void put(Object mapKey, Object value) throws Exception;

  /** An element more of a list. */
  void add(Object element) throws Exception;

  /** Removes what is stored; of a map one entry, all of them for null. */
  void clear(Object mapKey) throws Exception;

  /** Whether anything is stored; of a map in any entry. */
  boolean isEmpty() throws Exception;
}
