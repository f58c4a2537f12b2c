package dev.sightglass.agent.replay;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  private static final String NO_RETRY =
      "org.apache.flink.streaming.util.retryable.AsyncRetryStrategies";

  private final Map<String, TypeSerializer<Object>> outputs = new HashMap<>();

  Substitutes(Configuration task, ClassLoader user) throws Exception {
    StreamConfig head = new StreamConfig(task);
    Map<Integer, StreamConfig> chained = head.getTransitiveChainedTaskConfigs(user);
    boolean changed = false;
    for (StreamConfig c : chained.values()) {
      changed |= change(c, user);
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
    String operator = c.getOperatorID().toHexString();
    switch (factory.getClass().getName()) {
      case ASYNC:
        outputs.put(operator, c.getTypeSerializerOut(user));
        Members.set(factory, "asyncFunction", new RecordedAsync(operator));
        // What came back in the end was recorded, not what was tried again.
        Members.set(
            factory,
            "asyncRetryStrategy",
            Class.forName(NO_RETRY).getField("NO_RETRY_STRATEGY").get(null));
        break;
      case SOURCE:
        Source<?, ?, ?> source = (Source<?, ?, ?>) Members.get(factory, "source");
        Members.set(factory, "source", RecordedSource.of(source, operator, user));
        break;
      default:
        return false;
    }
    c.setStreamOperatorFactory(factory);
    c.serializeAllConfigs();
    return true;
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
