package dev.sightglass.bootstrap;

import java.util.function.BiFunction;

/**
 * Records written to Kafka, from the send to the acknowledgement, and the transactions that they
 * belong to.
 */
public final class SinkProbe {
  private static final int KIND = 61;

  // What is told of a transaction, spec/recording.md 4.6.
  private static final int BEGUN = 1;
  private static final int RESUMED = 2;
  private static final int PRE_COMMITTED = 3;
  private static final int COMMITTED = 4;
  private static final int ABORTED = 5;
  private static final int INITIALIZED = 6;
  private static final int COMMIT_FAILED = 7;
  private static final int COMMIT_FENCED = 8;

  private SinkProbe() {}

  /** Kept on a producer. */
  private static final class Context {
    final TaskContext task;
    final BiFunction<Object, Completions.Ticket, Object> callbacks;

    /** What the producer is in; null = in none. */
    Transaction transaction;

    Context(TaskContext task, BiFunction<Object, Completions.Ticket, Object> callbacks) {
      this.task = task;
      this.callbacks = callbacks;
    }
  }

  /** Null while no task is known to the thread: a producer may be made before. */
  public static Object context(Object producer) {
    TaskContext t = TaskContext.current();
    return t == null ? null : new Context(t, Hooks.inspector().callbacks(producer.getClass()));
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
    t.transaction = c.transaction;
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

  /**
   * {@code initTransactions} came back: the id belongs to this producer and epoch, and whatever
   * lower ones left open is over.
   */
  public static void initialized(String id, long producer, short epoch) {
    tell(INITIALIZED, new Transaction(id, producer, epoch));
  }

  public static void begun(Object context, String id, long producer, short epoch) {
    enter(context, BEGUN, id, producer, epoch);
  }

  public static void resumed(Object context, String id, long producer, short epoch) {
    enter(context, RESUMED, id, producer, epoch);
  }

  /** The number and the epoch are kept: newer brokers give the producer others at its end. */
  private static void enter(Object context, int what, String id, long producer, short epoch) {
    Transaction t = new Transaction(id, producer, epoch);
    if (context instanceof Context) {
      ((Context) context).transaction = t;
    }
    tell(what, t);
  }

  public static void preCommitted(String id, long producer, short epoch) {
    tell(PRE_COMMITTED, new Transaction(id, producer, epoch));
  }

  public static void committed(Object context) {
    over(context, COMMITTED);
  }

  /** A commit came back with an error: it may be tried again, and may have been done. */
  public static void commitFailed(Object context, Throwable error) {
    if (context instanceof Context) {
      boolean fenced = error.getClass().getSimpleName().equals("ProducerFencedException");
      tell(fenced ? COMMIT_FENCED : COMMIT_FAILED, ((Context) context).transaction);
    }
  }

  public static void aborted(Object context) {
    over(context, ABORTED);
  }

  private static void over(Object context, int what) {
    if (context instanceof Context) {
      Context c = (Context) context;
      tell(what, c.transaction);
      c.transaction = null;
    }
  }

  private static void tell(int what, Transaction t) {
    TaskContext task = TaskContext.telling();
    if (task == null || t == null || t.id == null) {
      return;
    }
    task.fillBetween(new TaskNote(task), TaskNote.TRACE, KIND, task.operatorAtWork())
        .what(what)
        .text(t.id)
        .number(t.producer)
        .number2(t.epoch)
        .write();
  }
}
