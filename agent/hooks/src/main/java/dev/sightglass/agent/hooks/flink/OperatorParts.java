package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.core.JsonWriter;
import java.lang.ref.WeakReference;

/**
 * What is kept of an operator while its task runs: how to find it again by what belongs to it, and
 * how to write what it gets as bytes. Used by the task's thread.
 */
final class OperatorParts {
  /** Fields of an operator that hold what belongs to it and does not lead back. */
  private static final String[] OWNED = {"userFunction", "committer", "output"};

  final int index;
  private final WeakReference<Object> operator;

  /** By input; null where there is no serializer. */
  private final ValueWriter[] inputs;

  private final String[] inputIds;
  private final ValueWriter key;
  private final String keyId;

  /** Body of the definition that names the serializers, by input. */
  private final String[] records;

  /**
   * @param ins serializers of its inputs
   * @param inIds ids of their definitions
   * @param key serializer of its key, null when it has none
   */
  OperatorParts(
      int index, Object operator, Object[] ins, String[] inIds, Object key, String keyId) {
    this.index = index;
    this.operator = new WeakReference<>(operator);
    this.inputs = new ValueWriter[ins.length];
    for (int i = 0; i < ins.length; i++) {
      inputs[i] = ins[i] == null ? null : new ValueWriter(ins[i]);
    }
    this.inputIds = inIds;
    this.key = key == null ? null : new ValueWriter(key);
    this.keyId = keyId;
    this.records = new String[ins.length];
  }

  /** Null once nobody else holds it. */
  Object operator() {
    return operator.get();
  }

  /** Whether {@code part} is one of the objects that belong to the operator. */
  boolean owns(Object part) {
    Object o = operator();
    if (o == null) {
      return false;
    }
    for (String field : OWNED) {
      if (Mirror.fieldOr(o, field, null) == part) {
        return true;
      }
    }
    return false;
  }

  /** How many inputs it has. */
  int inputs() {
    return inputs.length;
  }

  /** The writer of what comes in through an input, or null. */
  ValueWriter input(int i) {
    return i >= 0 && i < inputs.length ? inputs[i] : null;
  }

  ValueWriter key() {
    return key;
  }

  /** The key that the operator is at, or null. */
  Object currentKey() {
    Object o = operator();
    return o == null || key == null ? null : Mirror.call(o, "getCurrentKey");
  }

  /** A definition of kind 5 that says of what types key and record are. */
  String record(int input) {
    if (input < 0 || input >= records.length) {
      return null;
    }
    if (records[input] == null) {
      JsonWriter j = new JsonWriter().beginObject();
      j.name("operator").value(index);
      j.name("name").value(records.length > 1 ? "input " + (input + 1) : "input");
      j.name("kind").value("record");
      j.name("backend").value("");
      j.name("key").value(key == null ? "" : keyId);
      j.name("namespace").value("");
      j.name("value").value(inputs[input] == null ? "" : inputIds[input]);
      j.name("map_key").value("");
      j.name("ttl_ms").value(0);
      records[input] = j.endObject().toString();
    }
    return records[input];
  }
}
