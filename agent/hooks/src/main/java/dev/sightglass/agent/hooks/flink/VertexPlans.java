package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.core.JsonWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a JobManager knows of the planner's work although the planner ran somewhere else: a vertex's
 * description is a tree of those of its operators, one a line. It is taken when it has a line for
 * each operator and every name that says which node it is from agrees with its line.
 */
final class VertexPlans {
  private static final Pattern NUMBERED = Pattern.compile(".*\\[(\\d+)\\](?:: [^\\[\\]]*)?");
  private static final Pattern BRANCHES = Pattern.compile("(?:[: ] {2})*(?:[:+]- )?");

  private final ClassLoader flink;

  /** By data set: names of the fields that go there. */
  private final Map<Object, List<String>> sent = new HashMap<>();

  VertexPlans(ClassLoader flink) {
    this.flink = flink;
  }

  /**
   * Reads a {@code JobGraph}.
   *
   * @return a row of kind 75 for each operator of which a vertex's description says more than its
   *     name
   */
  List<TextRow> read(Object graph) {
    List<TextRow> rows = new ArrayList<>();
    for (Object v : (List<?>) Mirror.call(graph, "getVerticesSortedTopologicallyFromSources")) {
      ChainReader chain =
          new ChainReader(flink, flink, Mirror.call(v, "getConfiguration"), new Omissions());
      String[] lines = lines(Mirror.text(v, "getOperatorPrettyName"), chain.chain());
      if (lines != null) {
        vertex(v, chain, lines, rows);
      }
    }
    return rows;
  }

  private void vertex(Object vertex, ChainReader chain, String[] lines, List<TextRow> rows) {
    Map<Integer, List<String>> fields = new HashMap<>();
    for (ChainedOperator o : chain.chain()) {
      String description = lines[o.index];
      List<String> in = o.parent >= 0 ? fields.get(o.parent) : received(vertex);
      List<String> out = DescribedFields.of(description, in);
      fields.put(o.index, out);
      for (int output : o.outputs) {
        Object dataSet = chain.dataSetOf(output);
        if (dataSet != null && chain.isMain(output)) {
          sent.put(dataSet, out);
        }
      }
      if (!description.equals(o.name) || !out.isEmpty()) {
        rows.add(TextRow.planned(body(o, out), description));
      }
    }
  }

  /** Names of what comes into a vertex, when all of its inputs agree. */
  private List<String> received(Object vertex) {
    List<String> names = null;
    for (Object edge : (List<?>) Mirror.call(vertex, "getInputs")) {
      List<String> of =
          sent.getOrDefault(Mirror.call(Mirror.call(edge, "getSource"), "getId"), List.of());
      if (names != null && !names.equals(of)) {
        return List.of();
      }
      names = of;
    }
    return names == null ? List.of() : names;
  }

  private static JsonWriter body(ChainedOperator o, List<String> fields) {
    JsonWriter j = new JsonWriter().beginObject();
    j.name("node").value(o.node);
    j.name("operator").value(o.id);
    j.name("name").value(o.name);
    j.name("by").value("vertex");
    Matcher m = NUMBERED.matcher(o.name);
    if (m.matches()) {
      j.name("exec").value(Integer.parseInt(m.group(1)));
    }
    j.name("fields").beginArray();
    fields.forEach(j::value);
    return j.endArray().endObject();
  }

  /** Descriptions by chain index, or null when they cannot be told apart with certainty. */
  static String[] lines(String tree, List<ChainedOperator> chain) {
    List<String> lines = new ArrayList<>();
    for (String line : tree.split("\n", -1)) {
      if (!line.isEmpty()) {
        Matcher m = BRANCHES.matcher(line);
        lines.add(m.lookingAt() ? line.substring(m.end()) : line);
      }
    }
    if (lines.size() != chain.size()) {
      return null;
    }
    String[] by = new String[chain.size()];
    for (ChainedOperator o : chain) {
      String line = lines.get(o.index);
      Matcher m = NUMBERED.matcher(o.name);
      if (m.matches() && line.startsWith("[") && !line.startsWith("[" + m.group(1) + "]:")) {
        return null;
      }
      by[o.index] = line;
    }
    return by;
  }
}
