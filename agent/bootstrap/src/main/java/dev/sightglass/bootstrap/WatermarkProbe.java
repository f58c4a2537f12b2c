package dev.sightglass.bootstrap;

/** Watermarks between operators, and who holds them back, told at level trace. */
public final class WatermarkProbe {
  private static final int OUT = 58;
  private static final int HELD = 59;

  private WatermarkProbe() {}

  /** Kept on what combines watermarks of several inputs. */
  private static final class Combined extends Traced {
    private Object holder;
    private long time = Long.MIN_VALUE;
    private final long[] own = new long[1];

    Combined(TaskContext task, int operator) {
      super(task, operator);
    }

    void moved(Object combined, long now, GateContext gate) {
      Object h = Hooks.inspector().tracer().holder(combined, own);
      if (h == null || h.equals(holder) && now == time) {
        return;
      }
      holder = h;
      time = now;
      task.note(TaskNote.TRACE, HELD, operator)
          .time(now)
          .number(own[0])
          .text(gate != null ? gate.channelName((Integer) h) : name(h))
          .write();
    }

    private static String name(Object holder) {
      return holder instanceof Integer ? "input " + holder : "split " + holder;
    }
  }

  /** Context for a valve: the task's first operator waits behind it. */
  public static Object valve(Object valve) {
    TaskContext t = TaskContext.current();
    return t == null ? Nothing.HERE : new Combined(t, 0);
  }

  /** Context for what combines the splits of a source. */
  public static Object splits(Object multiplexer) {
    TaskContext t = TaskContext.current();
    return t == null ? Nothing.HERE : new Combined(t, t.sourceOperator());
  }

  /** Context for an operator with several inputs. */
  public static Object inputs(Object operator) {
    TaskContext t = TaskContext.current();
    return t == null ? Nothing.HERE : new Combined(t, Hooks.inspector().operator(t, operator));
  }

  /** A watermark or status went into a valve, {@code time} is what it gives out. */
  public static void valveMoved(Object context, Object valve, long time) {
    if (isTold(context)) {
      Combined c = (Combined) context;
      c.moved(valve, time, c.task.gate());
    }
  }

  /** A watermark went into what combines splits or inputs. */
  public static void moved(Object context, Object combined, long time) {
    if (isTold(context)) {
      ((Combined) context).moved(combined, time, null);
    }
  }

  private static boolean isTold(Object context) {
    return context instanceof Combined && ((Combined) context).isTold();
  }

  /** Context for a chained output: the operator in front of it. */
  public static Object chained(Object input) {
    TaskContext t = TaskContext.current();
    if (t == null) {
      return Nothing.HERE;
    }
    Inspector in = Hooks.inspector();
    return new OperatorContext(t, in.tracer().parent(t, in.operator(t, input)));
  }

  /** Context for an output of the task, by its record writer. */
  public static Object leaving(Object writer) {
    TaskContext t = TaskContext.current();
    return t == null
        ? Nothing.HERE
        : new OperatorContext(t, Hooks.inspector().tracer().writer(t, writer));
  }

  /** A watermark leaves an operator. */
  public static void out(Object context, long time, boolean idle) {
    if (idle || !(context instanceof OperatorContext)) {
      return;
    }
    OperatorContext c = (OperatorContext) context;
    if (c.isTold() && c.task.passes(c.operator, time, c.task.invocation())) {
      c.task.note(TaskNote.TRACE, OUT, c.operator).time(time).write();
    }
  }
}
