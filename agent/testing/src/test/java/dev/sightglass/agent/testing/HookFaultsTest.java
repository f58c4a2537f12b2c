package dev.sightglass.agent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every hook fails in turn on a real job: the job gives what it gives without. */
class HookFaultsTest {
  private static final String AGENT = System.getProperty("agent.jar");

  @TempDir Path folder;

  @Test
  void whicheverHookFailsTheJobIsUnharmed() throws Exception {
    // Below level trace some hooks rest, and would not be made to fail.
    try (TakingServer server = TakingServer.at("trace")) {
      Fork job =
          Fork.run(
              folder, FaultyJob.class, List.of(AGENT + "=127.0.0.1:" + server.port()), List.of());
      assertEquals(0, job.exit, job.err);
      String expected = null;
      List<String> failed = new ArrayList<>();
      List<String> silent = new ArrayList<>();
      List<String> harmed = new ArrayList<>();
      for (String line : job.out.split("\n")) {
        String[] words = line.split(" ", 5);
        if (line.startsWith("none ")) {
          expected = line.substring("none ".length());
        } else if (line.startsWith("hook ")) {
          if (!line.substring(line.indexOf(" ends ") + 1).equals(expected)) {
            harmed.add(line);
          }
          assertFalse(words[4].startsWith("true"), words[1] + " took all hooks with it");
          boolean fires = words[2].equals("true");
          (fires ? failed : silent).add(words[1]);
          assertTrue(!fires || Integer.parseInt(words[3]) > 0, words[1] + " was not made to fail");
        }
      }
      System.out.printf(
          "FIGURE hooks_failed_with_output_the_same %d hooks target %d %s%n",
          failed.size() - harmed.size(), failed.size(), harmed.isEmpty() ? "met" : "missed");
      assertEquals(List.of(), harmed, "without faults: " + expected);
      assertTrue(failed.size() >= 20, "hooks that failed: " + failed + ", never called: " + silent);
      for (String hook : failed) {
        String report = "hook " + hook + " failed and is switched off, the job is not affected: ";
        assertEquals(2, job.err.split(java.util.regex.Pattern.quote(report), -1).length, hook);
      }
      assertNull(server.failure);
      assertTrue(server.gapReasons().contains(5L), "no gap says that the agent failed");
    }
  }

  @Test
  void onAFlinkThatNobodyKnowsTheJobRunsAndTheReasonIsSaid() throws Exception {
    String unknown = "org.apache.flink.streaming.runtime.io.AbstractStreamTaskNetworkInput.processElement:+";
    try (TakingServer server = new TakingServer()) {
      List<String> agents =
          List.of(
              System.getProperty("saboteur.jar") + "=" + unknown,
              AGENT + "=127.0.0.1:" + server.port());
      String reason = "no task is recorded: hook in does not fit this Flink: 2 methods processElement fit";
      Fork job = Fork.job(folder, agents, "1500", "aligned", "-1", "0");
      Fork without = Fork.job(folder, List.of(), "1500", "aligned", "-1", "0");
      assertEquals(without.ends(), job.ends());
      assertTrue(job.err.contains("[sightglass] " + reason), job.err);
      assertTrue(server.status.contains("\"off\":false,\"reason\":\"" + reason), server.status);
      assertNull(server.events().get(16L), "no element was counted");
      assertTrue(server.definitions.containsKey(10), "what the JobManager knows is recorded");
    }
  }

  @Test
  void aSecondAgentStaysOut() throws Exception {
    try (TakingServer server = new TakingServer()) {
      String agent = AGENT + "=127.0.0.1:" + server.port();
      Fork job = Fork.job(folder, List.of(agent, agent), "500", "aligned", "-1", "0");
      job.ends();
      assertTrue(job.err.contains("runs in this JVM already: this one stays out"), job.err);
      assertEquals(500L, server.events().get(34L), "it is recorded once");
    }
  }
}
