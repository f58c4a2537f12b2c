package dev.sightglass.agent.replay;

/** A change of a state as the feed has it, step 13 of {@code spec/replay.md}. */
final class StateChange {
  // Actions.
  static final int SET = 0;
  static final int BYTES = 1;
  static final int ADD = 2;
  static final int CLEAR = 3;

  // What is there, in the column "has".
  private static final int KEY = 1;
  private static final int NAMESPACE = 2;
  private static final int MAP_KEY = 4;
  private static final int PATH = 8;
  private static final int KEY_BYTES = 16;
  private static final int NAMESPACE_BYTES = 32;

  /** The one that it comes before. */
  long invocation;

  /** By which the server knows it. */
  int number;

  /** What the clock of time to live says meanwhile, ms. */
  long clock;

  /** The invocation is a timer that fires within another one. */
  boolean isTimer;

  int action;
  int has;

  /** Of a list, which is to go; -1 = all. */
  int element;

  /** Id of the operator; empty = the one that has such a state. */
  String operator;

  String state;

  /** As its serializer writes it, when {@link #isKeyGiven}. */
  byte[] key;

  byte[] namespace;

  /** The server has a text of it. */
  boolean hasKey() {
    return (has & KEY) != 0;
  }

  boolean hasNamespace() {
    return (has & NAMESPACE) != 0;
  }

  boolean hasMapKey() {
    return (has & MAP_KEY) != 0;
  }

  /** A place of the value becomes another, not all of it. */
  boolean hasPath() {
    return (has & PATH) != 0;
  }

  boolean isKeyGiven() {
    return (has & KEY_BYTES) != 0;
  }

  boolean isNamespaceGiven() {
    return (has & NAMESPACE_BYTES) != 0;
  }
}
