package dev.sightglass.bootstrap;

import java.util.Collection;

/** What window operators do with windows, told at level trace. */
public final class WindowProbe {
  private static final int BY_TRIGGER = 1;
  private static final int BY_TIME = 2;

  private WindowProbe() {}

  /** Context for a window operator. */
  public static Object context(Object operator) {
    TaskContext t = TaskContext.current();
    WindowContext c = t == null ? null : Hooks.inspector().tracer().windows(t, operator);
    return c == null ? Nothing.HERE : c;
  }

  /** Whether anything is told. */
  public static boolean wants(Object context) {
    return context instanceof WindowContext && ((WindowContext) context).isTold();
  }

  /** A record was put into a window, and its trigger is asked. */
  public static void assigned(Object context, Object window) {
    tell(context, WindowContext.ASSIGNED, window, 0);
  }

  /** The trigger answered: after a fire, or now, the window is purged. */
  public static void triggered(Object context, Object window, boolean fire, boolean purge) {
    if (wants(context)) {
      WindowContext c = (WindowContext) context;
      c.purging = fire && purge ? window : null;
      if (purge && !fire) {
        c.tell(WindowContext.PURGED, window, BY_TRIGGER, null);
      }
    }
  }

  /** Windows are merged into one. */
  public static void merged(Object context, Object into, Collection<?> windows) {
    if (wants(context)) {
      for (Object w : windows) {
        ((WindowContext) context).tell(WindowContext.MERGED, w, 0, into);
      }
    }
  }

  /** The contents of a window go to the function. */
  public static int fired(Object context, Object window) {
    return tell(context, WindowContext.FIRED, window, 0) ? 0 : -1;
  }

  /** The function is done with a window. */
  public static void firedAll(Object context, int token) {
    if (token >= 0) {
      WindowContext c = (WindowContext) context;
      Object window = c.purging;
      if (window != null) {
        c.purging = null;
        c.tell(WindowContext.PURGED, window, BY_TRIGGER, null);
      }
    }
  }

  /** The time of a window is over and all of it is removed. */
  public static void cleared(Object context, Object window) {
    tell(context, WindowContext.PURGED, window, BY_TIME);
  }

  private static boolean tell(Object context, int kind, Object window, int what) {
    if (!wants(context)) {
      return false;
    }
    ((WindowContext) context).tell(kind, window, what, null);
    return true;
  }
}
