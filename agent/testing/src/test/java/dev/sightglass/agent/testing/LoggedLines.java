package dev.sightglass.agent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.BlockRow;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** What {@link DeterminantsJob} logs: a line for each element, a warning for one in a hundred. */
final class LoggedLines {
  private static final int LINE = 81;

  private LoggedLines() {}

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
