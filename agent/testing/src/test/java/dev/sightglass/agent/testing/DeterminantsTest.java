package dev.sightglass.agent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.BlockRow;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a task takes from outside is in its recording, position by position: one run of {@link
 * DeterminantsJob}, whose records say what it read. {@link DeterminantsOnRocksDbTest} is the same on
 * the other backend.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeterminantsTest {
  private static final String AGENT = System.getProperty("agent.jar");
  private static final String JAR = System.getProperty("user.jar");
  private static final int RECORDS = 6000;
  private static final int MAP_ORDER = 15;
  private static final int TIMER_ORDER = 16;
  private static final int TRANSIENT = 17;
  private static final int BARRIER = 18;
  private static final int NOTIFIED = 19;
  private static final int REGISTRATION = 20;
  private static final int ASYNC_RESULT = 21;
  private static final int EVENT = 22;
  private static final int OPERATOR_EVENT = 23;

  @TempDir static Path folder;

  private Fork job;
  private TakingServer server;
  private RecordedRows rows;
  private List<String> arrived;

  /** Where the job keeps its state. */
  String backend() {
    return "hashmap";
  }

  /** What a task saw of a map in one timer is right. */
  void checkOrder(List<String> keys, List<BlockRow> rows) {
    // A map that only grew has this many buckets; of another one they are told.
    int buckets = 16;
    while (buckets * 3 / 4 < keys.size()) {
      buckets *= 2;
    }
    for (BlockRow r : rows) {
      assertTrue(r.number("number") != buckets, "told without need");
      buckets = (int) r.number("number");
    }
    // Put in as they were seen, with room from the start, they lie in the same order.
    Map<String, Integer> same = new HashMap<>(buckets);
    for (String k : keys) {
      same.put(k, 1);
    }
    assertEquals(keys, List.copyOf(same.keySet()), "with " + buckets + " buckets");
  }

  /** Of how many maps the order is told, of those that {@link #checkOrder} saw. */
  void checkOrders(int seen, int told) {
    assertTrue(told > 10 && told < seen, "maps " + told + " of " + seen);
  }

  @BeforeAll
  void run() throws Exception {
    server = new TakingServer("{\"version\":\"1\",\"rules\":[],\"secrets\":[\"my.hidden.*\"]}");
    Path out = folder.resolve("arrived");
    job =
        Fork.run(
            folder,
            DeterminantsJob.class,
            List.of(AGENT + "=127.0.0.1:" + server.port() + ",verbose,codec=none"),
            List.of("-Dssl.key.password=" + DeterminantsJob.planted(9), "-Dlog4j2.level=INFO"),
            Integer.toString(RECORDS),
            JAR,
            out.toString(),
            backend(),
            folder.resolve("checkpoints").toString());
    job.ends();
    server.close();
    assertNull(server.failure);
    assertFalse(job.err.contains("failed, the job"), job.err);
    rows = new RecordedRows(server);
    arrived = Files.readAllLines(out);
  }

  /** Elements and timers that arrive at the end are the same without the agent. */
  private static Set<String> settled(List<String> lines) {
    return lines.stream()
        .map(l -> l.startsWith("t|") ? l.substring(0, l.lastIndexOf('|')) : l)
        .collect(Collectors.toSet());
  }

  @Test
  void theJobGivesWhatItGivesWithoutTheAgent() throws Exception {
    Path out = folder.resolve("without");
    Fork without =
        Fork.run(
            folder,
            DeterminantsJob.class,
            List.of(),
            List.of(),
            Integer.toString(RECORDS),
            JAR,
            out.toString(),
            backend(),
            folder.resolve("other-checkpoints").toString());
    without.ends();
    assertEquals(settled(Files.readAllLines(out)), settled(arrived));
  }

  @Test
  void everyReadIsRecordedAtItsPosition() {
    int compared = 0;
    Map<String, Integer> sources = new TreeMap<>();
    for (long attempt : rows.attemptsThatSent("e|")) {
      Replayed replayed = new Replayed(rows.reads(attempt));
      for (BlockRow out : rows.of(attempt, RecordedRows.OUT)) {
        String text = RecordedRows.text(out);
        if (!text.startsWith("e|")) {
          continue;
        }
        replayed.at(out.number("invocation"));
        for (String got : text.split("\\|", 3)[2].split(",")) {
          if (got.indexOf('=') > 0) {
            int source = Integer.parseInt(got.substring(0, got.indexOf('=')));
            assertEquals(got, replayed.read(source, got), () -> "in " + out + " of " + rows.reads(attempt).get(out.number("invocation")));
            sources.merge(source + "", 1, Integer::sum);
            compared++;
          }
        }
      }
    }
    System.out.println("reads compared " + compared + ", by source " + sources);
    assertEquals(Set.of("1", "2", "3", "7", "8", "9", "10", "11", "13", "14"), sources.keySet());
    assertTrue(compared > RECORDS * 5, "compared " + compared);
  }

  @Test
  void whatFollowsFromSeedsFollowsFromTheRecordedOnes() {
    int compared = 0;
    for (long attempt : rows.attemptsThatSent("e|")) {
      Map<Long, List<BlockRow>> reads = rows.reads(attempt);
      for (BlockRow out : rows.of(attempt, RecordedRows.OUT)) {
        String text = RecordedRows.text(out);
        if (!text.contains("shuffled")) {
          continue;
        }
        List<Long> seeds =
            reads.get(out.number("invocation")).stream()
                .filter(r -> r.number("what") == 12)
                .map(r -> r.number("number"))
                .collect(Collectors.toList());
        // The function's generator is made with the first element, before all else.
        seeds = seeds.subList(seeds.size() - 2, seeds.size());
        List<Integer> shuffled = new ArrayList<>(List.of(1, 2, 3, 4, 5));
        java.util.Collections.shuffle(shuffled, new Random(seeds.get(0)));
        assertTrue(text.contains(shuffled.toString().replace(", ", " ")), text);
        assertTrue(text.contains("stream " + new Random(seeds.get(1)).ints(2).sum()), text);
        compared++;
      }
    }
    assertEquals(RECORDS / 4, compared);
  }

  @Test
  void timeToLiveStandsStillForAnInvocation() {
    int n = 0;
    for (long attempt : rows.attemptsThatSent("e|")) {
      long last = Long.MAX_VALUE; // what the attempt was told before, none at first
      for (List<BlockRow> reads : rows.reads(attempt).values()) {
        boolean first = true;
        for (BlockRow r : reads) {
          if (r.number("what") == 6) {
            // On a busy machine an invocation may be held up, and takes a second one then. Its first
            // has no row when it is the last one of the invocation before.
            boolean anew = r.has("number2") && r.number("number2") > 0;
            assertEquals(anew, r.has("number2"), reads.toString());
            assertTrue(first || anew, reads.toString());
            assertTrue(!anew || r.number("number") - last >= 20, reads.toString());
            last = r.number("number");
            first = false;
            n++;
          }
        }
      }
    }
    assertTrue(n > 20, "rows of time to live: " + n);
  }

  @Test
  void ordersOfMapsAndTimersAreThoseThatTheJobSaw() {
    int seen = 0;
    int maps = 0;
    int groups = 0;
    for (long attempt : rows.attemptsThatSent("e|")) {
      Map<Long, List<BlockRow>> reads = rows.reads(attempt);
      Map<Long, List<String>> fired = new TreeMap<>();
      for (BlockRow out : rows.of(attempt, RecordedRows.OUT)) {
        String text = RecordedRows.text(out);
        if (!text.startsWith("t|")) {
          continue;
        }
        String[] parts = text.split("\\|", -1);
        fired.computeIfAbsent(Long.parseLong(parts[1]), k -> new ArrayList<>()).add(parts[2]);
        List<BlockRow> orders =
            reads.getOrDefault(out.number("invocation"), List.of()).stream()
                .filter(r -> r.number("what") == MAP_ORDER)
                .collect(Collectors.toList());
        checkOrder(List.of(parts[3].split(",")), orders);
        seen++;
        maps += orders.size();
      }
      Map<Long, List<Integer>> told = new TreeMap<>();
      for (BlockRow r : rows.of(attempt, RecordedRows.ENV)) {
        if (r.number("what") == TIMER_ORDER) {
          ByteBuffer b = ByteBuffer.wrap(r.bytes("value"));
          assertEquals(4 * r.number("number"), b.remaining());
          List<Integer> hashes = told.computeIfAbsent(r.number("time_ms"), k -> new ArrayList<>());
          while (b.hasRemaining()) {
            hashes.add(b.getInt());
          }
          groups++;
        }
      }
      for (Map.Entry<Long, List<String>> e : fired.entrySet()) {
        if (e.getValue().size() < 2) {
          continue;
        }
        List<Integer> wanted = new ArrayList<>();
        for (String key : e.getValue()) {
          // VoidNamespace has the hash code 99.
          long h = (e.getKey() * 31 + Long.hashCode(Long.parseLong(key))) * 0x9E3779B97F4A7C15L + 99;
          wanted.add((int) (h >>> 32));
        }
        assertEquals(wanted, told.get(e.getKey()), "timers of " + e.getKey());
      }
    }
    System.out.println("orders of maps " + maps + " of " + seen + ", of timers " + groups);
    checkOrders(seen, maps);
    assertTrue(groups >= RECORDS / 500, "groups of timers " + groups);
  }

  @Test
  void resultsOfTheAsynchronousFunctionAreThere() {
    int compared = 0;
    for (long attempt : rows.attemptsThatSent("a|")) {
      Map<Long, String> inputs = inputs(attempt);
      Set<Long> requests = new HashSet<>();
      for (BlockRow r : rows.of(attempt, RecordedRows.ENV)) {
        if (r.number("what") != ASYNC_RESULT) {
          continue;
        }
        assertTrue(requests.add(r.number("number")), "request twice: " + r);
        String input = inputs.get(r.number("number2"));
        ByteBuffer b = ByteBuffer.wrap(r.bytes("value"));
        int n = b.getInt();
        String[] parts = input.split("\\|");
        boolean element = parts[0].equals("e");
        assertEquals(element ? Long.parseLong(parts[1]) % 3 : 1, n, input);
        if (n > 0) {
          String first = RecordedRows.string(r.bytes("value"), 4);
          String wanted = element ? "a|" + parts[1] + "|" + n : input;
          assertTrue(first.startsWith(wanted.substring(0, Math.min(wanted.length(), 60))), first);
        }
        compared++;
      }
      assertEquals(requests.size(), (long) requests.stream().max(Long::compare).orElse(0L));
    }
    System.out.println("asynchronous results compared " + compared);
    assertTrue(compared > RECORDS, "compared " + compared);
  }

  /** The text of the element that each invocation of an attempt handled. */
  private Map<Long, String> inputs(long attempt) {
    Map<String, String> sent = new HashMap<>();
    for (BlockRow r : rows.of(RecordedRows.OUT)) {
      sent.put(r.text("partition") + "/" + r.number("subpartition") + "/" + r.number("seq"),
          RecordedRows.text(r));
    }
    Map<Long, String> inputs = new HashMap<>();
    for (BlockRow r : rows.of(attempt, RecordedRows.DET)) {
      if (r.number("kind") == 16) {
        String place = r.channel("partition") + "/" + r.channel("subpartition") + "/";
        for (long i = 0; i < r.number("n"); i++) {
          inputs.put(r.number("invocation") + i, sent.get(place + (r.number("seq") + i)));
        }
      }
    }
    return inputs;
  }

  @Test
  void checkpointsAreToldWithTheirOptionsAndWhatTheSnapshotLacks() {
    int checked = 0;
    for (long attempt : rows.attemptsThatSent("e|")) {
      Map<Long, Map<Long, BlockRow>> by = new TreeMap<>();
      for (BlockRow r : rows.of(attempt, RecordedRows.ENV)) {
        by.computeIfAbsent(r.number("what"), k -> new TreeMap<>()).put(r.number("number"), r);
      }
      Set<Long> taken =
          rows.of(attempt, RecordedRows.DET).stream()
              .filter(r -> r.number("kind") == 25)
              .map(r -> r.number("checkpoint"))
              .collect(Collectors.toSet());
      assertEquals(taken, by.get((long) BARRIER).keySet());
      assertEquals(taken, by.get((long) TRANSIENT).keySet());
      Set<Long> complete =
          rows.of(attempt, RecordedRows.ENV).stream()
              .filter(r -> r.number("what") == NOTIFIED && r.number("number2") == 1)
              .map(r -> r.number("number"))
              .collect(Collectors.toSet());
      // The task ends before it hears of the last ones.
      long last = complete.stream().max(Long::compare).orElse(0L);
      assertTrue(last > 1, "" + complete);
      assertEquals(
          completed().stream().filter(c -> c <= last).collect(Collectors.toSet()), complete);
      for (BlockRow r : by.get((long) BARRIER).values()) {
        // EventSerializer: 1 = a barrier, then id and timestamp.
        ByteBuffer b = ByteBuffer.wrap(r.bytes("value"));
        assertEquals(1, b.getInt());
        assertEquals(r.number("number"), b.getLong());
        assertEquals(r.number("time_ms"), b.getLong());
      }
      for (BlockRow r : by.get((long) TRANSIENT).values()) {
        String t = new String(r.bytes("value"), StandardCharsets.UTF_8);
        assertTrue(t.contains("\"valves\":[{\"input\":0,\"watermark\":"), t);
        assertTrue(t.contains("\"timers\":{\"user-timers\":"), t);
        assertTrue(t.contains("\"function\":{\"seen\":{},\"fresh\":{},"), t);
        assertTrue(t.contains("\"elements\":"), t);
        checked++;
      }
      assertTrue(by.containsKey((long) EVENT), "the end of data is an event");
    }
    assertTrue(checked > 2, "checked " + checked);
  }

  /** Checkpoints that the JobManager completed. */
  private Set<Long> completed() {
    return jobRows(66).stream()
        .map(r -> r.text("body"))
        .filter(b -> b.contains("\"phase\":\"completed\""))
        .map(b -> Long.parseLong(b.replaceAll(".*\"checkpoint\":(\\d+).*", "$1")))
        .collect(Collectors.toSet());
  }

  @Test
  void callbacksAreNamedByTheirRegistration() {
    int named = 0;
    int callbacks = 0;
    for (BlockRow r : rows.of(RecordedRows.DET)) {
      callbacks += r.number("kind") == 21 ? r.number("n") : 0;
    }
    for (BlockRow r : rows.of(RecordedRows.ENV)) {
      named += r.number("what") == REGISTRATION ? 1 : 0;
    }
    System.out.println("callbacks " + callbacks + ", named " + named);
    assertTrue(callbacks > 50, "callbacks " + callbacks);
    assertEquals(callbacks, named);
  }

  @Test
  void logLinesStandAtTheirRecords() {
    LoggedLines.check(rows, RECORDS);
  }

  // ---- what rebuilds a task

  /** Rows of a kind of lane job, all attempts. */
  private List<BlockRow> jobRows(int kind) {
    return rows.of(RecordedRows.JOB).stream()
        .filter(r -> r.number("kind") == kind)
        .collect(Collectors.toList());
  }

  @Test
  void snapshotsAreToldWithTheirHandles() {
    int snapshots = 0;
    for (BlockRow r : jobRows(67)) {
      assertTrue(r.text("body").contains("\"missing\":\"\""), r.text("body"));
      byte[] b = r.bytes("value");
      assertEquals((byte) 0xAC, b[0]);
      assertTrue(
          new String(b, StandardCharsets.ISO_8859_1)
              .contains("org.apache.flink.runtime.checkpoint.TaskStateSnapshot"));
      snapshots++;
    }
    long taken =
        rows.of(RecordedRows.DET).stream().filter(r -> r.number("kind") == 25).count();
    assertTrue(snapshots > 10 && snapshots <= taken, snapshots + " of " + taken);
    List<String> phases =
        jobRows(66).stream()
            .map(r -> r.text("body").replaceAll(".*\"phase\":\"(.*?)\".*", "$1"))
            .collect(Collectors.toList());
    assertTrue(phases.contains("completed") && phases.contains("discarded"), phases.toString());
  }

  @Test
  void whatCoordinatorsTellIsThere() {
    int splits = 0;
    for (BlockRow r : rows.of(RecordedRows.ENV)) {
      if (r.number("what") == OPERATOR_EVENT) {
        byte[] b = r.bytes("value");
        assertEquals(r.number("number"), b.length);
        String event = new String(b, StandardCharsets.ISO_8859_1);
        assertTrue(event.contains("org.apache.flink.runtime.source.event."), event);
        splits += event.contains("AddSplitEvent") ? 1 : 0;
      }
    }
    assertTrue(splits > 0, "no split was assigned");
  }

  @Test
  void everyTaskHasItsCapsule() throws Exception {
    List<BlockRow> capsules = jobRows(74);
    assertEquals(jobRows(71).size(), capsules.size(), "one for each attempt");
    for (BlockRow r : capsules) {
      assertTrue(r.text("body").contains("\"missing\":[]"), r.text("body"));
      java.util.regex.Matcher m =
          java.util.regex.Pattern.compile("\"sha256\":\"([0-9a-f]{64})\"").matcher(r.text("body"));
      int parts = 0;
      while (m.find()) {
        byte[] b = server.blobs.get(m.group(1)).toByteArray();
        byte[] hash = java.security.MessageDigest.getInstance("SHA-256").digest(b);
        assertEquals(m.group(1), TakingServer.hex(hash));
        parts++;
      }
      assertEquals(5, parts, "four objects and the jar of the job");
    }
    assertTrue(server.blobs.size() < 3 * capsules.size(), "the same parts are sent once");
    System.out.println(
        "capsules "
            + capsules.size()
            + ", blobs "
            + server.blobs.size()
            + ", bytes "
            + server.blobs.values().stream().mapToInt(b -> b.size()).sum());
  }

  @Test
  void noSecretLeavesTheProcess() {
    String all = new String(server.everything.toByteArray(), StandardCharsets.ISO_8859_1);
    for (int i = 1; i <= 9; i++) {
      assertEquals(-1, all.indexOf(DeterminantsJob.planted(i)), "secret " + i);
    }
    assertTrue(all.contains("plain.url"), "what is no secret is there");
    assertTrue(all.contains("\"hidden\":["), "what was hidden is named");
    for (String name : List.of("sasl.password", "apiKey", "sasl.jaas.config", "s3.secret-key")) {
      assertTrue(all.contains("\"" + name + "\""), name);
    }
  }

  @Test
  void aCapsuleIsReadInAnotherJvmWithFlinkAndTheJobsJarOnly() throws Exception {
    Path parts = Files.createDirectory(folder.resolve("capsules"));
    for (BlockRow r : jobRows(74)) {
      String body = r.text("body");
      if (body.contains("\"name\":\"read-all\"")) {
        Files.writeString(parts.resolve("capsule.json"), body);
      }
    }
    for (Map.Entry<String, java.io.ByteArrayOutputStream> e : server.blobs.entrySet()) {
      Files.write(parts.resolve(e.getKey()), e.getValue().toByteArray());
    }
    Fork reader = Fork.reader(folder, CapsuleReader.class, parts.toString());
    String out = reader.out;
    assertEquals(0, reader.exit, reader.out + reader.err);
    for (String wanted :
        List.of(
            "operator read-all",
            "factory org.apache.flink.streaming.api.operators.SimpleUdfStreamOperatorFactory",
            "function dev.sightglass.agent.testing.DeterminantsJob$ReadAll by ChildFirst",
            "key serializer org.apache.flink.api.common.typeutils.base.LongSerializer",
            "key of 47: 7",
            "out serializer org.apache.flink.api.common.typeutils.base.StringSerializer",
            "job parameter topic=orders",
            "job parameter sasl.password=******")) {
      assertTrue(out.contains(wanted), wanted + "\n" + out);
    }
  }
}
