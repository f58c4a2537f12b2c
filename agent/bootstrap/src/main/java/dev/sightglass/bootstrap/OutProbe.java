package dev.sightglass.bootstrap;

import java.nio.ByteBuffer;

/** Elements and events that leave on a result partition. */
public final class OutProbe {
  private OutProbe() {}

  public static Object context(Object partition) {
    TaskContext t = TaskContext.current();
    OutputContext o = t == null ? null : Hooks.inspector().output(t, partition);
    return o == null ? Nothing.HERE : o;
  }

  public static void emit(Object context, ByteBuffer element, int subpartition) {
    if (context instanceof OutputContext) {
      OutputContext o = (OutputContext) context;
      TaskContext t = o.task;
      if (!t.closed) {
        t.emit(o, element, subpartition);
      }
    }
  }

  public static void broadcast(Object context, ByteBuffer element) {
    emit(context, element, -1);
  }

  public static void event(Object context, Object event, boolean priority) {
    if (context instanceof OutputContext) {
      OutputContext o = (OutputContext) context;
      if (!o.task.closed) {
        Hooks.inspector().outEvent(o.task, o, event, priority);
      }
    }
  }
}
