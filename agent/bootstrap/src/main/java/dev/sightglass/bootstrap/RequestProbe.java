package dev.sightglass.bootstrap;

/** Requests to asynchronous states, told at level trace when they are answered. */
public final class RequestProbe {
  /** Some request of the process was told: from then on futures are looked at. */
  private static boolean any;

  private RequestProbe() {}

  /** Context for what hands requests on: whose operator it is. */
  public static Object controller(Object controller) {
    TaskContext t = TaskContext.current();
    return t == null ? Nothing.HERE : new OperatorContext(t, t.operatorAtWork());
  }

  /** A request is made; its answer will be kept in the next future that is made. */
  public static void request(
      Object context, Object controller, Object state, Object type, Object payload) {
    if (context instanceof OperatorContext && ((OperatorContext) context).isTold()) {
      TaskContext t = ((OperatorContext) context).task;
      any = true;
      t.request = Hooks.inspector().tracer().request(t, controller, state, type, payload);
    }
  }

  /** Context for a future: the request that it is the answer of. */
  public static Object future() {
    TaskContext t = any ? TaskContext.current() : null;
    AsyncRead r = t == null ? null : t.request;
    if (r == null) {
      return Nothing.HERE;
    }
    t.request = null;
    return r;
  }

  /** A future is completed; any thread. */
  public static void completed(Object context, Object answer) {
    if (context instanceof AsyncRead) {
      ((AsyncRead) context).answer(answer);
    }
  }
}
