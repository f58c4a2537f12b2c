package dev.sightglass.bootstrap;

/** Elements and events that come in through gates. */
public final class InProbe {
  /** Token of what has no frame. */
  static final int LIGHT = -2;

  private InProbe() {}

  /** Context for an input ({@code AbstractStreamTaskNetworkInput}) that reads {@code gate}. */
  public static Object input(Object gate, int index) {
    TaskContext t = TaskContext.current();
    return t == null ? Nothing.HERE : new InputContext(t, t.parts.gate(gate), index);
  }

  /**
   * {@code processElement} begins.
   *
   * @param info the channel's {@code InputChannelInfo}
   * @param record false: a watermark, status, marker
   */
  public static int enter(Object context, Object info, boolean record) {
    if (!(context instanceof InputContext)) {
      return -1;
    }
    InputContext in = (InputContext) context;
    TaskContext t = in.task;
    if (t.closed) {
      return -1;
    }
    ChannelContext c = in.channel(info);
    if (c == null) {
      return -1;
    }
    if (!record) {
      t.input(in.index, in.gate);
    } else if (t.isLight() && !c.recovering) {
      t.beginElement(c);
      return LIGHT;
    }
    return t.begin(
        c.recovering ? TaskContext.RECOVERED : TaskContext.ELEMENTS,
        0,
        c,
        0,
        TapeFormat.NONE,
        record ? PathTable.ROOT : PathTable.ROOT_OTHER);
  }

  public static void leave(Object context, int token) {
    if (token >= 0) {
      ((InputContext) context).task.end(token);
    } else if (token == LIGHT) {
      ((InputContext) context).task.endLight();
    }
  }

  public static void fail(Object context, int token, Throwable t) {
    if (token >= 0) {
      TaskContext c = ((InputContext) context).task;
      c.thrown(t);
      c.end(token);
    } else if (token == LIGHT) {
      TaskContext c = ((InputContext) context).task;
      c.thrown(t);
      c.endLight();
    }
  }

  /** {@code CheckpointedInputGate.handleEvent} begins. */
  public static void event(Object gate, Object bufferOrEvent) {
    TaskContext t = TaskContext.current();
    if (t != null && !t.closed) {
      Hooks.inspector().gateEvent(t.parts.gate(gate), bufferOrEvent);
    }
  }

  /** Context for a watermark valve: remembers what it gave out last. */
  public static Object valve(Object valve) {
    TaskContext t = TaskContext.current();
    return t == null ? Nothing.HERE : new ValveContext(t);
  }

  /** A valve gives a watermark out. */
  public static void raised(Object context, long output) {
    if (context instanceof ValveContext) {
      ((ValveContext) context).raised(output);
    }
  }

  /**
   * A watermark or status went through a valve; {@code output} is the last watermark that it gave
   * out.
   */
  public static void watermark(Object context, long output) {
    if (context instanceof ValveContext) {
      ((ValveContext) context).reached(output);
    }
  }
}
