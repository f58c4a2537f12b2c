package dev.sightglass.agent.testing;

import dev.sightglass.agent.core.BlockRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Gives what a replay would give: the rule of spec/recording.md 4.2, and nothing else. */
final class Replayed {
  private static final Set<Integer> CLOCKS = Set.of(1, 3);
  private final Map<Long, List<BlockRow>> rows;
  private final Map<Integer, Long> last = new HashMap<>();
  private final Map<Integer, Integer> reads = new HashMap<>();
  private final Map<Integer, List<BlockRow>> here = new HashMap<>();
  private long upTo;

  Replayed(Map<Long, List<BlockRow>> rows) {
    this.rows = rows;
  }

  void at(long invocation) {
    // What the invocation before read after it wrote its record.
    here.forEach((s, l) -> l.forEach(r -> last.put(s, r.number("number"))));
    reads.clear();
    here.clear();
    for (long i = upTo + 1; i <= invocation; i++) {
      for (BlockRow r : rows.getOrDefault(i, List.of())) {
        int source = (int) r.number("what");
        if (i < invocation && CLOCKS.contains(source)) {
          last.put(source, r.number("number"));
        } else if (i == invocation) {
          here.computeIfAbsent(source, k -> new ArrayList<>()).add(r);
        }
      }
    }
    upTo = invocation;
  }

  String read(int source, String form) {
    List<BlockRow> next = here.getOrDefault(source, new ArrayList<>());
    if (CLOCKS.contains(source)) {
      int n = reads.merge(source, 1, Integer::sum) - 1;
      if (!next.isEmpty() && next.get(0).number("number2") == n) {
        last.put(source, next.remove(0).number("number"));
      }
      return source + "=" + last.get(source);
    }
    if (next.isEmpty()) {
      return source + " has no row";
    }
    BlockRow r = next.remove(0);
    if (source == 13) {
      StringBuilder s = new StringBuilder("13=");
      for (byte b : r.bytes("value")) {
        s.append(String.format("%02x", b));
      }
      return s.toString();
    }
    return source + "=" + r.number("number") + (source == 14 ? "/" + r.number("number2") : "");
  }
}
