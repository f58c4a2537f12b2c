package dev.sightglass.agent.testing.trace;

import java.util.Iterator;
import java.util.Map;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.co.BroadcastProcessFunction;
import org.apache.flink.util.Collector;

/** Uses a broadcast state from both sides. */
final class BroadcastStates extends BroadcastProcessFunction<Long, Long, String> {
  private static final long serialVersionUID = 1;
  static final String NAME = "broadcast-states";
  static final MapStateDescriptor<String, Long> RULES =
      new MapStateDescriptor<>("rules", Types.STRING, Types.LONG);

  private static void plant(Object... words) {
    Truth.plant(NAME, words);
  }

  @Override
  public void processElement(Long i, ReadOnlyContext context, Collector<String> out)
      throws Exception {
    ReadOnlyBroadcastState<String, Long> rules = context.getBroadcastState(RULES);
    plant("read", 1, "rules", "-", "r1", "-", rules.get("r1"));
    plant("read", 7, "rules", "-", "r2", "-", "-", "n=" + (rules.contains("r2") ? 1 : 0));
    if (i % 10 == 0) {
      plant("read", 5, "rules", "-", "-", "-", "-");
      for (Map.Entry<String, Long> e : rules.immutableEntries()) {
        plant("read", 5, "rules", "-", e.getKey(), "-", e.getValue());
      }
    }
    out.collect("b" + i);
  }

  @Override
  public void processBroadcastElement(Long i, Context context, Collector<String> out)
      throws Exception {
    BroadcastState<String, Long> rules = context.getBroadcastState(RULES);
    String k = "r" + i % 4;
    Long before = rules.get(k);
    plant("read", 1, "rules", "-", k, "-", before);
    rules.put(k, i);
    plant("written", 2, "rules", "-", k, before, i);
    if (i % 6 == 5) {
      rules.putAll(Map.of("r9", i));
      plant("written", 2, "rules", "-", "r9", i == 5 ? null : i - 6, i);
      plant("read", 5, "rules", "-", "-", "-", "-");
      for (Iterator<Map.Entry<String, Long>> it = rules.iterator(); it.hasNext(); ) {
        Map.Entry<String, Long> e = it.next();
        plant("read", 5, "rules", "-", e.getKey(), "-", e.getValue());
        if (e.getKey().equals("r0")) {
          plant("written", 4, "rules", "-", "r0", e.getValue(), "-");
          it.remove();
        }
      }
    }
    if (i == 20) {
      rules.clear();
      plant("cleared", 0, "rules", "-", "-", "-", "-");
      rules.put("r9", i - 3);
      plant("written", 2, "rules", "-", "r9", "-", i - 3);
    }
  }
}
