package dev.sightglass.agent.testing;

import dev.sightglass.agent.core.BlockRow;
import dev.sightglass.agent.core.DefinitionKind;
import dev.sightglass.agent.core.JsonReader;
import dev.sightglass.agent.core.Keys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a server took of one process, by job and operator: rows of lanes trace and state. */
final class Recorded {
  /** Bodies of definitions by id. */
  final Map<String, Map<?, ?>> definitions = new HashMap<>();

  /** Texts by id. */
  private final Map<String, String> texts = new HashMap<>();

  /** Rows by {@code job/operator}, in order. */
  final Map<String, List<BlockRow>> rows = new TreeMap<>();

  Recorded(TakingServer server, int... lanes) throws Exception {
    for (int kind : new int[] {DefinitionKind.SERIALIZER, DefinitionKind.STATE}) {
      for (String body : server.definitions.getOrDefault(kind, List.of())) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        definitions.put(Keys.hex(Keys.definition(kind, bytes)), JsonReader.readObject(body));
      }
    }
    for (String text : server.definitions.getOrDefault(DefinitionKind.STRING, List.of())) {
      long id = Keys.definition(DefinitionKind.STRING, text.getBytes(StandardCharsets.UTF_8));
      texts.put(Keys.hex(id), text);
    }
    Map<Long, Map<?, ?>> attempts = new HashMap<>();
    for (String body : server.definitions.get(DefinitionKind.ATTEMPT)) {
      Map<?, ?> a = JsonReader.readObject(body);
      attempts.put(Long.parseUnsignedLong((String) a.get("attempt_key"), 16), a);
    }
    for (int i = 0; i < server.blocks.size(); i++) {
      BlockHead b = server.blocks.get(i);
      for (int lane : lanes) {
        if (b.lane == lane) {
          take(attempts.get(b.attempt), server.raws.get(i));
        }
      }
    }
  }

  private void take(Map<?, ?> attempt, byte[] raw) {
    List<?> chain = (List<?>) attempt.get("chain");
    for (BlockRow r : BlockRow.of(raw)) {
      int operator = r.has("operator") ? (int) r.number("operator") : -1;
      String name =
          operator < 0 || operator >= chain.size()
              ? "?"
              : (String) ((Map<?, ?>) chain.get(operator)).get("name");
      rows.computeIfAbsent(attempt.get("job_name") + "/" + name, k -> new ArrayList<>()).add(r);
    }
  }

  List<BlockRow> of(String job, String operator) {
    return rows.getOrDefault(job + "/" + operator, List.of());
  }

  /** The text of a row; empty when it has none. */
  String text(BlockRow r) {
    return texts.getOrDefault(r.text("text"), "");
  }

  /** The definition of the state that a row is about. */
  Map<?, ?> state(BlockRow r) {
    Map<?, ?> d = definitions.get(r.text("state"));
    if (d == null) {
      throw new AssertionError("a row without a state: " + r);
    }
    return d;
  }

  /** What a program printed as true, by {@code job/operator}. */
  static Map<String, List<String>> truth(String out) {
    Map<String, List<String>> lines = new LinkedHashMap<>();
    for (String line : out.split("\n")) {
      if (line.startsWith("truth ")) {
        String[] parts = line.split(" ", 3);
        lines.computeIfAbsent(parts[1], k -> new ArrayList<>()).add(parts[2]);
      }
    }
    return lines;
  }
}
