package dev.sightglass.agent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.testing.drops.DropJob;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Records that were planted to be thrown away are told, each with the reason and the numbers that
 * were planted, and nothing else is; at the lowest level and at the highest.
 */
class DropsTest {
  private static final String AGENT = System.getProperty("agent.jar");
  private static final long DROPPED = 57;
  private static final long WATERMARK_IN = 29;
  private static final long PARTIAL = 1;

  /** What a format says that knows the message's form and not what it asks for. */
  private static final String NO_ERROR = "a value that it does not know";

  /** Numbers in {@code spec/recording.md} 4.1. */
  private static final Map<String, Long> REASONS =
      Map.ofEntries(
          Map.entry("window-late", 1L),
          Map.entry("late-to-side-output", 2L),
          Map.entry("no-window", 3L),
          Map.entry("interval-join-late", 4L),
          Map.entry("join-time-passed", 5L),
          Map.entry("window-join-late", 6L),
          Map.entry("over-late", 7L),
          Map.entry("temporal-join-no-version", 8L),
          Map.entry("temporal-join-build-late", 9L),
          Map.entry("process-table-function-late", 10L),
          Map.entry("pattern-late", 11L),
          Map.entry("duplicate", 12L),
          Map.entry("deduplicate-late", 13L),
          Map.entry("delete-of-unknown-row", 14L),
          Map.entry("retract-of-unknown-row", 15L),
          Map.entry("null-in-not-null-column", 16L),
          Map.entry("parse-error-ignored", 17L),
          Map.entry("window-aggregate-late", 20L),
          Map.entry("group-window-late", 21L),
          Map.entry("sort-late", 22L),
          Map.entry("null-row-time", 23L));

  /** Reasons that compare with a watermark that came in through a channel. */
  private static final Set<Long> BY_WATERMARK =
      Set.of(1L, 2L, 3L, 4L, 5L, 6L, 8L, 9L, 10L, 11L, 13L, 20L, 21L);

  /** Reasons that Flink counts as late. */
  private static final Set<Long> COUNTED = Set.of(1L, 6L, 7L, 11L, 13L, 20L, 21L, 254L, 255L);

  @TempDir Path folder;

  /** Level, then settings of the job. With {@code drops.matrix} over all of them. */
  static List<List<String>> runs() {
    List<List<String>> runs = new ArrayList<>();
    for (String level : List.of("positions", "trace")) {
      if (!Boolean.getBoolean("drops.matrix")) {
        runs.add(List.of(level));
        continue;
      }
      for (String backend : List.of("hashmap", "rocksdb")) {
        for (boolean unaligned : new boolean[] {false, true}) {
          for (boolean reuse : new boolean[] {false, true}) {
            runs.add(
                List.of(
                    level,
                    "state.backend.type=" + backend,
                    "execution.checkpointing.unaligned.enabled=" + unaligned,
                    "pipeline.object-reuse=" + reuse));
          }
        }
      }
    }
    return runs;
  }

  @ParameterizedTest
  @MethodSource("runs")
  void everyRecordThatIsThrownAwayIsToldWithItsReason(List<String> run) throws Exception {
    String level = run.get(0);
    try (TakingServer server = TakingServer.at(level)) {
      Fork job =
          Fork.run(
              folder,
              DropJob.class,
              List.of(AGENT + "=127.0.0.1:" + server.port() + ",verbose"),
              List.of("-Xmx640m"),
              run.subList(1, run.size()).toArray(new String[0]));
      job.ends();
      assertEquals(0, job.exit);
      assertNull(server.failure);
      assertFalse(job.err.contains("a hook failed"), job.err);
      assertTrue(server.status.contains("\"errors\":0"), server.status);
      DropRows recorded = new DropRows(server);
      List<DropRows.Row> drops = new ArrayList<>();
      recorded.rows.stream().filter(r -> r.number("kind") == DROPPED).forEach(drops::add);
      compareMessages(job.out, recorded, drops, level);
      comparePlanted(job.out, drops, level);
      compareCounters(job.out, drops);
      compareZones(recorded, drops);
      checkCauses(recorded, drops);
      checkParts(recorded, drops);
    }
  }

  // ---- what was planted

  private static void comparePlanted(String out, List<DropRows.Row> drops, String level) {
    Map<String, List<String>> planted = new TreeMap<>();
    Map<Long, String> pipelines = new TreeMap<>();
    for (String line : out.split("\n")) {
      String[] w = line.split(" ");
      if (w[0].equals("planted")) {
        // Without an id it is known by its reason.
        pipelines.put(Long.valueOf(w[3]), w[1]);
        String row = w[1] + " " + w[2];
        planted
            .computeIfAbsent(row, k -> new ArrayList<>())
            .add(w[3] + " " + w[4] + " " + w[5] + " " + w[6]);
      }
    }
    Map<String, List<String>> told = new TreeMap<>();
    for (DropRows.Row r : drops) {
      long id = id(r.text("value"));
      String row = pipelines.get(id) + " " + reason(r);
      switch ((int) r.number("reason")) {
        case 17:
          row = "formats parse-error-ignored";
          break;
        case 20:
          row = r.number("flags") == PARTIAL ? "window-two-phase window-aggregate-late" : row;
          break;
        case 254:
        case 255:
          row = "own-counter counted";
          for (long n = r.number("number"); n > 1; n--) {
            told.computeIfAbsent(row, k -> new ArrayList<>()).add("0 - - -");
          }
          told.computeIfAbsent(row, k -> new ArrayList<>()).add("0 - - -");
          continue;
        default:
          break;
      }
      told.computeIfAbsent(row, k -> new ArrayList<>())
          .add(
              (r.number("flags") == PARTIAL ? 0 : id)
                  + " "
                  + (r.has("time_ms") ? r.columns.get("time_ms") : "-")
                  + " "
                  + number(r, "number")
                  + " "
                  + number(r, "number2"));
    }
    String flink = EnvironmentInformation.getVersion();
    Set<String> rows = new java.util.TreeSet<>(planted.keySet());
    rows.addAll(told.keySet());
    for (String row : rows) {
      System.out.printf(
          "DROP %s %s planted %d recorded %d (%s)%n",
          flink,
          row,
          planted.getOrDefault(row, List.of()).size(),
          told.getOrDefault(row, List.of()).size(),
          level);
    }
    planted.values().forEach(Collections::sort);
    told.values().forEach(Collections::sort);
    assertEquals(lines(planted), lines(told));
  }

  private static String lines(Map<String, List<String>> rows) {
    StringBuilder s = new StringBuilder();
    rows.forEach((k, v) -> s.append(k).append(": ").append(v).append('\n'));
    return s.toString();
  }

  private static String reason(DropRows.Row r) {
    long n = r.number("reason");
    return REASONS.entrySet().stream()
        .filter(e -> e.getValue() == n)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("reason " + n);
  }

  private static String number(DropRows.Row r, String column) {
    long n = r.number(column);
    return n == Long.MIN_VALUE ? "-" : Long.toString(n);
  }

  private static byte[] bytes(String hex) {
    byte[] b = new byte[hex.length() / 2];
    for (int i = 0; i < b.length; i++) {
      b[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
    }
    return b;
  }

  /** The planted id in a record's bytes, whichever serializer wrote them; 0 = none. */
  private static long id(String hex) {
    byte[] b = bytes(hex);
    for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
      ByteBuffer buffer = ByteBuffer.wrap(b).order(order);
      for (int i = 0; i + 8 <= b.length; i++) {
        long v = buffer.getLong(i);
        if (v >>> 32 == 0x5347_4C41L) {
          return v & 0xFFFF_FFFFL;
        }
      }
    }
    return 0;
  }

  // ---- what else is known

  /** Flink's own counters, operator by operator. */
  private static void compareCounters(String out, List<DropRows.Row> drops) {
    Map<String, Long> counted = new TreeMap<>();
    for (String line : out.split("\n")) {
      String[] w = line.split(" ");
      if (w[0].equals("counter") && Long.parseLong(w[3]) > 0) {
        counted.merge(w[1], Long.valueOf(w[3]), Long::sum);
      }
    }
    Map<String, Long> told = new TreeMap<>();
    for (DropRows.Row r : drops) {
      long reason = r.number("reason");
      if (COUNTED.contains(reason)) {
        told.merge(
            r.operator.replace(' ', '_'), reason >= 254 ? r.number("number") : 1, Long::sum);
      }
    }
    assertEquals(counted, told);
    assertTrue(counted.size() > 10, counted.toString());
  }

  /** What formats could not read, as it came, with the error that they ignored. */
  private static void compareMessages(
      String out, DropRows recorded, List<DropRows.Row> drops, String level) {
    // Which operator of a chain reads them is told where paths are.
    String format = level.equals("trace") ? "" : "^[a-z-]+";
    List<String> planted = new ArrayList<>();
    for (String line : out.split("\n")) {
      if (line.startsWith("message ")) {
        planted.add(line.substring("message ".length()).trim().replaceFirst(format, ""));
      }
    }
    List<String> told = new ArrayList<>();
    for (DropRows.Row r : drops) {
      if (r.number("reason") == 17) {
        String error = recorded.definition(r, "text");
        told.add(
            r.operator
                + " "
                + (error.equals(NO_ERROR) ? "-" : error.substring(error.lastIndexOf('.') + 1))
                + " "
                + Base64.getEncoder().encodeToString(bytes(r.text("value"))));
      }
    }
    Collections.sort(planted);
    Collections.sort(told);
    assertEquals(String.join("\n", planted), String.join("\n", told));
  }

  private static void compareZones(DropRows recorded, List<DropRows.Row> drops) {
    Map<Long, Long> sums = new TreeMap<>();
    for (DropRows.Row r : drops) {
      long reason = r.number("reason");
      sums.merge(reason, reason >= 254 ? r.number("number") : 1, Long::sum);
    }
    assertEquals(sums, new TreeMap<>(recorded.drops));
  }

  /** The invocation that a row names as the one that raised the watermark did so. */
  private static void checkCauses(DropRows recorded, List<DropRows.Row> drops) {
    Map<String, Long> raised = new TreeMap<>();
    for (DropRows.Row r : recorded.rows) {
      if (r.number("kind") == WATERMARK_IN) {
        raised.merge(r.attempt + " " + r.number("invocation"), r.number("time_ms"), Math::max);
      }
    }
    int checked = 0;
    for (DropRows.Row r : drops) {
      if (!BY_WATERMARK.contains(r.number("reason"))) {
        continue;
      }
      String channel = recorded.definition(r, "text");
      assertTrue(channel.matches("[0-9a-f]{16}:0"), r.columns + " by " + channel);
      long at = r.number("invocation") - r.number("what") + 1;
      assertEquals(r.number("number"), raised.get(r.attempt + " " + at), r.columns.toString());
      checked++;
    }
    assertTrue(checked > 20, "causes checked: " + checked);
  }

  /** Bytes, keys and the definition that says how to read them. */
  private static void checkParts(DropRows recorded, List<DropRows.Row> drops) {
    int keys = 0;
    for (DropRows.Row r : drops) {
      long reason = r.number("reason");
      if (reason == 17) {
        continue; // compareMessages
      }
      assertFalse(r.operator.isEmpty(), "operator of " + r.columns);
      if (reason < 254) {
        String state = recorded.definition(r, "state");
        assertTrue(state.matches(".*\"kind\":\"record\".*\"value\":\"[0-9a-f]{16}\".*"), state);
        assertTrue(r.has("value"), r.columns.toString());
        keys += r.has("key") ? 1 : 0;
      } else {
        assertEquals("lateEventsDropped", recorded.definition(r, "text"));
      }
      if (reason == 16) {
        assertEquals("k", recorded.definition(r, "text"));
      }
    }
    assertTrue(keys > 30, "rows with a key: " + keys);
    assertTrue(
        drops.stream().anyMatch(r -> r.number("reason") == 254),
        "none was tied to its record");
  }
}
