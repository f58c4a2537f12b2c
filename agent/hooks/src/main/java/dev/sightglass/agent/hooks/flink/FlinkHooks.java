package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.hooks.weave.Hook;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** All hooks on Flink and its connectors. */
public final class FlinkHooks {
  private FlinkHooks() {}

  /**
   * @param off ids that are left out
   */
  public static List<Hook> all(Set<String> off) {
    List<Hook> all = new ArrayList<>();
    TaskHooks.addTo(all);
    StateHooks.addTo(all);
    TraceHooks.addTo(all);
    ConnectorHooks.addTo(all);
    JobHooks.addTo(all);
    all.removeIf(h -> off.contains(h.id()));
    return all;
  }
}
