package dev.sightglass.agent.replay;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.graph.StreamConfig;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;

/**
 * Puts in the place of what speaks with the outside what speaks with the recording: changes the
 * operators' factories in a task's configuration before they are made.
 */
final class Substitutes {
  private static final String ASYNC =
      "org.apache.flink.streaming.api.operators.async.AsyncWaitOperatorFactory";
  private static final String SOURCE =
      "org.apache.flink.streaming.api.operators.SourceOperatorFactory";
  private static final String SINKS = "org.apache.flink.streaming.runtime.operators.sink.";
  private static final String WRITER = SINKS + "SinkWriterOperatorFactory";
  private static final String COMMITTER = SINKS + "CommitterOperatorFactory";

  /** Packages of Kafka's connector. */
  private static final List<String> KAFKA =
      List.of("org.apache.flink.connector.kafka.", "org.apache.flink.streaming.connectors.kafka.");

  private static final String NO_RETRY =
      "org.apache.flink.streaming.util.retryable.AsyncRetryStrategies";

  private final Map<String, TypeSerializer<Object>> outputs = new HashMap<>();

  /** Packages of sinks that something stands in for. */
  private final Set<String> silenced = new HashSet<>();

  private final Set<String> ordered = new HashSet<>();

  /** Output serializer of the legacy source that is the task's; null: it has none. */
  private TypeSerializer<Object> legacy;

  /** Operators that something stands in for, by id: what they keep is not what the job's keep. */
  private final Set<String> strangers = new HashSet<>();

  Substitutes(Configuration task, ClassLoader user) throws Exception {
    StreamConfig head = new StreamConfig(task);
    Map<Integer, StreamConfig> chained = head.getTransitiveChainedTaskConfigs(user);
    boolean changed = false;
    for (StreamConfig c : chained.values()) {
      // One that was read can be changed by another one around the same values.
      changed |= change(new StreamConfig(c.getConfiguration()), user);
    }
    if (changed) {
      head.setAndSerializeTransitiveChainedTaskConfigs(chained);
    }
    change(head, user);
  }

  /** Whether the configuration of one operator was changed. */
  private boolean change(StreamConfig c, ClassLoader user) throws Exception {
    StreamOperatorFactory<?> factory = c.getStreamOperatorFactory(user);
    if (factory == null) {
      return false;
    }
    String id = c.getOperatorID().toHexString();
    switch (factory.getClass().getName()) {
      case ASYNC:
        outputs.put(id, c.getTypeSerializerOut(user));
        if (String.valueOf(Members.get(factory, "outputMode")).equals("ORDERED")) {
          ordered.add(id);
        }
        Members.set(factory, "asyncFunction", new RecordedAsync(id));
        // What came back in the end was recorded, not what was tried again.
        Members.set(
            factory,
            "asyncRetryStrategy",
            Class.forName(NO_RETRY).getField("NO_RETRY_STRATEGY").get(null));
        break;
      case SOURCE:
        Source<?, ?, ?> source = (Source<?, ?, ?>) Members.get(factory, "source");
        Members.set(
            factory, "source", RecordedSource.of(source, id, c.getTypeSerializerOut(user), user));
        if (!RecordedSource.isKafka(source)) {
          // How far it has read its splits it alone knows.
          strangers.add(id);
        }
        break;
      case WRITER:
      case COMMITTER:
        Object sink = Members.get(factory, "sink");
        if (KAFKA.stream().anyMatch(sink.getClass().getName()::startsWith)) {
          // Its producer is a hollow one, and what it is told is recorded.
          return false;
        }
        silenced.add(sink.getClass().getPackageName() + ".");
        strangers.add(id);
        Members.set(factory, "sink", RecordedSink.of(sink, user));
        break;
      default:
        Object operator = Members.optional(factory, "operator");
        Object function = operator == null ? null : Members.optional(operator, "userFunction");
        if (function != null && RecordedFunction.isFor(operator)) {
          // How far it has come it alone knows.
          strangers.add(id);
          legacy = c.getTypeSerializerOut(user);
          Members.set(operator, "userFunction", RecordedFunction.of(function, user));
          break;
        }
        if (function == null || !SilentFunction.isFor(function)) {
          return false;
        }
        silenced.add(function.getClass().getPackageName() + ".");
        strangers.add(id);
        Members.set(operator, "userFunction", SilentFunction.of(function, user));
    }
    c.setStreamOperatorFactory(factory);
    c.serializeAllConfigs();
    return true;
  }

  /** Whether an asynchronous operator gives its results in the order of its input. */
  boolean isOrdered(String operator) {
    return ordered.contains(operator);
  }

  /** Output serializer of the task's legacy source; null: it has none. */
  TypeSerializer<Object> legacy() {
    return legacy;
  }

  /** Operators whose state is not the job's, by id. */
  Set<String> strangers() {
    return strangers;
  }

  /** Whether something stands in for a sink: it uses no timers, and those behind have others. */
  boolean isSilent() {
    return !silenced.isEmpty();
  }

  /** Whether a class is of a sink that something stands in for, which does not use timers. */
  boolean isSilenced(String type) {
    return silenced.stream().anyMatch(type::startsWith);
  }

  /**
   * Answers an asynchronous request.
   *
   * @param results count and values, as the operator's output serializer writes them
   * @param failure class of the exception that came instead; empty = none
   * @return false: there is no such request
   */
  boolean answer(String operator, long request, byte[] results, String failure) throws IOException {
    ResultFuture<Object> f = RecordedAsync.request(operator, request);
    TypeSerializer<Object> type = outputs.get(operator);
    if (f == null || type == null) {
      return false;
    }
    if (!failure.isEmpty()) {
      f.completeExceptionally(failure(failure));
      return true;
    }
    DataInputDeserializer in = new DataInputDeserializer(results);
    Object[] values = new Object[in.readInt()];
    for (int i = 0; i < values.length; i++) {
      values[i] = type.deserialize(in);
    }
    Collection<Object> all = List.of(values);
    f.complete(all);
    return true;
  }

  /** An exception of that class, as far as one can be made; its message was not recorded. */
  private static Throwable failure(String name) {
    try {
      Class<?> c = Class.forName(name, true, Thread.currentThread().getContextClassLoader());
      return (Throwable) c.getConstructor(String.class).newInstance("as recorded");
    } catch (ReflectiveOperationException | ClassCastException e) {
      return new IllegalStateException(name + ", as recorded");
    }
  }
}
