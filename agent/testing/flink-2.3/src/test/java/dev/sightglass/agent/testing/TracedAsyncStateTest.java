package dev.sightglass.agent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.BlockRow;
import dev.sightglass.agent.core.Lane;
import dev.sightglass.agent.testing.trace.AsyncJob;
import dev.sightglass.agent.testing.trace.TraceJob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** States of Flink 2: asked asynchronously, and those of ForSt. */
class TracedAsyncStateTest {
  private static final String AGENT = System.getProperty("agent.jar");
  private static final String[] BACKENDS = {"hashmap", "rocksdb", "forst"};

  @TempDir Path folder;

  private Fork run(TakingServer server, Class<?> program, String... arguments) throws Exception {
    Fork job =
        Fork.run(
            folder, program, List.of(AGENT + "=127.0.0.1:" + server.port()), List.of(), arguments);
    assertFalse(job.err.contains("a hook failed"), job.err);
    job.ends();
    return job;
  }

  @Test
  void requestsAreRecordedInTheOrderOfTheirKey() throws Exception {
    try (TakingServer server = TakingServer.at("trace")) {
      Fork job = run(server, AsyncJob.class, BACKENDS);
      Map<String, List<String>> truth = Recorded.truth(job.out);
      Recorded states = new Recorded(server, Lane.STATE);
      for (String b : BACKENDS) {
        List<String> planted = truth.get(b + "/async-states");
        List<String> recorded = AccessText.lines(states, b, "async-states", 100, 103);
        assertTrue(planted.size() > 800, b);
        for (String key : new String[] {"k0", "k1", "k2"}) {
          AccessText.compare(b + " " + key, of(planted, key), of(recorded, key));
        }
        for (BlockRow r : states.of(b, "async-states")) {
          assertTrue(r.number("invocation") > 0, r.toString());
        }
      }
    }
  }

  private static List<String> of(List<String> lines, String key) {
    List<String> own = new ArrayList<>();
    for (String l : lines) {
      if (l.contains(" " + key + " ")) {
        own.add(l);
      }
    }
    return own;
  }

  @Test
  void forStIsRecordedLikeTheOthers() throws Exception {
    try (TakingServer server = TakingServer.at("trace")) {
      Fork job = run(server, TraceJob.class, "forst,copy");
      Map<String, List<String>> truth = Recorded.truth(job.out);
      Recorded states = new Recorded(server, Lane.STATE);
      AccessText.compare(
          "forst",
          truth.get("forst,copy/keyed-states"),
          AccessText.lines(states, "forst,copy", "keyed-states", 100, 103));
      assertEquals(
          "forst", states.state(states.of("forst,copy", "keyed-states").get(0)).get("backend"));
    }
  }
}
