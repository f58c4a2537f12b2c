package dev.sightglass.agent.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Derives from a block's rows what its header and zones must say. */
final class ZoneCheck {
  private final DecodedBlock block;
  private final int lane;

  private ZoneCheck(DecodedBlock block) {
    this.block = block;
    this.lane = (int) block.headerLong("lane");
  }

  static void verify(DecodedBlock block) {
    ZoneCheck c = new ZoneCheck(block);
    c.header();
    c.counts();
    c.channels();
    c.watermarks();
    c.positions();
  }

  private static long at(Map<String, Object> row, String name) {
    return (long) row.get(name);
  }

  private void header() {
    assertEquals(block.rows.size(), block.headerLong("events"));
    long first = Long.MAX_VALUE;
    long last = 0;
    long wallMin = Long.MAX_VALUE;
    long wallMax = Long.MIN_VALUE;
    long eventMin = Long.MAX_VALUE;
    long eventMax = Long.MIN_VALUE;
    for (Map<String, Object> row : block.rows) {
      first = Math.min(first, at(row, "invocation"));
      last = Math.max(last, at(row, "invocation") + at(row, "n") - 1);
      wallMin = Math.min(wallMin, at(row, "wall_us"));
      wallMax = Math.max(wallMax, at(row, "wall_us"));
      if (row.containsKey("event_time_ms") && (at(row, "kind") == 1 || at(row, "kind") == 33)) {
        eventMin = Math.min(eventMin, at(row, "event_time_ms"));
        eventMax = Math.max(eventMax, at(row, "event_time_ms"));
      }
    }
    if (!block.rows.isEmpty() && lane != Lane.GAP) {
      assertEquals(first, block.headerLong("first_invocation"));
      assertEquals(last, block.headerLong("last_invocation"));
      assertEquals(wallMin, block.headerLong("wall_min_us"));
      assertEquals(wallMax, block.headerLong("wall_max_us"));
    }
    assertEquals(eventMin, block.headerLong("event_min_ms"));
    assertEquals(eventMax, block.headerLong("event_max_ms"));
  }

  private void counts() {
    Map<String, Long> want = new TreeMap<>();
    for (Map<String, Object> row : block.rows) {
      want.merge(row.get("operator") + "/" + row.get("kind"), at(row, "n"), Long::sum);
    }
    Map<String, Long> got = new TreeMap<>();
    for (Object o : block.zone("counts")) {
      Map<String, Object> e = entry(o);
      if (at(e, "kind") < EventKind.ENTERED) {
        got.put(e.get("operator") + "/" + e.get("kind"), at(e, "count"));
      }
    }
    assertEquals(want, got);
  }

  private void channels() {
    Map<String, long[]> ranges = new TreeMap<>();
    for (Map<String, Object> row : block.rows) {
      if (row.containsKey("seqs")) {
        for (Object pair : (List<?>) row.get("seqs")) {
          extend(ranges, row.get("partition"), ((List<?>) pair).get(0), ((List<?>) pair).get(1), 1);
        }
      } else if (lane == Lane.OUT) {
        extend(ranges, row.get("partition"), row.get("subpartition"), row.get("seq"), 1);
      } else if (row.containsKey("seq")) {
        Map<String, Object> c = entry(row.get("channel"));
        extend(ranges, c.get("partition"), c.get("subpartition"), row.get("seq"), at(row, "n"));
      }
    }
    if (ranges.size() > 256) {
      assertEquals(4, block.headerLong("flags") & 4);
      ranges = collapse(ranges);
    } else {
      assertEquals(0, block.headerLong("flags") & 4);
    }
    Map<String, String> want = new TreeMap<>();
    ranges.forEach((k, r) -> want.put(k, r[0] + "-" + r[1] + " " + r[2]));
    Map<String, String> got = new TreeMap<>();
    for (Object o : block.zone("channels")) {
      Map<String, Object> e = entry(o);
      assertEquals(lane == Lane.OUT ? "out" : "in", e.get("role"));
      String range = e.get("first") + "-" + e.get("last") + " " + e.get("count");
      assertEquals(null, got.put(e.get("partition") + ":" + e.get("subpartition"), range));
    }
    assertEquals(want, got);
  }

  private void extend(
      Map<String, long[]> ranges, Object partition, Object subpartition, Object seq, long n) {
    long first = (long) seq;
    long[] r =
        ranges.computeIfAbsent(
            partition + ":" + subpartition, k -> new long[] {first, first - 1, 0});
    if (lane == Lane.OUT) {
      assertTrue(first > r[1], "elements of a channel rise");
      r[1] = first;
    } else {
      assertEquals(r[1] + 1, first, "the elements of a channel are dense");
      r[1] += n;
    }
    r[2] += n;
  }

  private static Map<String, long[]> collapse(Map<String, long[]> ranges) {
    Map<String, long[]> collapsed = new TreeMap<>();
    ranges.forEach(
        (k, r) -> {
          long[] c =
              collapsed.computeIfAbsent(
                  k.substring(0, k.indexOf(':')) + ":0", p -> new long[] {r[0], r[1], 0});
          c[0] = Math.min(c[0], r[0]);
          c[1] = Math.max(c[1], r[1]);
          c[2] += r[2];
        });
    return collapsed;
  }

  private void watermarks() {
    Map<String, Object> want = new LinkedHashMap<>();
    for (Map<String, Object> row : block.rows) {
      if (lane == Lane.OUT && at(row, "kind") == 2) {
        long time = at(row, "event_time_ms");
        Map<String, Object> e = watermark(want, "partition", row.get("partition"), time);
        e.put("last", time);
      }
    }
    if (lane == Lane.OUT) {
      assertEquals(new ArrayList<>(want.values()), block.zone("watermarks"));
    }
  }

  private static Map<String, Object> watermark(
      Map<String, Object> all, String name, Object key, long time) {
    return entry(
        all.computeIfAbsent(
            key.toString(),
            k -> {
              Map<String, Object> e = new LinkedHashMap<>();
              e.put("role", "out");
              e.put(name, key);
              e.put("first", time);
              return e;
            }));
  }

  private void positions() {
    Map<Object, long[]> ranges = new LinkedHashMap<>();
    for (Map<String, Object> row : block.rows) {
      if (!row.containsKey("split") || lane == Lane.TRACE && at(row, "offset") < 0) {
        continue;
      }
      long offset = at(row, "offset");
      long n = at(row, "n");
      long[] r = ranges.computeIfAbsent(row.get("split"), k -> new long[] {offset, offset, 0});
      r[0] = Math.min(r[0], offset);
      r[1] = Math.max(r[1], offset + n - 1);
      r[2] += n;
    }
    List<Object> want = new ArrayList<>();
    ranges.forEach(
        (split, r) -> {
          Map<String, Object> e = new LinkedHashMap<>();
          e.put("role", lane == Lane.TRACE ? "sink" : "source");
          e.put("split", split);
          e.put("first", r[0]);
          e.put("last", r[1]);
          e.put("count", r[2]);
          want.add(e);
        });
    assertEquals(want, block.zone("positions"));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> entry(Object o) {
    return (Map<String, Object>) o;
  }
}
