package dev.sightglass.agent.hooks.drain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.EventKind;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.bootstrap.ChunkPool;
import dev.sightglass.bootstrap.Script;
import org.junit.jupiter.api.Test;

class AttemptTest {
  private final ToldRecorder told = new ToldRecorder();
  private final Script script = new Script("test", new ChunkPool(1 << 20));
  private final Attempt attempt = new Attempt(told.recorder, null, new Tally());

  /** What is told of a task from outside is told now; what the task itself did has its own time. */
  @Test
  void whatIsToldFromOutsideDoesNotMoveTheTimeOfTheTask() {
    attempt.setContext(script.task);
    script.element(1, (byte) 1);
    script.flush();
    while (attempt.poll()) {
      // Everything that is there.
    }
    long task = told.stamped;
    attempt.event(EventKind.TASK_STATE, new JsonWriter().beginObject().endObject(), null);
    assertTrue(attempt.poll());
    assertTrue(told.told.stream().anyMatch(s -> s.startsWith("job.event")), told.told::toString);
    assertEquals(task, told.stamped);
  }
}
