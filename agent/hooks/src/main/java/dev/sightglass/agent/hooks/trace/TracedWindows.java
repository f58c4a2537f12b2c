package dev.sightglass.agent.hooks.trace;

import dev.sightglass.agent.hooks.flink.Mirror;
import dev.sightglass.bootstrap.TaskNote;
import dev.sightglass.bootstrap.WindowContext;

/** Tells what one window operator does with windows. */
final class TracedWindows extends WindowContext {
  private final TaskTrace trace;
  private final Object windowOperator;
  private final StateParts parts;

  TracedWindows(TaskTrace trace, int operator, Object windowOperator, StateParts parts) {
    super(trace.task, operator);
    this.trace = trace;
    this.windowOperator = windowOperator;
    this.parts = parts;
  }

  @Override
  protected void tell(int kind, Object window, int what, Object into) {
    Encoder e = trace.encoder;
    int mark = e.sink.size;
    try {
      int key = trace.key(parts.key, Handles.contextKey(windowOperator));
      int windowAt = e.sink.size;
      int windowLength = trace.namespace(parts.namespace, window);
      int intoAt = e.sink.size;
      int intoLength = into == null ? Encoder.NULL : e.value(parts.value.serializer, into);
      TaskNote n = task.note(TaskNote.TRACE, kind, operator).state(parts.word);
      if (what != 0) {
        n.what(what);
      }
      long end = end(window);
      if (end != Long.MIN_VALUE) {
        n.time(end);
      }
      if (key >= 0) {
        n.key(e.sink.data, mark, key);
      }
      if (windowLength >= 0) {
        n.namespace(e.sink.data, windowAt, windowLength);
      }
      if (intoLength >= 0) {
        n.value(e.sink.data, intoAt, intoLength);
      }
      if (key == Encoder.WITHHELD
          || windowLength == Encoder.WITHHELD
          || intoLength == Encoder.WITHHELD) {
        n.withheld();
      }
      n.write();
    } catch (RuntimeException | Error t) {
      throw t;
    } catch (Throwable t) {
      throw new IllegalStateException("a window", t);
    } finally {
      e.sink.truncate(mark);
    }
  }

  /** When a window ends; {@link Long#MIN_VALUE} = it has no end. A slice is its own end. */
  private static long end(Object window) {
    if (window instanceof Long) {
      return (Long) window;
    }
    long last = Mirror.big(window, "maxTimestamp");
    return last == Long.MAX_VALUE ? Long.MIN_VALUE : last + 1;
  }
}
