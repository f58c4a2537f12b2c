package dev.sightglass.agent.hooks.flink;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A node of the planner's graph, and the statements that it is there for. Holds nothing of Flink's
 * objects. Used by one thread at a time: a table environment is not for several.
 */
final class PlannedNode {
  final int id;

  /** Simple name of its class, as StreamExecCalc. */
  final String type;

  final List<PlannedNode> inputs = new ArrayList<>();
  final Set<Statement> statements = new LinkedHashSet<>();

  PlannedNode(int id, String type) {
    this.id = id;
    this.type = type;
  }

  /** The node and all that it reads are there for {@code s}. */
  void servesFor(Statement s) {
    if (statements.add(s)) {
      s.made = true;
      inputs.forEach(i -> i.servesFor(s));
    }
  }
}
