package dev.sightglass.agent.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.JsonReader;
import dev.sightglass.agent.hooks.policy.Budgets;
import dev.sightglass.agent.hooks.policy.Policy;
import dev.sightglass.agent.hooks.policy.Retreat;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The clock here is a number. */
class GovernorTest {
  private static final long SECOND = Governor.PERIOD;

  private long cpu;
  private long bytes;
  private long memory;
  private long now;

  private final Governor governor =
      new Governor(
          new Governor.Meter() {
            @Override
            public long cpuNanos() {
              return cpu;
            }

            @Override
            public long bytes() {
              return bytes;
            }

            @Override
            public long memory() {
              return memory;
            }
          });

  private static Budgets budgets(String json) throws Exception {
    return Policy.read(JsonReader.read("{\"version\":\"1\",\"budgets\":" + json + "}")).budgets();
  }

  /** The step at the end of each second in which recording takes so much. */
  private List<Integer> run(int seconds, Budgets b, long cpuEach, long bytesEach) {
    List<Integer> steps = new ArrayList<>();
    for (int i = 0; i < seconds; i++) {
      now += SECOND;
      cpu += cpuEach;
      bytes += bytesEach;
      governor.check(now, b);
      steps.add(governor.retreat().step());
    }
    return steps;
  }

  @Test
  void withoutBudgetsNothingHappens() throws Exception {
    governor.check(now, budgets("{}"));
    assertEquals(0, run(100, budgets("{}"), SECOND, 1 << 30).get(99));
  }

  @Test
  void itGoesBackStepByStepAndComesForwardSlowly() throws Exception {
    Budgets b = budgets("{\"cpu\":0.05}");
    governor.check(now, b);
    assertEquals(List.of(0, 1, 1, 2, 2, 3, 3, 4, 4, 4), run(10, b, SECOND / 10, 0));
    assertEquals("governor cpu", governor.retreat().why());
    assertEquals(Retreat.LAST, governor.retreat().step(), "never further");
    List<Integer> calm = run(31, b, SECOND / 100, 0);
    assertEquals(4, calm.get(28));
    assertEquals(3, calm.get(30));
    // It was too early: what comes next waits twice as long.
    assertEquals(4, run(2, b, SECOND / 10, 0).get(1));
    calm = run(62, b, SECOND / 100, 0);
    assertEquals(4, calm.get(57));
    assertEquals(3, calm.get(61));
    run(600, b, SECOND / 100, 0);
    assertEquals(0, governor.retreat().step());
  }

  @Test
  void aPeakIsNoReason() throws Exception {
    Budgets b = budgets("{\"bytes_per_s\":1000}");
    governor.check(now, b);
    for (int i = 0; i < 50; i++) {
      assertEquals(0, run(1, b, 0, 5_000).get(0));
      assertEquals(0, run(1, b, 0, 10).get(0));
    }
    assertEquals(1, run(2, b, 0, 5_000).get(1));
    assertEquals("governor bytes", governor.retreat().why());
  }

  @Test
  void memoryCountsAsItStands() throws Exception {
    Budgets b = budgets("{\"memory\":1000}");
    governor.check(now, b);
    memory = 999;
    assertEquals(0, run(10, b, 0, 0).get(9));
    memory = 1_001;
    assertEquals(1, run(2, b, 0, 0).get(1));
    assertNull(governor.check(now, b), "the period is not over");
    assertTrue(governor.toString().startsWith("step 1"), governor.toString());
  }
}
