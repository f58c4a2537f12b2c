package dev.sightglass.agent.hooks.flink;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads names of fields out of an operator's description, as in {@code [2]:Calc(select=[id,
 * UPPER(k) AS who])}. For where the planner itself cannot be asked: a description is made for
 * people, so a list is taken only when each of its items ends in a plain name. What else there is
 * stays unknown.
 */
final class DescribedFields {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]*");
  private static final Pattern HEAD =
      Pattern.compile("(?:\\[\\d+\\]:)?([A-Za-z]+)\\((.*)\\)", Pattern.DOTALL);

  /** Nodes whose description lists what they emit, and under which word. */
  private static final Set<String> SELECTING =
      Set.of(
          "Calc",
          "GroupAggregate",
          "LocalGroupAggregate",
          "GlobalGroupAggregate",
          "GroupWindowAggregate",
          "WindowAggregate",
          "LocalWindowAggregate",
          "GlobalWindowAggregate",
          "OverAggregate",
          "Join",
          "IntervalJoin",
          "TemporalJoin",
          "LookupJoin",
          "WindowJoin",
          "Rank",
          "WindowRank",
          "Correlate");

  private static final Set<String> SCANNING = Set.of("TableSourceScan", "DataStreamScan");

  /** Nodes that emit the rows that they get. */
  private static final Set<String> PASSING =
      Set.of(
          "WatermarkAssigner",
          "MiniBatchAssigner",
          "Deduplicate",
          "ChangelogNormalize",
          "DropUpdateBefore",
          "Sort",
          "TemporalSort",
          "Limit",
          "SortLimit");

  private DescribedFields() {}

  /**
   * @param input names of what comes in; empty when they are not known
   * @return names of what the operator emits; empty when they are not known
   */
  static List<String> of(String description, List<String> input) {
    Matcher m = HEAD.matcher(description);
    if (!m.matches()) {
      return List.of();
    }
    String node = m.group(1);
    if (PASSING.contains(node)) {
      return input;
    }
    String word = SELECTING.contains(node) ? "select" : SCANNING.contains(node) ? "fields" : null;
    return word == null ? List.of() : names(list(m.group(2), word));
  }

  private static List<String> names(List<String> items) {
    List<String> names = new ArrayList<>();
    for (String item : items) {
      int as = item.lastIndexOf(" AS ");
      String name = as < 0 ? item : item.substring(as + 4);
      if (!NAME.matcher(name).matches()) {
        return List.of();
      }
      names.add(name);
    }
    return names;
  }

  /** The items of {@code word=[…]} among the attributes of a node; empty when there is none. */
  private static List<String> list(String attributes, String word) {
    String begin = word + "=[";
    for (String a : split(attributes)) {
      if (a.startsWith(begin) && a.endsWith("]")) {
        return split(a.substring(begin.length(), a.length() - 1));
      }
    }
    return List.of();
  }

  /** Parts between commas that stand in no bracket and no literal. */
  private static List<String> split(String s) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int from = 0;
    boolean literal = false;
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      // 'w$ is the planner's name of a window and no literal.
      if (c == '\'' && (literal || !s.startsWith("w$", i + 1))) {
        literal = !literal;
      } else if (literal) {
        continue;
      } else if (c == '(' || c == '[' || c == '{') {
        depth++;
      } else if (c == ')' || c == ']' || c == '}') {
        depth--;
      } else if (c == ',' && depth == 0) {
        parts.add(s.substring(from, i).trim());
        from = i + 1;
      }
    }
    parts.add(s.substring(from).trim());
    return depth == 0 && !literal ? parts : List.of();
  }
}
