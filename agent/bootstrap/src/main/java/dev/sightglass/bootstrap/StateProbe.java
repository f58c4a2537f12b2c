package dev.sightglass.bootstrap;

/** Accesses of state, told at level trace. */
public final class StateProbe {
  private StateProbe() {}

  // ---- where states are made

  /** The backends of an operator were made. */
  public static void backends(Object operatorId, Object backends) {
    TaskContext t = TaskContext.current();
    if (t != null && !t.closed) {
      Hooks.inspector().tracer().backends(t, operatorId, backends);
    }
  }

  /** A keyed state was made. */
  public static void created(Object backend, Object descriptor, Object namespace, Object state) {
    TaskContext t = TaskContext.current();
    if (t != null && !t.closed) {
      Hooks.inspector().tracer().created(t, backend, descriptor, namespace, state);
    }
  }

  /** A state of the operator was asked for: a list, or a broadcast state. */
  public static void operatorState(Object backend, Object state) {
    TaskContext t = TaskContext.current();
    if (t != null && !t.closed) {
      Hooks.inspector().tracer().operatorState(t, backend, state);
    }
  }

  /** Context for a state object. */
  public static Object context(Object state) {
    TaskContext t = TaskContext.current();
    StateContext c = t == null ? null : Hooks.inspector().tracer().state(t, state);
    return c == null ? Nothing.HERE : c;
  }

  // ---- calls

  /** A call begins; gives what its end wants, null where nothing is told. */
  public static Object enter(Object context, int call, Object self, Object a, Object b) {
    if (!(context instanceof StateContext)) {
      return null;
    }
    StateContext c = (StateContext) context;
    return c.told && c.isTold() && c.enter(call, self, a, b) ? c : null;
  }

  public static void leave(Object token, Object result) {
    if (token != null) {
      ((StateContext) token).leave(result);
    }
  }

  /** {@link #leave} of a call that gives yes or no. */
  public static void leaveFlag(Object token, boolean result) {
    if (token != null) {
      ((StateContext) token).leave(result);
    }
  }

  /** {@link #leave} of a call whose result is watched further: what the caller gets instead. */
  public static Object replace(Object token, Object result) {
    return token == null ? result : ((StateContext) token).leave(result);
  }

  public static void fail(Object token) {
    if (token != null) {
      ((StateContext) token).fail();
    }
  }

  // ---- time to live

  /** A value was looked at, and found expired or not. */
  public static void expired(Object context, Object ttlValue, boolean expired) {
    if (expired && context instanceof StateContext) {
      StateContext c = (StateContext) context;
      if (c.isTold()) {
        c.expired(ttlValue);
      }
    }
  }

  /** An iteration over a map with time to live comes to an entry. */
  public static int at(Object context, Object mapKey) {
    if (!(context instanceof StateContext) || !((StateContext) context).isTold()) {
      return -1;
    }
    ((StateContext) context).at(mapKey);
    return 0;
  }

  public static void left(Object context, int token) {
    if (token >= 0) {
      ((StateContext) context).at(null);
    }
  }

  /** The background looks for expired entries. */
  public static int cleaning(Object context) {
    if (!(context instanceof StateContext) || !((StateContext) context).isTold()) {
      return -1;
    }
    StateContext c = (StateContext) context;
    c.task.cleaning = c;
    c.cleaning(true);
    return 0;
  }

  public static void cleaningDone(Object context, int token) {
    if (token >= 0) {
      StateContext c = (StateContext) context;
      c.task.cleaning = null;
      c.cleaning(false);
    }
  }

  /** The background removes an entry. */
  public static int removed(Object entry) {
    return replaced(entry, null);
  }

  /** The background replaces an entry by what of it is not expired. */
  public static int replaced(Object entry, Object left) {
    TaskContext t = TaskContext.current();
    if (t != null && t.cleaning != null) {
      t.cleaning.cleaned(entry, left);
    }
    return -1;
  }
}
