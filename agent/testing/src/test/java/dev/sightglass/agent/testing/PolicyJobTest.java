package dev.sightglass.agent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a policy makes of a recording, on a real job. */
class PolicyJobTest {
  private static final String AGENT = System.getProperty("agent.jar");
  private static final String EXPECTED = "ends {join=31525, side=4000, window=100}";
  private static final int OUT = 1;
  private static final int KEPT_OUT = 17;

  @TempDir Path folder;

  private CompletableFuture<Fork> start(TakingServer server) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return Fork.job(
                folder,
                List.of(AGENT + "=127.0.0.1:" + server.port()),
                "20000",
                "aligned",
                "-1",
                "15");
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static void await(String what, BooleanSupplier done) throws InterruptedException {
    for (long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1); !done.getAsBoolean(); ) {
      assertTrue(System.nanoTime() < end, "waited in vain for " + what);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private static long events(List<BlockHead> blocks, int lane, long kind) {
    return blocks.stream()
        .filter(b -> b.lane == lane)
        .flatMap(b -> b.counts.stream())
        .filter(c -> c[1] == kind)
        .mapToLong(c -> c[2])
        .sum();
  }

  private static void assertDense(List<BlockHead> blocks) {
    Map<String, Long> next = new HashMap<>();
    for (BlockHead b : blocks) {
      String lane = b.recording + "/" + b.attempt + "/" + b.lane;
      assertEquals(next.getOrDefault(lane, 0L), b.number, lane);
      next.put(lane, b.number + 1);
    }
  }

  @Test
  void flightThatWasKeptComesWhenAskedForAndLevelsChangeMeanwhile() throws Exception {
    try (TakingServer server = new TakingServer()) {
      server.policy =
          "{\"version\":\"1\",\"rules\":[{\"level\":\"positions\",\"lookback\":true}]}";
      CompletableFuture<Fork> job = start(server);
      await(
          "three seconds of positions",
          () -> events(server.came(), 2, 16) > 30_000 && server.came().size() > 100);
      List<BlockHead> before = server.came();
      assertEquals(0, events(before, OUT, 1), "at positions no record is sent");
      assertEquals(0, events(before, KEPT_OUT, 1), "nobody asked for what is kept");
      String recording =
          before.stream().filter(b -> b.lane == 2).findFirst().orElseThrow().recording;
      server.control(
          "{\"id\":\"a\",\"command\":\"lookback\",\"recordings\":[\"" + recording + "\"]}");
      await("what was kept", () -> events(server.came(), KEPT_OUT, 1) > 30_000);
      server.control(
          "{\"id\":\"b\",\"command\":\"policy\",\"policy\":{\"version\":\"2\",\"rules\":[{\"operator\":\"keyed\",\"level\":\"trace\"},{\"level\":\"flight\"}]}}");
      server.control("{\"id\":\"c\",\"command\":\"policy\",\"policy\":{\"rules\":[{\"moon\":1}]}}");
      await("records sent", () -> events(server.came(), OUT, 1) > 1_000);
      Fork fork = job.get();
      assertEquals(EXPECTED, fork.ends());
      assertNull(server.failure);
      assertDense(server.came());
      assertEquals(3, server.dones.size(), server.dones.toString());
      assertTrue(server.dones.get(0).contains("\"ok\":true"), server.dones.get(0));
      assertTrue(
          server.dones.get(2).contains("this agent knows no rule with moon"), server.dones.get(2));
      assertTrue(server.status.contains("\"policy\":{\"version\":\"2\""), server.status);
      assertTrue(
          server.status.contains(
              "\"refused\":\"null\",\"why\":\"this agent knows no rule with moon\""),
          server.status);
      assertTrue(server.status.contains("\"sent_blocks\":"), server.status);
      assertTrue(server.status.contains("\"errors\":0"), server.status);
      assertFalse(fork.err.contains("failed"), fork.err);
    }
  }

  @Test
  void aSampleLeavesMostRecordsOutAndNumbersGoOn() throws Exception {
    try (TakingServer server = new TakingServer()) {
      server.policy =
          "{\"version\":\"1\",\"rules\":[{\"level\":\"flight\",\"sample\":{\"take\":1,\"of\":10}}]}";
      Fork fork = start(server).get();
      assertEquals(EXPECTED, fork.ends());
      assertNull(server.failure);
      assertDense(server.came());
      assertTrue(RecordedJobTest.compare(server) > 50, "barriers compared");
      assertFalse(fork.err.contains("failed"), fork.err);
      long sent = events(server.came(), OUT, 1);
      // Unkeyed edges that leave an operator before any key is known are told in full: the edge to
      // the join has 20,000 records.
      assertTrue(sent > 20_000 && sent < 45_000, "records sent: " + sent);
      assertTrue(
          server.came().stream().anyMatch(b -> b.lane == OUT && (b.flags & 8) != 0),
          "no block has elements without rows");
    }
  }
}
