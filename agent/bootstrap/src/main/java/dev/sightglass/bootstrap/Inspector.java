package dev.sightglass.bootstrap;

/**
 * The part of the agent that looks into Flink's objects, and takes what happens rarely. Called on
 * slow paths only, by threads of Flink; what it throws ends in {@link Hooks#fail}.
 */
public interface Inspector {
  // Flags of barriers, spec/block.md column 66.
  int UNALIGNED = 1;
  int RECOVERING = 2;
  int PRIORITY = 4;

  /**
   * Context for a {@code runtime.taskmanager.Task} that was not seen before; null: nothing is
   * recorded for it.
   */
  TaskContext task(Object task);

  /** The task's invokable is about to be made, with this environment; on the task's thread. */
  void starting(TaskContext task, ClassLoader loader, String invokable, Object environment);

  /** An operator of the chain was made; {@code created} is a tuple whose first field it is. */
  void operatorCreated(TaskContext task, Object factory, Object config, Object created);

  /** The chain is complete. */
  void chained(TaskContext task);

  /** The task changed its state; any thread. */
  void state(TaskContext task, Object from, Object to, Throwable cause);

  /** The lock under which a legacy source's thread emits, or null. */
  Object checkpointLock(Object thread);

  /**
   * A line that a logging library writes ({@code LogEvent} of log4j, {@code ILoggingEvent} of
   * logback): logger, message or null, thread, class of the exception or empty. Null: it cannot be
   * read.
   *
   * @param message whether the message is wanted
   */
  String[] logLine(Object event, boolean message);

  /** The descriptor of a serializer as JSON ({@code spec/serializers.md}). */
  String descriptor(Object serializer);

  /** Of a task that runs again no more is told than replays need, or all again. */
  void quiet(TaskContext task, boolean quiet);

  /** The task's thread leaves the task; nothing follows. */
  void ended(TaskContext task);

  /** Context for a result partition of the task, or null. */
  OutputContext output(TaskContext task, Object partition);

  /** The channel of a gate that {@code info} names, added to the task's table, or null. */
  ChannelContext channel(TaskContext task, Object gate, Object info);

  /** Chain index of the operator that {@code part} is or belongs to, or -1. */
  int operator(TaskContext task, Object part);

  /** An event came out of a gate. */
  void gateEvent(GateContext gate, Object bufferOrEvent);

  /** An event goes out on all subpartitions. */
  void outEvent(TaskContext task, OutputContext output, Object event, boolean priority);

  /**
   * A record is thrown away: adds the key at hand, the record's bytes and what serializers they are
   * of.
   *
   * @param operator chain index; -1 = not known, then nothing is added
   * @param input which input of the operator it came in through, from 0; -1 = not known
   */
  void dropped(TaskContext task, int operator, int input, Object value, TaskNote note);

  /** Name of a column of {@code row} that {@code enforcer} wants filled, and that is null. */
  String nullColumn(Object enforcer, Object row);

  /** An operator registers a metric that counts late records. */
  void lateMetric(TaskContext task, Object group, String name, Object metric);

  /** A checkpoint's barrier as Flink writes it, or null. */
  byte[] barrier(long checkpoint, long time, Object options);

  /** What the task ({@code StreamTask}) holds outside of its snapshot, or null. */
  byte[] transients(TaskContext task, Object streamTask);

  /** The user's object in an operator, whose fields {@link #transients} tells, or null. */
  Object function(Object operator);

  /**
   * A value that a source gave, as its output serializer writes it; null when it need not be told:
   * what leaves the task is told anyway.
   */
  byte[] sourceValue(TaskContext task, Object value);

  /** A task state manager reports a snapshot; any thread. */
  void snapshot(Object manager, long checkpoint, Object snapshot);

  /**
   * Results of an asynchronous operator: their number, then each as its output serializer writes
   * it; null when they cannot be written.
   */
  byte[] results(TaskContext task, Object operator, java.util.Collection<?> results);

  /** Kafka headers in the layout of column 50, or null. */
  byte[] headers(Object[] headers);

  /**
   * Makes callbacks for the class of a producer: takes (its callback, a ticket), gives the callback
   * to use instead.
   */
  java.util.function.BiFunction<Object, Completions.Ticket, Object> callbacks(Class<?> producer);

  /** The part that makes contexts for what is told at level trace. */
  Tracer tracer();

  /** The serializer of a POJO class met a subclass that it did not know, and made this for it. */
  void subclass(TaskContext task, Object base, Class<?> type, Object serializer);

  /** Something of the JobManager: {@code what} names the hook. */
  void job(String what, Object self, Object a, Object b, Object c);
}
