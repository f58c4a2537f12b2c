package dev.sightglass.agent.hooks.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.JsonReader;
import org.junit.jupiter.api.Test;

class PolicyTest {
  private static final String[] JOB = {"order-totals", "9f3a61c2d07b4e159f3a61c2d07b4e15"};
  private static final String[] CHAIN = {"Source: orders", null, "drop duplicates"};

  private static Policy read(String json) throws Exception {
    return Policy.read(JsonReader.readObject("{\"p\":" + json + "}").get("p"));
  }

  private static String levels(String json) throws Exception {
    // The text is what the recording says; the rest of the object follows the same loop.
    java.lang.reflect.Field text =
        Class.forName("dev.sightglass.bootstrap.Levels").getDeclaredField("text");
    text.setAccessible(true);
    return (String) text.get(read(json).levels(JOB, CHAIN));
  }

  @Test
  void theFirstRuleThatFitsDecides() throws Exception {
    assertEquals("7;flight,flight,flight", levels("{\"version\":\"7\",\"rules\":[]}"));
    assertEquals(
        "8;positions,positions,trace",
        levels(
            "{\"version\":\"8\",\"rules\":[{\"job\":\"order-*\",\"operator\":\"*duplicates\",\"level\":\"trace\"},"
                + "{\"level\":\"positions\"},{\"level\":\"flight\"}]}"));
    assertEquals(
        "9;flight,flight,positions/hashed",
        levels(
            "{\"version\":\"9\",\"rules\":[{\"job\":\"9f3a*\",\"operator\":\"drop-duplicates\",\"level\":\"positions\",\"payload\":\"hashed\"},"
                + "{\"job\":\"others\",\"level\":\"trace\"}]}"));
  }

  @Test
  void eachThingIsDecidedByTheFirstRuleThatSaysIt() throws Exception {
    assertEquals(
        "8;trace/none*1:50,positions+flight/none*1:50,trace/none*1:50;why=trigger 7",
        levels(
            "{\"version\":\"8\",\"moon\":1,\"rules\":[{\"operator\":\"Source*\",\"level\":\"trace\",\"why\":\"trigger 7\"},"
                + "{\"operator\":\"drop*\",\"level\":\"trace\"},"
                + "{\"level\":\"positions\",\"payload\":\"none\",\"sample\":{\"take\":1,\"of\":50},\"lookback\":true},"
                + "{\"topic\":\"orders\",\"payload\":\"full\"}]}"));
  }

  @Test
  void theFirstRuleThatFitsSaysWhatIsCopiedOfSnapshots() throws Exception {
    Policy p =
        read(
            "{\"version\":\"4\",\"rules\":[],\"snapshots\":[{\"job\":\"9f3a*\",\"bytes\":1024,\"every_ms\":500},"
                + "{\"bytes\":7,\"every_ms\":0}]}");
    assertEquals(1024, p.snapshots(JOB).bytes);
    assertEquals(500, p.snapshots(JOB).everyMillis);
    assertEquals(7, p.snapshots(new String[] {"other", "00"}).bytes);
    assertNull(read("{\"version\":\"5\",\"rules\":[]}").snapshots(JOB));
    for (String bad : new String[] {"7", "[7]", "[{\"bytes\":-1}]", "[{\"bytes\":\"much\"}]"}) {
      assertThrows(
          Policy.BadPolicy.class,
          () -> read("{\"version\":\"6\",\"rules\":[],\"snapshots\":" + bad + "}"),
          bad);
    }
  }

  @Test
  void budgetsTakeBackStepByStep() throws Exception {
    Policy p =
        read(
            "{\"version\":\"3\",\"rules\":[{\"operator\":\"drop*\",\"level\":\"trace\"},{\"level\":\"flight\"}],"
                + "\"budgets\":{\"cpu\":0.02,\"bytes_per_s\":1000}}");
    assertEquals(0.02, p.budgets().cpu);
    assertEquals(1000, p.budgets().bytesPerSecond);
    String[] expected = {
      "3;flight,flight,trace",
      "3;flight,flight,trace;why=governor cpu",
      "3;flight,flight,flight;why=governor cpu",
      "3;flight/none,flight/none,flight/none;why=governor cpu",
      "3;positions/none,positions/none,positions/none;why=governor cpu"
    };
    for (int step = 0; step <= Retreat.LAST; step++) {
      Retreat r = new Retreat(step, step == 0 ? "" : "governor cpu");
      assertEquals(expected[step], p.levels(JOB, CHAIN, new int[0], new String[0], r).toString());
    }
  }

  @Test
  void patternsAreNotRegularExpressions() throws Exception {
    assertEquals(
        "1;flight,flight,flight",
        levels(
            "{\"version\":\"1\",\"rules\":[{\"operator\":\"Source. orders\",\"level\":\"trace\"}]}"));
    assertEquals(
        "1;trace,flight,flight",
        levels(
            "{\"version\":\"1\",\"rules\":[{\"operator\":\"Source: (*|orders\",\"level\":\"positions\"},{\"operator\":\"Source:*\",\"level\":\"trace\"}]}"));
  }

  @Test
  void whatIsNotUnderstoodIsRefusedWithTheReason() {
    for (String[] bad :
        new String[][] {
          {"7", "object"},
          {"{\"rules\":7}", "list"},
          {"{\"rules\":[7]}", "object"},
          {"{\"rules\":[{}]}", "needs a level"},
          {"{\"rules\":[{\"sample\":{\"take\":1}}]}", "take and of"},
          {"{\"rules\":[{\"topic\":\"*\",\"level\":\"trace\"}]}", "payload, and nothing else"},
          {"{\"rules\":[{\"lookback\":\"perhaps\"}]}", "perhaps"},
          {"{\"rules\":[{\"logs\":\"loud\"}]}", "loud"},
          {"{\"budgets\":{\"cpu\":-1}}", "cpu"},
          {"{\"rules\":[{\"level\":\"everything\"}]}", "everything"},
          {"{\"rules\":[{\"level\":\"trace\",\"payload\":\"half\"}]}", "half"},
          {"{\"rules\":[{\"level\":\"trace\",\"moon\":\"full\"}]}", "moon"},
        }) {
      Exception e = assertThrows(Policy.BadPolicy.class, () -> read(bad[0]), bad[0]);
      assertTrue(e.getMessage().contains(bad[1]), e.getMessage());
    }
  }

  @Test
  void slugsAreThoseOfPositions() {
    assertEquals("source-orders", Policy.slug("Source: orders"));
    assertEquals("window_totals-1", Policy.slug("  Window_Totals (1) "));
  }
}
