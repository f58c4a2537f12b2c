package dev.sightglass.bootstrap;

/**
 * Timers of operators, one invocation for each firing. Contexts come from {@link
 * ChainProbe#context}.
 */
public final class TimerProbe {
  private TimerProbe() {}

  private static final int REGISTERED = 50;
  private static final int DELETED = 51;
  private static final int EVENT = 1;
  private static final int PROCESSING = 2;

  public static int event(Object target, Object timer, long time) {
    return begin(target, timer, TaskContext.EVENT_TIMER, time);
  }

  public static int processing(Object target, Object timer, long time) {
    return begin(target, timer, TaskContext.PROCESSING_TIMER, time);
  }

  private static int begin(Object target, Object timer, int kind, long time) {
    TaskContext t = TaskContext.current();
    if (t == null || t.closed) {
      return -1;
    }
    OperatorContext c = t.parts.operator(target);
    int code = c.operator < 0 ? PathTable.NOTHING : c.operator << 3 | PathTable.ROOT;
    int token = t.begin(kind, c.operator, null, 0, time, code);
    if (c.isTold()) {
      fired(t, target, timer, kind == TaskContext.EVENT_TIMER ? EVENT : PROCESSING, time);
    }
    return token;
  }

  /** A fault here must not keep the invocation open that has just begun. */
  private static void fired(TaskContext t, Object target, Object timer, int flags, long time) {
    try {
      TimerContext service = Hooks.inspector().tracer().firing(t, target);
      if (service != null) {
        service.fired(flags, timer, time);
      }
    } catch (Throwable e) {
      Hooks.fail(e);
    }
  }

  public static void leave(int token) {
    MailProbe.leave(token);
  }

  public static void fail(int token, Throwable t) {
    MailProbe.fail(token, t);
  }

  // ---- services

  /** A timer service got its name; rare. */
  public static void named(String name, Object service) {
    TaskContext t = TaskContext.current();
    if (t != null && !t.closed && service != null) {
      Hooks.inspector().tracer().named(t, name, service);
    }
  }

  /** Context for a timer service. */
  public static Object service(Object service) {
    TaskContext t = TaskContext.current();
    TimerContext c = t == null ? null : Hooks.inspector().tracer().timers(t, service);
    return c == null ? Nothing.HERE : c;
  }

  /** Whether timers of a service are told. */
  public static boolean wants(Object context) {
    return context instanceof TimerContext && ((TimerContext) context).isTold();
  }

  public static void registeredEvent(Object context, Object key, Object namespace, long time) {
    tell(context, REGISTERED, EVENT, key, namespace, time);
  }

  public static void registeredProcessing(Object context, Object key, Object namespace, long time) {
    tell(context, REGISTERED, PROCESSING, key, namespace, time);
  }

  public static void deletedEvent(Object context, Object key, Object namespace, long time) {
    tell(context, DELETED, EVENT, key, namespace, time);
  }

  public static void deletedProcessing(Object context, Object key, Object namespace, long time) {
    tell(context, DELETED, PROCESSING, key, namespace, time);
  }

  private static void tell(
      Object context, int kind, int flags, Object key, Object namespace, long time) {
    if (wants(context)) {
      ((TimerContext) context).tell(kind, flags, key, namespace, time);
    }
  }
}
