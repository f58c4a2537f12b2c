package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.hooks.weave.Hook;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** All hooks on Flink, its connectors, and what it logs with. */
public final class FlinkHooks {
  /**
   * Without one of these what is recorded of a task would be wrong: elements that nobody counted,
   * operators that nobody saw entered. When one fails, tasks are recorded no more.
   */
  private static final Set<String> ESSENTIAL =
      Set.of(
          "task.run",
          "task.start",
          "task.checkpoint",
          "task.legacy-source",
          "chain.push",
          "out",
          "in",
          "in.event",
          "timer",
          "mail",
          "mail.callback",
          "mail.legacy",
          "source.output",
          "source.split",
          "source.turn",
          "source.legacy");

  /** Parts of Flink itself: when one of these does not fit, no task can be recorded. */
  private static final Set<String> NEEDED =
      Set.of(
          "task.run",
          "task.start",
          "task.checkpoint",
          "chain.push",
          "out",
          "in",
          "in.event",
          "timer",
          "mail");

  private FlinkHooks() {}

  /** Whether recordings of tasks end when the hook fails. */
  public static boolean isEssential(String id) {
    return ESSENTIAL.contains(id);
  }

  /** Whether no task is recorded where the hook does not fit. */
  public static boolean isNeeded(String id) {
    return NEEDED.contains(id);
  }

  /**
   * @param off ids that are left out
   */
  public static List<Hook> all(Set<String> off) {
    List<Hook> all = new ArrayList<>();
    TaskHooks.addTo(all);
    StateHooks.addTo(all);
    TraceHooks.addTo(all);
    ConnectorHooks.addTo(all);
    LegacySourceHooks.addTo(all);
    JobHooks.addTo(all);
    DeterminantHooks.addTo(all);
    LogHooks.addTo(all);
    KeyHooks.addTo(all);
    DropHooks.addTo(all);
    PlannerHooks.addTo(all);
    SerializerHooks.addTo(all);
    all.removeIf(h -> off.contains(h.id()));
    return all;
  }
}
