package dev.sightglass.agent.hooks.capsule;

import dev.sightglass.agent.core.EventKind;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.hooks.drain.PendingDefinition;
import dev.sightglass.agent.hooks.drain.Recording;
import dev.sightglass.agent.hooks.secrets.Secrets;
import java.util.function.Function;

/** The graph of a job, whose configuration may hold secrets. */
final class Graph extends Package {
  private final Function<Secrets, PendingDefinition> graph;

  Graph(Recording recording, Function<Secrets, PendingDefinition> graph) {
    super(recording);
    this.graph = graph;
  }

  @Override
  void finish(Keeper keeper, Secrets secrets) {
    PendingDefinition d = graph.apply(secrets);
    recording.event(
        EventKind.GRAPH,
        new JsonWriter().beginObject().name("definition").value(d.id()).endObject(),
        d);
  }

  /** The agent's own list of secrets is better than no graph. */
  @Override
  void drop(String reason) {
    finish(null, new Secrets(k -> true, java.util.List.of()));
  }
}
