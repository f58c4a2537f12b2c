package dev.sightglass.agent.hooks.flink;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the planner's process knows of a job's operators, by the number of their stream node. */
final class Plan {
  /** One operator of the job. */
  static final class Operator {
    final int node;
    final String name;
    final String description;

    /** Names of the fields that it emits; empty when they are not known. */
    final List<String> fields;

    /** Names of the fields of its key; empty when they are not known. */
    final List<String> key;

    /** The node of the planner's graph that made it, or null. */
    final PlannedNode planned;

    Operator(
        int node,
        String name,
        String description,
        List<String> fields,
        List<String> key,
        PlannedNode planned) {
      this.node = node;
      this.name = name;
      this.description = description;
      this.fields = fields;
      this.key = key;
      this.planned = planned;
    }
  }

  private final Map<Integer, Operator> transformations = new LinkedHashMap<>();
  private final Map<Integer, Operator> nodes = new LinkedHashMap<>();
  private boolean tables;

  void transformation(
      int id,
      String name,
      String description,
      List<String> fields,
      List<String> key,
      PlannedNode planned) {
    transformations.put(id, new Operator(id, name, description, fields, key, planned));
    tables |= planned != null;
  }

  /** Whether any of it comes from the planner. */
  boolean hasTables() {
    return tables;
  }

  /**
   * An operator as the job has it. A sink becomes several, which are named after it and have no
   * transformation of their own among those of the program.
   */
  void node(int id, String name, String description) {
    Operator t = transformations.get(id);
    PlannedNode planned = t == null ? expandedFrom(name) : t.planned;
    nodes.put(
        id,
        new Operator(
            id,
            name,
            description,
            t == null ? List.of() : t.fields,
            t == null ? List.of() : t.key,
            planned));
  }

  private PlannedNode expandedFrom(String name) {
    PlannedNode found = null;
    for (Operator t : transformations.values()) {
      if (t.planned != null && !t.name.isEmpty() && name.startsWith(t.name + ": ")) {
        if (found != null && found != t.planned) {
          return null;
        }
        found = t.planned;
      }
    }
    return found;
  }

  List<Operator> operators() {
    return new ArrayList<>(nodes.values());
  }

  /** The statements that it is there for, oldest first. */
  List<Statement> made() {
    Set<Statement> all = new LinkedHashSet<>();
    for (Operator o : nodes.values()) {
      if (o.planned != null) {
        all.addAll(o.planned.statements);
      }
    }
    List<Statement> list = new ArrayList<>(all);
    list.sort((a, b) -> Long.compare(a.order, b.order));
    return list;
  }
}
