package dev.sightglass.bootstrap;

import java.util.function.BiFunction;

/** Records written to Kafka, from the send to the acknowledgement. */
public final class SinkProbe {
  private SinkProbe() {}

  /** Kept on a producer. */
  private static final class Context {
    final TaskContext task;
    final BiFunction<Object, Completions.Ticket, Object> callbacks;

    Context(TaskContext task, BiFunction<Object, Completions.Ticket, Object> callbacks) {
      this.task = task;
      this.callbacks = callbacks;
    }
  }

  public static Object context(Object producer) {
    TaskContext t = TaskContext.current();
    return t == null
        ? Nothing.HERE
        : new Context(t, Hooks.inspector().callbacks(producer.getClass()));
  }

  /** A record is sent; gives the callback to use instead of {@code callback}. */
  public static Object send(
      Object context, String topic, Object key, Object value, Object[] headers, Object callback) {
    if (!(context instanceof Context)) {
      return callback;
    }
    Context c = (Context) context;
    if (c.task.closed) {
      return callback;
    }
    Completions.Ticket t = c.task.write();
    t.topic = topic;
    t.partition = -1;
    int payload = c.task.writePayload(t.operator, topic);
    if (payload != Levels.FULL) {
      t.withheld = payload > 0;
    } else {
      t.record(
          bytes(key),
          bytes(value),
          headers == null || headers.length == 0 ? null : Hooks.inspector().headers(headers));
    }
    return c.callbacks.apply(callback, t);
  }

  /** Whether records that are written are told with their bytes. */
  public static boolean wantsBytes(Object context) {
    return context instanceof Context && ((Context) context).task.levels.bytes;
  }

  /** Flink's producers are made for bytes; whatever else comes is told without. */
  private static byte[] bytes(Object o) {
    return o instanceof byte[] ? (byte[]) o : null;
  }

  /** A thread of the client says where the record is, or why it is not. */
  public static void completed(
      Completions.Ticket ticket,
      String topic,
      int partition,
      long offset,
      long time,
      Throwable error) {
    ticket.complete(topic == null ? ticket.topic : topic, partition, offset, time, error);
  }
}
