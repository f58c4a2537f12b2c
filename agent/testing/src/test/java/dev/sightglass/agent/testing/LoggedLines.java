package dev.sightglass.agent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.BlockRow;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What {@link DeterminantsJob} logs: a line for each element, a warning for one in a hundred. */
final class LoggedLines {
  private static final int LINE = 81;

  private LoggedLines() {}

  /** Runs the job with logging of its own, and checks what was recorded of it. */
  static void check(Path folder, int records, String... options) throws Exception {
    TakingServer server = new TakingServer("{\"version\":\"1\",\"rules\":[]}");
    Fork job =
        Fork.run(
            folder,
            DeterminantsJob.class,
            List.of(
                System.getProperty("agent.jar") + "=127.0.0.1:" + server.port() + ",codec=none"),
            List.of(options),
            Integer.toString(records),
            System.getProperty("user.jar"),
            folder.resolve("arrived").toString(),
            "hashmap",
            folder.resolve("checkpoints").toString());
    job.ends();
    server.close();
    assertNull(server.failure);
    assertFalse(job.err.contains("failed, the job"), job.err);
    check(new RecordedRows(server), records);
  }

  /** Each line of the job's function about an element stands at the invocation that sent it on. */
  static void check(RecordedRows rows, int records) {
    int infos = 0;
    int warnings = 0;
    for (long attempt : rows.attemptsThatSent("e|")) {
      Map<Long, String> ids = new HashMap<>();
      for (BlockRow out : rows.of(attempt, RecordedRows.OUT)) {
        if (RecordedRows.text(out).startsWith("e|")) {
          ids.put(out.number("invocation"), RecordedRows.text(out).split("\\|")[1]);
        }
      }
      for (BlockRow r : rows.of(attempt, RecordedRows.LOG)) {
        String line = new String(r.bytes("value"), StandardCharsets.UTF_8);
        if (r.number("kind") != LINE || !line.contains("DeterminantsJob$ReadAll")) {
          continue;
        }
        boolean warning = line.contains("\"message\":\"planted ");
        String message = (warning ? "planted " : "seen ") + ids.get(r.number("invocation"));
        String level = warning ? "warn" : "info";
        assertTrue(line.startsWith("{\"level\":\"" + level + "\",\"logger\":\""), line);
        assertTrue(line.contains("\"message\":\"" + message + "\""), line);
        assertEquals(0, r.number("operator"), line);
        infos += warning ? 0 : 1;
        warnings += warning ? 1 : 0;
      }
    }
    System.out.println("log lines " + infos + " info, " + warnings + " warn");
    assertEquals(records, infos);
    assertEquals(records / 100, warnings);
  }
}
