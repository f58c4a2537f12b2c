package dev.sightglass.agent.testing;

import dev.sightglass.agent.core.BlockRow;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Rows of what a {@link TakingServer} took, by attempt and lane, in order of invocation. */
final class RecordedRows {
  static final int OUT = 1;
  static final int DET = 2;
  static final int TRACE = 4;
  static final int JOB = 6;
  static final int LOG = 7;
  static final int ENV = 9;

  /** By attempt key, then lane. */
  private final Map<Long, Map<Integer, List<BlockRow>>> rows = new TreeMap<>();

  /** Bytes of blocks by lane. */
  final Map<Integer, Long> bytes = new TreeMap<>();

  RecordedRows(TakingServer server) {
    for (int i = 0; i < server.raws.size(); i++) {
      BlockHead head = server.blocks.get(i);
      byte[] raw = server.raws.get(i);
      bytes.merge(head.lane, (long) raw.length, Long::sum);
      if (head.lane != 8) {
        rows.computeIfAbsent(head.attempt, k -> new HashMap<>())
            .computeIfAbsent(head.lane, k -> new ArrayList<>())
            .addAll(BlockRow.of(raw));
      }
    }
  }

  /** Attempts with rows whose values begin with {@code beginning} in lane out. */
  List<Long> attemptsThatSent(String beginning) {
    List<Long> all = new ArrayList<>();
    rows.forEach(
        (attempt, lanes) -> {
          if (lanes.getOrDefault(OUT, List.of()).stream()
              .anyMatch(r -> text(r).startsWith(beginning))) {
            all.add(attempt);
          }
        });
    return all;
  }

  List<BlockRow> of(long attempt, int lane) {
    return rows.getOrDefault(attempt, Map.of()).getOrDefault(lane, List.of());
  }

  /** All rows of a lane. */
  List<BlockRow> of(int lane) {
    List<BlockRow> all = new ArrayList<>();
    rows.values().forEach(lanes -> all.addAll(lanes.getOrDefault(lane, List.of())));
    return all;
  }

  /** Rows of what was read from outside, by invocation, in the order in which it happened. */
  Map<Long, List<BlockRow>> reads(long attempt) {
    Map<Long, List<BlockRow>> by = new TreeMap<>();
    for (BlockRow r : of(attempt, ENV)) {
      by.computeIfAbsent(r.number("invocation"), k -> new ArrayList<>()).add(r);
    }
    by.values()
        .forEach(l -> l.sort((a, b) -> Long.compare(a.number("ordinal"), b.number("ordinal"))));
    return by;
  }

  /**
   * The text of an element that is a record of a String: one byte of tag, perhaps eight of time, then
   * Flink's string, of characters below 128 here.
   */
  static String text(BlockRow r) {
    byte[] v = r.bytes("value");
    if (v == null || v.length < 2 || v[0] > 1 || v[0] < 0) {
      return "";
    }
    return string(v, v[0] == 0 ? 9 : 1);
  }

  /** Flink's form of a String at {@code at}: its length + 1 as a variable number, then characters. */
  static String string(byte[] v, int at) {
    if (at >= v.length || v[at] == 0) {
      return ""; // something else, such as a number
    }
    int length = 0;
    int shift = 0;
    while (v[at] < 0) {
      length |= (v[at++] & 0x7F) << shift;
      shift += 7;
    }
    length |= v[at++] << shift;
    int end = Math.min(v.length, at + Math.max(0, length - 1));
    return new String(Arrays.copyOfRange(v, at, end), StandardCharsets.US_ASCII);
  }
}
