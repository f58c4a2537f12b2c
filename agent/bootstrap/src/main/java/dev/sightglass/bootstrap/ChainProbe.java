package dev.sightglass.bootstrap;

/** Records that go from one chained operator to the next. */
public final class ChainProbe {
  private ChainProbe() {}

  /**
   * Context for an object that belongs to an operator.
   *
   * @param part the operator, one of its inputs, or what else leads to it
   */
  public static Object context(Object part) {
    TaskContext t = TaskContext.current();
    return t == null ? Nothing.HERE : new OperatorContext(t, Hooks.inspector().operator(t, part));
  }

  public static int enter(Object context) {
    if (!(context instanceof OperatorContext)) {
      return -1;
    }
    OperatorContext c = (OperatorContext) context;
    return c.entered && !c.task.closed ? c.task.enter(c.operator) : -1;
  }

  public static void leave(Object context, int token) {
    if (token >= 0) {
      ((OperatorContext) context).task.leave(token);
    }
  }

  public static void fail(Object context, int token, Throwable t) {
    if (token >= 0) {
      TaskContext c = ((OperatorContext) context).task;
      c.thrown(t);
      c.leave(token);
    }
  }
}
