package dev.sightglass.agent.hooks.trace;

import dev.sightglass.agent.core.DefinitionKind;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.hooks.drain.Attempt;
import dev.sightglass.agent.hooks.drain.PendingDefinition;
import dev.sightglass.agent.hooks.flink.Mirror;
import dev.sightglass.agent.hooks.serializers.SerializerDescriber;
import dev.sightglass.bootstrap.TaskContext;

/**
 * The description of a state, a timer service or the windows of an operator, and copies of its
 * serializers: those of the state itself may be in use while we write.
 */
final class StateParts {
  final Part key;
  final Part namespace;
  final Part value;
  final Part mapKey;

  /** Time to live, ms; 0 = none. */
  final long ttl;

  /** The word that notes name it by. */
  final int word;

  /** One of its serializers. */
  static final class Part {
    /** Null: it has none. */
    final Object serializer;

    /** Values of it cannot change. */
    final boolean immutable;

    private final String definition;

    private Part(Object serializer, boolean isList, Attempt attempt) {
      if (serializer == null) {
        this.serializer = null;
        immutable = true;
        definition = "";
        return;
      }
      this.serializer = Mirror.call(serializer, "duplicate");
      immutable = (Boolean) Mirror.call(serializer, "isImmutableType");
      PendingDefinition d =
          new PendingDefinition(
              DefinitionKind.SERIALIZER,
              isList
                  ? SerializerDescriber.describeList(serializer)
                  : SerializerDescriber.describe(serializer, null));
      definition = d.id();
      attempt.define(d);
    }
  }

  private StateParts(TaskContext task, Attempt attempt, Builder b) {
    key = new Part(b.key, false, attempt);
    namespace = new Part(b.namespace, false, attempt);
    value = new Part(b.value, b.isList, attempt);
    mapKey = new Part(b.mapKey, false, attempt);
    ttl = b.ttl;
    word =
        task.word(
            new JsonWriter()
                .beginObject()
                .name("operator")
                .value(b.operator)
                .name("name")
                .value(b.name)
                .name("kind")
                .value(b.kind)
                .name("backend")
                .value(b.backend)
                .name("key")
                .value(key.definition)
                .name("namespace")
                .value(namespace.definition)
                .name("value")
                .value(value.definition)
                .name("map_key")
                .value(mapKey.definition)
                .name("ttl_ms")
                .value(ttl)
                .endObject()
                .toString());
  }

  /** What is known of a state. */
  static final class Builder {
    final int operator;
    final String name;
    final String kind;
    String backend = "";
    Object key;
    Object namespace;
    Object value;
    Object mapKey;
    long ttl;

    /** Values are lists of what {@link #value} writes. */
    boolean isList;

    Builder(int operator, String name, String kind) {
      this.operator = operator;
      this.name = name;
      this.kind = kind;
    }

    StateParts build(TaskContext task, Attempt attempt) {
      return new StateParts(task, attempt, this);
    }
  }
}
