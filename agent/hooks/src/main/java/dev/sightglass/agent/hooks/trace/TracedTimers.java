package dev.sightglass.agent.hooks.trace;

import dev.sightglass.bootstrap.TaskNote;
import dev.sightglass.bootstrap.TimerContext;

/** Tells timers of one service. */
final class TracedTimers extends TimerContext {
  private static final int FIRED = 52;

  /** What its timers are fired at. */
  final Object target;

  private final TaskTrace trace;
  private final StateParts parts;

  TracedTimers(TaskTrace trace, int operator, Object target, StateParts parts) {
    super(trace.task, operator);
    this.trace = trace;
    this.target = target;
    this.parts = parts;
  }

  @Override
  protected void tell(int kind, int flags, Object key, Object namespace, long time) {
    Encoder e = trace.encoder;
    int mark = e.sink.size;
    try {
      int keyLength = trace.key(parts.key, key);
      int namespaceAt = e.sink.size;
      int namespaceLength = trace.namespace(parts.namespace, namespace);
      TaskNote n =
          task.note(TaskNote.TRACE, kind, operator).flags(flags).time(time).state(parts.word);
      if (keyLength >= 0) {
        n.key(e.sink.data, mark, keyLength);
      }
      if (namespaceLength >= 0) {
        n.namespace(e.sink.data, namespaceAt, namespaceLength);
      }
      if (keyLength == Encoder.WITHHELD || namespaceLength == Encoder.WITHHELD) {
        n.withheld();
      }
      n.write();
    } finally {
      e.sink.truncate(mark);
    }
  }

  @Override
  protected void fired(int flags, Object timer, long time) {
    try {
      tell(FIRED, flags, Handles.timerKey(timer), Handles.timerNamespace(timer), time);
    } catch (Throwable t) {
      throw new IllegalStateException("a timer's key", t);
    }
  }
}
