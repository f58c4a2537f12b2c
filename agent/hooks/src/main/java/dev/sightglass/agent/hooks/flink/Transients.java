package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.hooks.functions.UserFunction;
import dev.sightglass.agent.hooks.secrets.Secrets;
import dev.sightglass.bootstrap.ClockProbe;
import dev.sightglass.bootstrap.TaskContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a task holds that its snapshot does not: watermarks by channel, clocks of timer services,
 * generators of watermarks, callbacks that wait, and simple fields of operators and functions.
 * {@code spec/recording.md} section 8.
 */
final class Transients {
  /** More is not written: what is left out is then said. */
  static final int MAX = 64 * 1024;

  private static final int MAX_CALLBACKS = 8;
  private static final String API = "org.apache.flink.streaming.api.operators.";
  private static final String[] BASES = {
    API + "AbstractStreamOperator", API + "AbstractStreamOperatorV2"
  };

  /** No class's name begins so. */
  private static final String NOWHERE = " ";

  private static final String[] GENERATORS = {"watermarkGenerator", "wmOutput"};

  private final TrackedTask task;
  private final TaskContext context;
  private final Secrets secrets;

  Transients(TaskContext context, TrackedTask task, Secrets secrets) {
    this.context = context;
    this.task = task;
    this.secrets = secrets;
  }

  /** Null when there is nothing. */
  byte[] of(Object streamTask) {
    JsonWriter j = new JsonWriter().beginObject();
    j.name("valves").beginArray();
    valves(j, streamTask);
    j.endArray();
    callbacks(j);
    j.name("operators").beginArray();
    boolean cut = false;
    for (Object wrapper :
        (Iterable<?>) Mirror.call(Mirror.field(streamTask, "operatorChain"), "getAllOperators")) {
      if (j.length() > MAX) {
        cut = true;
        break;
      }
      operator(j, Mirror.call(wrapper, "getStreamOperator"));
    }
    j.endArray();
    if (cut) {
      j.name("cut").value(true);
    }
    return j.endObject().toBytes();
  }

  // ---- inputs

  private static void valves(JsonWriter j, Object streamTask) {
    Object processor = Mirror.field(streamTask, "inputProcessor");
    if (processor == null) {
      return;
    }
    Object[] all = {processor};
    Object inner = optional(processor, "inputProcessors");
    if (inner instanceof Object[]) {
      all = (Object[]) inner;
    }
    for (int i = 0; i < all.length; i++) {
      Object input = optional(all[i], "input");
      Object valve = input == null ? null : optional(input, "statusWatermarkValve");
      if (valve != null) {
        valve(j, i, valve);
      }
    }
  }

  private static void valve(JsonWriter j, int input, Object valve) {
    j.beginObject().name("input").value(input);
    j.name("watermark").value((Long) Mirror.field(valve, "lastOutputWatermark"));
    j.name("idle").value(isIdle(Mirror.field(valve, "lastOutputWatermarkStatus")));
    j.name("channels").beginArray();
    for (Object channel : (List<?>) Mirror.field(valve, "subpartitionStatuses")) {
      for (Object status : ((Map<?, ?>) channel).values()) {
        j.beginArray().value((Long) Mirror.field(status, "watermark"));
        j.value(isIdle(Mirror.field(status, "watermarkStatus")));
        j.value((Boolean) Mirror.field(status, "isWatermarkAligned")).endArray();
      }
    }
    j.endArray().endObject();
  }

  private static boolean isIdle(Object status) {
    return (Boolean) Mirror.call(status, "isIdle");
  }

  private void callbacks(JsonWriter j) {
    j.name("callbacks").beginArray();
    for (Object[] c : ClockProbe.waiting(context, MAX_CALLBACKS)) {
      j.beginArray().value((Long) c[0]).value((Long) c[1]).value((Long) c[2]);
      j.value(plain(c[3].getClass().getName())).endArray();
    }
    j.endArray();
  }

  private static String plain(String name) {
    int lambda = name.indexOf("$$Lambda");
    return lambda < 0 ? name : name.substring(0, lambda + "$$Lambda".length());
  }

  // ---- operators

  private void operator(JsonWriter j, Object operator) {
    int index = task.chain == null ? -1 : task.chain.indexOf(operator);
    j.beginObject().name("index").value(index);
    timers(j, operator);
    combined(j, operator);
    announced(j, operator);
    FieldDump dump = new FieldDump(j, secrets);
    boolean texts = index >= 0 && context.keepsPayload(index);
    for (String g : GENERATORS) {
      Object o = optional(operator, g);
      if (o != null) {
        dump.member(g, o, NOWHERE, texts, false);
      }
    }
    legacySource(j, operator, dump);
    dump.member("fields", operator, base(operator), false, false);
    Object function = UserFunction.object(operator);
    if (function != null && function != operator) {
      dump.member("function", function, "org.apache.flink.", texts, true);
    }
    j.endObject();
  }

  /** What the context keeps that the function of a legacy source gives things to. */
  private static void legacySource(JsonWriter j, Object operator, FieldDump dump) {
    Object source = optional(operator, "ctx");
    Object context = source == null ? null : optional(source, "nestedContext");
    if (context == null) {
      return;
    }
    dump.member("sourceContext", context, NOWHERE, false, false);
    // A record without a time gets that of the one before.
    Object record = optional(context, "reuse");
    if (record != null && (Boolean) Mirror.call(record, "hasTimestamp")) {
      j.name("sourceTime").value((Long) Mirror.call(record, "getTimestamp"));
    }
  }

  /** Watermarks of the inputs of an operator that has several, as it combines them. */
  private static void combined(JsonWriter j, Object operator) {
    Object combined = optional(operator, "combinedWatermark");
    if (combined == null) {
      return;
    }
    Object[] partial = (Object[]) Mirror.field(combined, "partialWatermarks");
    boolean any = false;
    for (Object p : partial) {
      any |= (Long) Mirror.field(p, "watermark") != Long.MIN_VALUE;
      any |= (Boolean) Mirror.field(p, "idle");
    }
    if (!any) {
      return;
    }
    j.name("combined").beginArray();
    for (Object p : partial) {
      j.beginArray().value((Long) Mirror.field(p, "watermark"));
      j.value((Boolean) Mirror.field(p, "idle")).endArray();
    }
    j.endArray();
  }

  /** Whether each output of an operator was last told that it is idle; absent: none was. */
  private static void announced(JsonWriter j, Object operator) {
    List<Boolean> idle = new ArrayList<>();
    outputs(optional(operator, "output"), idle);
    if (idle.contains(true)) {
      j.name("announced").beginArray();
      idle.forEach(j::value);
      j.endArray();
    }
  }

  /** Through what counts and what sends to several, to what keeps the status. */
  private static void outputs(Object output, List<Boolean> idle) {
    if (output == null || !output.getClass().getName().startsWith("org.apache.flink.")) {
      return;
    }
    Object status = optional(output, "announcedStatus");
    if (status != null) {
      idle.add(isIdle(status));
      return;
    }
    outputs(optional(output, "output"), idle);
    Object several = optional(output, "outputs");
    if (several instanceof Object[]) {
      for (Object o : (Object[]) several) {
        outputs(o, idle);
      }
    }
  }

  private static String base(Object operator) {
    for (String b : BASES) {
      if (Mirror.isA(operator.getClass(), b)) {
        return b;
      }
    }
    return operator.getClass().getName();
  }

  private static void timers(JsonWriter j, Object operator) {
    Object manager = optional(operator, "timeServiceManager");
    Object services = manager == null ? null : optional(manager, "timerServices");
    if (!(services instanceof Map)) {
      return;
    }
    j.name("timers").beginObject();
    for (Map.Entry<?, ?> e : ((Map<?, ?>) services).entrySet()) {
      j.name(e.getKey().toString()).value((Long) Mirror.field(e.getValue(), "currentWatermark"));
    }
    j.endObject();
  }

  private static Object optional(Object o, String field) {
    try {
      return Mirror.field(o, field);
    } catch (Mirror.NoSuchMember e) {
      return null;
    }
  }
}
