package dev.sightglass.agent.hooks.drain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.bootstrap.ChunkPool;
import dev.sightglass.bootstrap.Script;
import dev.sightglass.bootstrap.TaskNote;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class NoteReaderTest {
  private final ToldRecorder told = new ToldRecorder();
  private final Script script = new Script("test", new ChunkPool(1 << 20));
  private final TapeReader reader = new TapeReader(script.task, told.recorder, new Tally());

  @Test
  void whatIsToldBeforeTheClockIsLookedAtHasTheTimeOfTheTask() {
    script.task.note(TaskNote.ENV, 110, 0).write();
    while (reader.read(10)) {
      // until the tape is empty
    }
    assertEquals(script.task.began, told.stamped);
  }

  @Test
  void notesReachTheirLanesWithEveryMember() {
    int state = script.task.word("{state}");
    for (int i = 0; i < 2; i++) {
      script
          .task
          .note(TaskNote.STATE, 101, 3)
          .state(state)
          .text("why")
          .time(7)
          .number(-1)
          .number2(2)
          .what(3)
          .reason(4)
          .flags(5)
          .key(new byte[9], 1, 1)
          .namespace(new byte[9], 1, 2)
          .mapKey(new byte[9], 1, 3)
          .value(new byte[9], 1, 4)
          .before(new byte[9], 1, 5)
          .withheld()
          .write();
    }
    script.task.note(TaskNote.TRACE, 50, 1).write();
    script.task.note(TaskNote.ENV, 110, 0).value(new byte[0], 0, 0).write();
    while (reader.read(10)) {
      // until the tape is empty
    }
    List<String> notes =
        told.told.stream().filter(l -> l.contains(".note")).collect(Collectors.toList());
    String full =
        "inv=1 op=3 #0 time=7 number=-1 number2=2 what=3 reason=4 flags=5 text=0 state=1 key=1 ns=2 map=3 value=4 before=5 withheld";
    assertEquals(
        List.of(
            "state.note 101 " + full,
            "state.note 101 " + full.replace("inv=1", "inv=2"),
            "trace.note 50 inv=3 op=1 #0",
            "env.note 110 inv=4 op=0 #0 value=0"),
        notes);
    assertTrue(told.definitions.contains("5 {state}") && told.definitions.contains("1 why"));
  }
}
