package dev.sightglass.agent.hooks.trace;

/** Kinds of states as spec/recording.md names them, and how what they store is read. */
enum Shape {
  VALUE("value") {
    @Override
    Object stored(Object state, Object mapKey) throws Throwable {
      return Handles.value(state);
    }
  },
  LIST("list") {
    @Override
    Object stored(Object state, Object mapKey) throws Throwable {
      return Handles.internal(state);
    }
  },
  REDUCING("reducing") {
    @Override
    Object stored(Object state, Object mapKey) throws Throwable {
      return Handles.internal(state);
    }
  },
  AGGREGATING("aggregating") {
    @Override
    Object stored(Object state, Object mapKey) throws Throwable {
      return Handles.internal(state);
    }
  },
  MAP("map") {
    @Override
    Object stored(Object state, Object mapKey) throws Throwable {
      return mapKey == null ? null : Handles.mapGet(state, mapKey);
    }
  },
  OPERATOR_LIST("operator-list") {
    @Override
    Object stored(Object state, Object mapKey) throws Throwable {
      return Handles.listGet(state);
    }
  },
  UNION_LIST("union-list") {
    @Override
    Object stored(Object state, Object mapKey) throws Throwable {
      return Handles.listGet(state);
    }
  },
  BROADCAST("broadcast") {
    @Override
    Object stored(Object state, Object mapKey) throws Throwable {
      return mapKey == null ? null : Handles.broadcastGet(state, mapKey);
    }
  };

  final String text;

  Shape(String text) {
    this.text = text;
  }

  /** What is stored for the key and namespace at hand; of a map for one of its keys. */
  abstract Object stored(Object state, Object mapKey) throws Throwable;

  boolean isList() {
    return this == LIST || this == OPERATOR_LIST || this == UNION_LIST;
  }

  boolean isMap() {
    return this == MAP || this == BROADCAST;
  }

  /** A call changes what is stored by what was there. */
  boolean isFolding() {
    return this == REDUCING || this == AGGREGATING;
  }
}
