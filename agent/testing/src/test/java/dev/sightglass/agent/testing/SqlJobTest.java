package dev.sightglass.agent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The finished jar on a job that the table planner made: what is told of statements, operators and generated code. */
class SqlJobTest {
  private static final String AGENT = System.getProperty("agent.jar");

  @TempDir Path folder;

  @Test
  void statementsOperatorsAndCodeAreTold() throws Exception {
    try (TakingServer server = new TakingServer()) {
      // Bodies and texts stand in the blocks as they are.
      String agent = AGENT + "=127.0.0.1:" + server.port() + ",codec=none,verbose";
      Fork job = Fork.run(folder, SqlJob.class, List.of(agent), List.of(), "300");
      assertEquals("ends {}", job.ends());
      assertFalse(job.err.contains("a hook failed"), job.err);
      assertTrue(server.status.contains("\"errors\":0"), server.status);
      assertHooks(server.status);

      String rows = text(server.raws);
      assertStatements(rows);
      assertOperators(rows);
      Map<Long, Long> events = server.events();
      assertEquals(4L, events.get(76L), "statements: " + events);
      // Two subtasks each of five operators, one of them with two classes; and keys' projections.
      assertTrue(events.get(70L) >= 12, "code: " + events);
      assertEquals(4, count(rows, "public class StreamExecCalc$"), "one text for each of four operators, of eight subtasks");
    }
  }

  private static void assertHooks(String status) {
    for (String hook :
        new String[] {
          "sql.parse", "sql.key", "sql.node", "sql.plan", "job.plan", "job.submit", "code.compile", "code.operator"
        }) {
      assertTrue(
          status.contains("{\"id\":\"" + hook + "\",\"state\":\"fired\""),
          hook + " did not fire: " + status);
    }
  }

  private static void assertStatements(String rows) {
    assertTrue(rows.contains("INSERT INTO totals SELECT customer, SUM(amount) AS total"), rows);
    assertTrue(rows.contains("CREATE TEMPORARY VIEW dear AS SELECT id"), rows);
    assertTrue(rows.contains("UPPER(l.customer) AS who"), rows);
    assertTrue(rows.contains("'password'='******'"), rows);
    assertFalse(rows.contains("hunter2"), "the value of a sensitive option left the process");
    assertTrue(rows.contains("\"operation\":\"CreateViewOperation\",\"made\":false"), rows);
    assertTrue(rows.contains("\"operation\":\"SinkModifyOperation\",\"made\":true"), rows);
  }

  private static void assertOperators(String rows) {
    // By the planner, and by the JobManager from the vertex's description.
    String sum = "\"fields\":[\"customer\",\"total\"]";
    assertTrue(
        rows.contains(
            "\"by\":\"plan\",\"exec\":4,\"type\":\"StreamExecGroupAggregate\","
                + sum
                + ",\"key\":[\"customer\"],\"statements\":[3]"),
        rows);
    assertTrue(
        rows.contains("\"name\":\"GroupAggregate[4]\",\"by\":\"vertex\",\"exec\":4," + sum), rows);
    assertTrue(rows.contains("[12]:Calc(select=[id, UPPER(customer) AS who, (amount * 2) AS twice])"), rows);
    // What the program itself put before and behind is nobody's statement.
    assertTrue(
        rows.contains("\"name\":\"to-row\",\"by\":\"plan\",\"fields\":[],\"key\":[],\"statements\":[]"),
        rows);
  }

  private static String text(List<byte[]> blocks) {
    StringBuilder all = new StringBuilder();
    for (byte[] b : blocks) {
      // Of lane job.
      if (new BlockHead(b).lane == 6) {
        all.append(new String(b, StandardCharsets.ISO_8859_1)).append('\n');
      }
    }
    return all.toString();
  }

  private static int count(String s, String part) {
    int n = 0;
    for (int i = s.indexOf(part); i >= 0; i = s.indexOf(part, i + 1)) {
      n++;
    }
    return n;
  }
}
