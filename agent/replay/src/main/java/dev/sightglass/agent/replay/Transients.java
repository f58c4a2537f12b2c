package dev.sightglass.agent.replay;

import dev.sightglass.bootstrap.ServeProbe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.StreamTask;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Gives a task that starts from a checkpoint what it held beside its snapshot; {@code
 * spec/recording.md} section 8. What a part of the task does not have any more is left out.
 */
final class Transients {
  private static final String[] GENERATORS = {"watermarkGenerator", "wmOutput"};

  /** What the agent keeps on a valve. */
  private static final String KEPT = "sightglass$valve";

  private final StreamTask<?, ?> task;

  Transients(StreamTask<?, ?> task) {
    this.task = task;
  }

  void set(byte[] json) throws Exception {
    JsonNode all = new ObjectMapper().readTree(json);
    List<Object> inputs = inputs(task);
    for (JsonNode v : all.path("valves")) {
      int input = v.path("input").asInt();
      Object valve =
          input < inputs.size()
              ? Members.optional(inputs.get(input), "statusWatermarkValve")
              : null;
      if (valve != null) {
        valve(valve, v);
      }
    }
    Map<Integer, Object> operators = operators();
    for (JsonNode o : all.path("operators")) {
      Object operator = operators.get(o.path("index").asInt(-1));
      if (operator != null) {
        operator(operator, o);
      }
    }
  }

  /** The inputs that read channels, in order. */
  static List<Object> inputs(StreamTask<?, ?> task) throws ReflectiveOperationException {
    List<Object> all = new ArrayList<>();
    Object processor = Members.get(task, "inputProcessor");
    if (processor == null) {
      return all;
    }
    Object inner = Members.optional(processor, "inputProcessors");
    for (Object p : inner instanceof Object[] ? (Object[]) inner : new Object[] {processor}) {
      Object input = Members.optional(p, "input");
      if (input != null) {
        all.add(input);
      }
    }
    return all;
  }

  /** Operators by their index in the chain, as the agent counts. */
  private Map<Integer, Object> operators() throws Exception {
    Map<Integer, Object> all = new HashMap<>();
    Object chain = Members.get(task, "operatorChain");
    for (Object w : (Iterable<?>) Members.call(chain, "getAllOperators")) {
      Object operator = Members.call(w, "getStreamOperator");
      all.put(ServeProbe.operator(operator), operator);
    }
    return all;
  }

  private static WatermarkStatus status(boolean idle) {
    return idle ? WatermarkStatus.IDLE : WatermarkStatus.ACTIVE;
  }

  private static void valve(Object valve, JsonNode v) throws Exception {
    if (Members.has(valve, KEPT)) {
      long last = v.path("watermark").asLong();
      Members.set(valve, KEPT, ServeProbe.valve(Members.get(valve, KEPT), valve, last));
    }
    Members.set(valve, "lastOutputWatermark", v.path("watermark").asLong());
    Members.set(valve, "lastOutputWatermarkStatus", status(v.path("idle").asBoolean()));
    Iterator<JsonNode> channels = v.path("channels").elements();
    for (Object of : (List<?>) Members.get(valve, "subpartitionStatuses")) {
      for (Object s : ((Map<?, ?>) of).values()) {
        if (!channels.hasNext()) {
          return;
        }
        JsonNode c = channels.next();
        Members.callWith(valve, "markWatermarkUnaligned", s);
        Members.set(s, "watermark", c.path(0).asLong());
        Members.set(s, "watermarkStatus", status(c.path(1).asBoolean()));
        if (c.path(2).asBoolean()) {
          Members.callWith(valve, "markWatermarkAligned", s);
        }
      }
    }
  }

  private static void operator(Object operator, JsonNode o) throws Exception {
    Object manager = Members.optional(operator, "timeServiceManager");
    Object services = manager == null ? null : Members.optional(manager, "timerServices");
    if (services instanceof Map) {
      for (Map.Entry<?, ?> e : ((Map<?, ?>) services).entrySet()) {
        JsonNode w = o.path("timers").path(String.valueOf(e.getKey()));
        if (w.isNumber()) {
          Members.set(e.getValue(), "currentWatermark", w.asLong());
        }
      }
    }
    Object combined = Members.optional(operator, "combinedWatermark");
    if (combined != null && o.has("combined")) {
      combined(combined, o.path("combined"));
    }
    if (o.has("announced")) {
      announced(Members.optional(operator, "output"), o.path("announced").elements());
    }
    for (String g : GENERATORS) {
      Object part = Members.optional(operator, g);
      if (part != null) {
        Fields.set(part, o.path(g));
      }
    }
    Object source = Members.optional(operator, "ctx");
    Object context = source == null ? null : Members.optional(source, "nestedContext");
    if (context != null) {
      Fields.set(context, o.path("sourceContext"));
      if (o.has("sourceTime")) {
        Object record = Members.get(context, "reuse");
        ((StreamRecord<?>) record).setTimestamp(o.path("sourceTime").asLong());
      }
    }
    Fields.set(operator, o.path("fields"));
    Object function = ServeProbe.function(operator); // as the agent told it
    if (function != null && function != operator) {
      Fields.set(function, o.path("function"));
    }
  }

  /** Through what counts and what sends to several, to what keeps the status; as it was written. */
  private static void announced(Object output, Iterator<JsonNode> idle)
      throws ReflectiveOperationException {
    if (output == null || !output.getClass().getName().startsWith("org.apache.flink.")) {
      return;
    }
    if (Members.has(output, "announcedStatus")) {
      if (idle.hasNext()) {
        Members.set(output, "announcedStatus", status(idle.next().asBoolean()));
      }
      return;
    }
    announced(Members.optional(output, "output"), idle);
    Object several = Members.optional(output, "outputs");
    if (several instanceof Object[]) {
      for (Object o : (Object[]) several) {
        announced(o, idle);
      }
    }
  }

  private static void combined(Object combined, JsonNode values) throws Exception {
    Object[] partial = (Object[]) Members.get(combined, "partialWatermarks");
    for (int i = 0; i < partial.length && i < values.size(); i++) {
      Members.set(partial[i], "watermark", values.path(i).path(0).asLong());
      Members.set(partial[i], "idle", values.path(i).path(1).asBoolean());
    }
    Members.call(Members.get(combined, "combinedWatermarkStatus"), "updateCombinedWatermark");
  }
}
