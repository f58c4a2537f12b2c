package dev.sightglass.agent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.BlockRow;
import dev.sightglass.agent.core.Lane;
import dev.sightglass.agent.testing.trace.TraceJob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What jobs do at level trace: recorded as they wrote it down themselves, access by access. */
class TracedStateTest {
  private static final String AGENT = System.getProperty("agent.jar");
  private static final String[] JOBS = {
    "hashmap,copy", "hashmap,reuse", "rocksdb,copy", "rocksdb,reuse"
  };

  @TempDir Path folder;

  @Test
  void everyAccessIsRecordedAsItWas() throws Exception {
    Fork plain = Fork.run(folder, TraceJob.class, List.of(), List.of(), JOBS[0], JOBS[2]);
    try (TakingServer server = TakingServer.at("trace")) {
      Fork job =
          Fork.run(
              folder,
              TraceJob.class,
              List.of(AGENT + "=127.0.0.1:" + server.port() + ",verbose"),
              List.of(),
              JOBS);
      assertEquals(0, job.exit, job.err);
      for (String end : plain.out.split("\n")) {
        if (end.startsWith("end ")) {
          assertTrue(job.out.contains(end + "\n"), end + " is not so with the agent\n" + job.out);
          String reuse = end.replace(",copy/", ",reuse/");
          assertTrue(job.out.contains(reuse + "\n"), reuse + " is not so with the agent");
        }
      }
      assertFalse(job.err.contains("a hook failed"), job.err);
      // Of each of three jobs on the heap one value is refused twice: written, and as it was.
      assertTrue(
          server.status.contains("6 values are not recorded: their serializers threw"),
          server.status);
      Map<String, List<String>> truth = Recorded.truth(job.out);
      Recorded states = new Recorded(server, Lane.STATE);
      Recorded traces = new Recorded(server, Lane.TRACE);
      for (String j : JOBS) {
        for (String o : new String[] {"keyed-states", "operator-states", "broadcast-states"}) {
          AccessText.compare(j, truth.get(j + "/" + o), AccessText.lines(states, j, o, 100, 103));
        }
        AccessText.compare(
            j, truth.get(j + "/timers"), AccessText.lines(traces, j, "timers", 50, 52));
        for (String o : new String[] {"tumbling", "sessions", "sliding"}) {
          AccessText.compare(
              j, truth.get(j + "/" + o), distinct(AccessText.lines(traces, j, o, 53, 56)));
        }
        merged(states, j);
        AccessText.compare(
            j,
            sorted(truth.get(j + "/calls")),
            sorted(AccessText.lines(traces, j, "calls", 60, 60)));
        AccessText.compare(
            j + ", splits",
            truth.get(j + "/two-splits"),
            AccessText.lines(traces, j, "Source: two-splits", 59, 59));
        held(j, AccessText.lines(traces, j, "both", 59, 59));
        passed(j, AccessText.lines(traces, j, "timers", 58, 58));
      }
    }
  }

  /** One line for each window that others are merged into. */
  private static List<String> distinct(List<String> lines) {
    List<String> rest = new ArrayList<>();
    for (String l : lines) {
      if (!l.startsWith("merged") || !l.equals(rest.get(rest.size() - 1))) {
        rest.add(l);
      }
    }
    return rest;
  }

  /** State of sessions that became one: what the other held is in what the one holds. */
  private static void merged(Recorded states, String job) throws IOException {
    String gone = null;
    int merges = 0;
    for (BlockRow r : states.of(job, "sessions")) {
      if (r.number("what") == 6 && r.number("kind") == 102) {
        gone = AccessText.value(states, states.state(r), "value", r.bytes("before"));
      } else if (r.number("what") == 6) {
        String before = AccessText.value(states, states.state(r), "value", r.bytes("before"));
        String after = AccessText.value(states, states.state(r), "value", r.bytes("value"));
        assertEquals((before + gone).replace("][", ","), after, job);
        merges++;
      }
    }
    assertTrue(merges > 10, "merges in " + job + ": " + merges);
  }

  /** Results come in whatever order. */
  private static List<String> sorted(List<String> lines) {
    List<String> s = new ArrayList<>(lines);
    Collections.sort(s);
    return s;
  }

  /** What holds a combined watermark has that watermark itself; in the end nothing does. */
  private static void held(String job, List<String> lines) {
    long channels = 0;
    long last = Long.MIN_VALUE;
    for (String l : lines) {
      // The valve of an input names its only channel, the operator behind them the input.
      assertTrue(l.matches("held ([0-9a-f]{16}:0|input [01]) (-?\\d+) \\2"), l);
      if (l.startsWith("held input")) {
        long now = Long.parseLong(l.split(" ")[3]);
        assertTrue(now >= last, job + ": " + lines);
        last = now;
      } else {
        channels++;
      }
    }
    assertTrue(channels >= 60, job + ": " + lines);
    assertEquals(Long.MAX_VALUE, last, job + ": " + lines);
  }

  private static void passed(String job, List<String> lines) {
    assertEquals(31, lines.size(), job + ": " + lines);
    assertEquals("passed " + Long.MAX_VALUE, lines.get(30), job);
  }
}
