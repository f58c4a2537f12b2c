package dev.sightglass.bootstrap;

/**
 * Timers of operators, one invocation for each firing. Contexts come from {@link
 * ChainProbe#context}.
 */
public final class TimerProbe {
  private TimerProbe() {}

  public static int event(Object context, long time) {
    return begin(context, TaskContext.EVENT_TIMER, time);
  }

  public static int processing(Object context, long time) {
    return begin(context, TaskContext.PROCESSING_TIMER, time);
  }

  private static int begin(Object context, int kind, long time) {
    if (!(context instanceof OperatorContext)) {
      return -1;
    }
    OperatorContext c = (OperatorContext) context;
    if (c.task.closed) {
      return -1;
    }
    int code = c.operator < 0 ? PathTable.NOTHING : c.operator << 3 | PathTable.ROOT;
    return c.task.begin(kind, c.operator, null, 0, time, code);
  }

  public static void leave(Object context, int token) {
    if (token >= 0) {
      ((OperatorContext) context).task.end(token);
    }
  }

  public static void fail(Object context, int token, Throwable t) {
    if (token >= 0) {
      TaskContext c = ((OperatorContext) context).task;
      c.thrown(t);
      c.end(token);
    }
  }
}
