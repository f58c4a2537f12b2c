package dev.sightglass.agent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The finished jar on a real job: what arrives, and that the job gives what it gives without. */
class RecordedJobTest {
  private static final String AGENT = System.getProperty("agent.jar");
  private static final String SABOTEUR = System.getProperty("saboteur.jar");
  private static final String[] QUIET = {"20000", "aligned", "-1", "5"};

  /** What the job's ends see in every run of {@link #QUIET}. */
  private static final String EXPECTED = "ends {join=31525, side=4000, window=100}";

  @TempDir Path folder;

  private static String agent(int port) {
    return AGENT + "=127.0.0.1:" + port + ",verbose";
  }

  @Test
  void aQuietJobIsRecordedWithEqualCountersOnBothEnds() throws Exception {
    try (TakingServer server = new TakingServer()) {
      Fork job = Fork.job(folder, List.of(agent(server.port())), QUIET);
      assertEquals(EXPECTED, job.ends());
      assertEquals(0, job.exit);
      assertNull(server.failure);
      assertTrue(server.closedInOrder, "no CLOSE came: " + job.err);
      checkBlocks(server);
      Map<Long, Long> events = server.events();
      assertEquals(20_000L, events.get(34L), "source records");
      assertTrue(events.get(1L) > 60_000, "elements out: " + events);
      assertTrue(events.get(18L) > 0 && events.get(19L) > 0, "timers: " + events);
      assertTrue(events.containsKey(21L) && events.containsKey(29L), events.toString());
      for (long kind : events.keySet()) {
        assertTrue(kind < 50 || kind > 60 && kind < 100 || kind > 103, events.toString());
      }
      assertTrue(compare(server) > 50, "barriers compared");
      assertHooks(server);
      assertFalse(job.err.contains(" failed and is switched off"), job.err);
      checkDefinitions(server);
    }
  }

  @Test
  void aFailureIsTiedToItsElementAndTheJobRecovers() throws Exception {
    try (TakingServer server = new TakingServer()) {
      Fork job =
          Fork.job(
              folder, List.of(agent(server.port())), "20000", "unaligned", "12000", "5");
      job.ends();
      checkBlocks(server);
      compare(server);
      Map<Long, Long> events = server.events();
      assertEquals(1L, events.get(80L), "one exception: " + events);
      assertTrue(events.get(71L) > 12, "attempts: " + events);
      assertTrue(events.containsKey(26L), "end of recovery: " + events);
      assertFalse(job.err.contains(" failed and is switched off"), job.err);
    }
  }

  @Test
  void withoutAServerTheJobRunsOn() throws Exception {
    int port;
    try (TakingServer server = new TakingServer()) {
      port = server.port();
    }
    Fork job = Fork.job(folder, List.of(agent(port)), QUIET);
    assertEquals(EXPECTED, job.ends());
    assertEquals(0, job.exit);
  }

  @Test
  void faultsOfTheAgentDoNotReachTheJob() throws Exception {
    String[] faults = {
      "dev.sightglass.bootstrap.TaskProbe.starting:java.lang.NoClassDefFoundError",
      "dev.sightglass.bootstrap.ChainProbe.leave:java.lang.OutOfMemoryError"
    };
    for (String fault : faults) {
      try (TakingServer server = new TakingServer()) {
        Fork job =
            Fork.job(
                folder, List.of(agent(server.port()), SABOTEUR + "=" + fault), QUIET);
        assertEquals(EXPECTED, job.ends(), fault);
        assertEquals(0, job.exit, fault);
        assertTrue(job.err.contains(" failed and is switched off"), fault + "\n" + job.err);
        assertTrue(server.status.contains("\"errors\":"), server.status);
      }
    }
  }

  @Test
  void badOptionsAreNamedAndTheJobRunsOn() throws Exception {
    Fork job = Fork.job(folder, List.of(AGENT + "=nowhere"), "100", "aligned", "-1", "0");
    job.ends();
    assertTrue(job.err.contains("'nowhere' is not host:port: nothing is recorded"), job.err);
  }

  private static void checkBlocks(TakingServer server) {
    Map<String, Long> next = new HashMap<>();
    for (BlockHead b : server.blocks) {
      String lane = b.recording + "/" + b.attempt + "/" + b.lane;
      assertEquals(next.getOrDefault(lane, 0L), b.number, "block number in " + lane);
      next.put(lane, b.number + 1);
      assertTrue(b.gaps.isEmpty(), "a gap in " + lane);
    }
    assertTrue(next.size() > 10, "lanes: " + next.size());
  }

  /** Counters of both ends of each channel at each barrier. */
  static int compare(TakingServer server) {
    Map<String, BlockHead.Barrier> out = new HashMap<>();
    Map<String, BlockHead.Barrier> in = new HashMap<>();
    for (BlockHead b : server.blocks) {
      for (BlockHead.Barrier x : b.barriers) {
        (x.in ? in : out).put(b.recording + " " + x.place, x);
      }
    }
    int compared = 0;
    for (Map.Entry<String, BlockHead.Barrier> e : in.entrySet()) {
      BlockHead.Barrier sent = out.get(e.getKey());
      BlockHead.Barrier got = e.getValue();
      if (sent == null || (got.flags & 2) != 0) {
        continue;
      }
      if (((sent.flags | got.flags) & 1) != 0) {
        assertTrue(got.seq <= sent.seq, e.getKey() + ": " + got.seq + " of " + sent.seq);
      } else {
        assertEquals(sent.seq, got.seq, e.getKey());
        compared++;
      }
    }
    return compared;
  }

  private static void assertHooks(TakingServer server) {
    // The job's classes come from the application's class loader here: their reads are not told.
    String unread =
        "\\{\"id\":\"env.read\",\"state\":\"missing\",\"class\":\"[^\"]*TopologyJob[^\"]*\",[^}]*"
            + "the application's own class loader gave it\"}";
    assertTrue(Pattern.compile(unread).matcher(server.status).find(), server.status);
    assertFalse(
        server.status.replaceAll(unread, "").contains("\"state\":\"missing\""), server.status);
    for (String hook :
        new String[] {
          "task.run", "task.state", "task.start", "task.checkpoint", "task.idle", "chain.operator",
          "chain.complete", "chain.push", "out", "in", "in.event", "in.watermark", "timer", "mail",
          "mail.callback", "source.output", "source.split", "job.graph", "job.state", "job.attempt",
          "job.checkpoint", "state.backends", "state.create", "timer.service", "timer.set",
          "window", "watermark.held", "watermark.out"
        }) {
      assertTrue(
          server.status.contains("{\"id\":\"" + hook + "\",\"state\":\"fired\""),
          hook + " did not fire: " + server.status);
    }
    // What happens in state is told at level trace alone.
    String rests =
        "\\{\"id\":\"state.heap\",\"state\":\"installed\",[^}]*\"detail\":\"rests: no operator is at level trace\"";
    assertTrue(Pattern.compile(rests).matcher(server.status).find(), server.status);
    assertTrue(server.status.contains("\"errors\":0"), server.status);
  }

  private static void checkDefinitions(TakingServer server) {
    assertEquals(1, server.definitions.get(10).size(), "one graph");
    String graph = server.definitions.get(10).get(0);
    assertTrue(graph.contains("\"ship\":\"HASH\"") && graph.contains("\"name\":\"keyed\""), graph);
    assertEquals(12, server.definitions.get(7).size(), "attempts");
    String attempts = String.join("\n", server.definitions.get(7));
    assertTrue(
        attempts.contains("\"function\":{\"class\":\"" + TopologyJob.class.getName() + "$Keyed\""),
        attempts);
    assertTrue(attempts.contains("\"file\":\"TopologyJob.java\""), attempts);
    assertTrue(
        String.join("\n", server.definitions.get(4))
            .contains("\"of\":\"" + TopologyJob.Event.class.getName() + "\""),
        "the serializer of Event");
  }
}
