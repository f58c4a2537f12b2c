package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.bootstrap.Thrown;
import java.util.List;

/** An exception as the body of kind 80, {@code spec/recording.md} section 5. */
final class Failure {
  private static final int MAX_MESSAGE = 8 * 1024;
  private static final int MAX_FRAMES = 96;
  private static final int MAX_CAUSES = 64;

  /** What Flink puts around an exception on its way. */
  private static final List<String> WRAPPERS =
      List.of(
          "org.apache.flink.streaming.runtime.tasks.ExceptionInChainedOperatorException",
          "org.apache.flink.streaming.runtime.tasks.AsynchronousException",
          "org.apache.flink.streaming.runtime.tasks.StreamTaskException",
          "org.apache.flink.streaming.runtime.tasks.TimerException",
          "org.apache.flink.util.WrappingRuntimeException",
          "org.apache.flink.util.FlinkRuntimeException",
          "java.util.concurrent.ExecutionException",
          "java.util.concurrent.CompletionException");

  /** A task that fails for these only follows another one. */
  private static final List<String> FOLLOWERS =
      List.of(
          "org.apache.flink.runtime.execution.CancelTaskException",
          "org.apache.flink.runtime.io.network.netty.exception.RemoteTransportException",
          "org.apache.flink.runtime.io.network.netty.exception.LocalTransportException",
          "org.apache.flink.runtime.io.network.partition.PartitionNotFoundException",
          "org.apache.flink.runtime.io.network.partition.ProducerFailedException",
          "org.apache.flink.runtime.io.network.partition.consumer.PartitionConnectionException");

  private Failure() {}

  /** Whether the task fails because another one did, or was cancelled. */
  static boolean isConsequence(Throwable t) {
    for (int i = 0; t != null && i < MAX_CAUSES; i++, t = t.getCause()) {
      if (FOLLOWERS.contains(t.getClass().getName())) {
        return true;
      }
    }
    return false;
  }

  /** Class of an exception, for bodies that hold no payload: messages may. */
  static String name(Throwable t) {
    return t == null ? "" : unwrap(t).getClass().getName();
  }

  private static Throwable unwrap(Throwable t) {
    Throwable at = t;
    for (int i = 0; i < MAX_CAUSES; i++) {
      if (at.getCause() == null || !WRAPPERS.contains(at.getClass().getName())) {
        return at;
      }
      at = at.getCause();
    }
    return at;
  }

  private static Throwable last(Throwable t) {
    Throwable at = t;
    for (int i = 0; i < MAX_CAUSES && at.getCause() != null; i++) {
      at = at.getCause();
    }
    return at;
  }

  /**
   * @param first where it was seen first, or null
   */
  static JsonWriter body(Throwable t, Thrown first, long atMicros) {
    Throwable shown = unwrap(t);
    Throwable root = last(shown);
    JsonWriter j = new JsonWriter().beginObject();
    members(j, shown);
    if (root != shown) {
      j.name("cause").beginObject();
      members(j, root);
      j.endObject();
    }
    j.name("where").value(first == null ? "task" : first.source ? "source" : "operator");
    if (first != null && !first.element.isEmpty()) {
      j.name("element").value(first.element);
    }
    return j.name("at_us").value(atMicros).endObject();
  }

  private static void members(JsonWriter j, Throwable t) {
    j.name("class").value(t.getClass().getName());
    j.name("message").value(message(t));
    StringBuilder s = new StringBuilder();
    StackTraceElement[] frames = t.getStackTrace();
    for (int i = 0; i < frames.length && i < MAX_FRAMES; i++) {
      s.append(i == 0 ? "" : "\n").append(frames[i]);
    }
    if (frames.length > MAX_FRAMES) {
      s.append("\n\u2026 ").append(frames.length - MAX_FRAMES).append(" more");
    }
    j.name("stack").value(s.toString());
  }

  /** A user's exception may fail while it makes its message. */
  private static String message(Throwable t) {
    try {
      String m = t.getMessage();
      return m == null ? "" : m.length() > MAX_MESSAGE ? m.substring(0, MAX_MESSAGE) + "\u2026" : m;
    } catch (RuntimeException | Error e) {
      return "";
    }
  }
}
