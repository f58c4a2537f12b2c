package dev.sightglass.agent.testing;

import dev.sightglass.agent.core.BlockDecoder;
import dev.sightglass.agent.core.DecodedBlock;
import dev.sightglass.agent.core.Definition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rows that a {@link TakingServer} got, with what they refer to. */
final class DropRows {
  private static final Pattern OPERATOR =
      Pattern.compile("\\{\"index\":(\\d+),\"operator\":\"\\w+\",\"node\":\\d+,\"name\":\"((?:[^\"\\\\]|\\\\.)*)\"");

  /** One row. */
  static final class Row {
    final String attempt;

    /** Its operator's name; empty when it has none. */
    final String operator;

    final Map<String, Object> columns;

    Row(String attempt, String operator, Map<String, Object> columns) {
      this.attempt = attempt;
      this.operator = operator;
      this.columns = columns;
    }

    long number(String column) {
      return (long) columns.getOrDefault(column, 0L);
    }

    boolean has(String column) {
      return columns.containsKey(column);
    }

    String text(String column) {
      return (String) columns.getOrDefault(column, "");
    }
  }

  final List<Row> rows = new ArrayList<>();

  /** Sums of zone 7 by reason. */
  final Map<Long, Long> drops = new HashMap<>();

  private final Map<String, String> definitions = new HashMap<>();
  private final Map<String, Map<Long, String>> operators = new HashMap<>();

  DropRows(TakingServer server) {
    server.definitions.forEach(
        (kind, bodies) ->
            bodies.forEach(
                b ->
                    definitions.put(
                        hex(new Definition(kind, b.getBytes(StandardCharsets.UTF_8)).id()), b)));
    for (String body : server.definitions.getOrDefault(7, List.of())) {
      Matcher key = Pattern.compile("\"attempt_key\":\"(\\w+)\"").matcher(body);
      Matcher m = OPERATOR.matcher(body);
      Map<Long, String> names = new HashMap<>();
      while (m.find()) {
        names.put(Long.valueOf(m.group(1)), m.group(2));
      }
      if (key.find() && !names.isEmpty()) {
        operators.put(key.group(1), names);
      }
    }
    for (byte[] block : server.raws) {
      add(BlockDecoder.decode(block));
    }
  }

  private static String hex(long id) {
    return String.format("%016x", id);
  }

  private void add(DecodedBlock b) {
    String attempt = String.valueOf(b.header.get("attempt"));
    for (Map<String, Object> r : b.rows) {
      String name = operators.getOrDefault(attempt, new HashMap<>()).get(r.get("operator"));
      rows.add(new Row(attempt, name == null ? "" : name, r));
    }
    for (Object entry : b.zones.getOrDefault("drops", List.of())) {
      Map<?, ?> e = (Map<?, ?>) entry;
      drops.merge((Long) e.get("reason"), (Long) e.get("count"), Long::sum);
    }
  }

  /** Body of the definition that a column names; empty when there is none. */
  String definition(Row row, String column) {
    return definitions.getOrDefault(row.text(column), "");
  }
}
