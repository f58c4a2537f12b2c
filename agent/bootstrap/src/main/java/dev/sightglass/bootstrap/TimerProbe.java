package dev.sightglass.bootstrap;

/**
 * Timers of operators, one invocation for each firing. Contexts come from {@link
 * ChainProbe#context}.
 */
public final class TimerProbe {
  private TimerProbe() {}

  public static int event(Object target, long time) {
    return begin(target, TaskContext.EVENT_TIMER, time);
  }

  public static int processing(Object target, long time) {
    return begin(target, TaskContext.PROCESSING_TIMER, time);
  }

  private static int begin(Object target, int kind, long time) {
    TaskContext t = TaskContext.current();
    if (t == null || t.closed) {
      return -1;
    }
    OperatorContext c = t.parts.operator(target);
    int code = c.operator < 0 ? PathTable.NOTHING : c.operator << 3 | PathTable.ROOT;
    return t.begin(kind, c.operator, null, 0, time, code);
  }

  public static void leave(int token) {
    MailProbe.leave(token);
  }

  public static void fail(int token, Throwable t) {
    MailProbe.fail(token, t);
  }
}
