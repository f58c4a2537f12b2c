package dev.sightglass.agent.hooks.flink;

import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;

import dev.sightglass.agent.hooks.weave.Hook;
import java.util.List;

/**
 * Hooks on keys, for samples: where a keyed backend is told one, and where an edge asks for one.
 */
final class KeyHooks {
  private static final String STATE = "org/apache/flink/runtime/state/";

  private KeyHooks() {}

  static void addTo(List<Hook> all) {
    // What every way of setting a key comes to, on both lines.
    all.add(
        Hook.of("key.current", STATE + "InternalKeyContextImpl")
            .enter("setCurrentKey", "\\(Ljava/lang/Object;\\)V", probe("KeyProbe.current", arg(0)))
            .build());
    // Keyed edges alone ask for an operator; backends ask for a key group.
    all.add(
        Hook.of("key.edge", STATE + "KeyGroupRangeAssignment")
            .enter(
                "assignKeyToParallelOperator",
                "\\(Ljava/lang/Object;II\\)I",
                probe("KeyProbe.edge", arg(0)))
            .build());
  }
}
