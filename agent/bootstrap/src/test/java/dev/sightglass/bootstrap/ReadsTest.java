package dev.sightglass.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReadsTest {
  private final TaskContext task = new TaskContext(this, new ChunkPool(16 << 20));
  private final ChannelContext channel = new ChannelContext(0, 7, 1, 0, 0);

  {
    task.add(channel);
    task.recovered(channel);
    TapeText.read(task);
  }

  private List<String> notes() {
    return all().stream().filter(l -> l.startsWith("note")).collect(Collectors.toList());
  }

  private List<String> all() {
    task.flushRun();
    return TapeText.read(task);
  }

  private void within(Runnable r) {
    int token = task.begin(TaskContext.ELEMENTS, 0, channel, 0, TapeFormat.NONE, PathTable.ROOT);
    r.run();
    task.end(token);
  }

  private void clock(long... values) {
    for (long v : values) {
      task.reads.clock(Reads.WALL, v);
    }
  }

  @Test
  void aClockIsToldWhenItMoved() {
    within(() -> clock(10, 10));
    within(() -> clock(10));
    within(() -> clock(11));
    assertEquals(
        List.of(
            "note 9/110 op=0 inv=1 #0 number=10 what=1",
            "note 9/110 op=0 inv=3 #0 number=11 what=1"),
        notes());
  }

  @Test
  void whichReadSawTheNewValueIsTold() {
    within(() -> clock(10, 10, 11));
    within(() -> clock(11, 11, 11, 12, 12, 13));
    assertEquals(
        List.of(
            "note 9/110 op=0 inv=1 #0 number=10 what=1",
            "note 9/110 op=0 inv=1 #1 number=11 number2=2 what=1",
            "note 9/110 op=0 inv=2 #0 number=12 number2=3 what=1",
            "note 9/110 op=0 inv=2 #1 number=13 number2=5 what=1"),
        notes());
  }

  @Test
  void clocksAreCountedEachByItself() {
    within(
        () -> {
          clock(10, 10);
          task.reads.clock(Reads.RUNTIME, 10);
          clock(11);
        });
    assertEquals(
        List.of(
            "note 9/110 op=0 inv=1 #0 number=10 what=1",
            "note 9/110 op=0 inv=1 #1 number=10 what=3",
            "note 9/110 op=0 inv=1 #2 number=11 number2=2 what=1"),
        notes());
  }

  @Test
  void readsGoOnWhereTheyWereAfterANestedInvocation() {
    within(
        () -> {
          clock(10);
          within(() -> clock(10, 11));
          clock(11, 12);
        });
    assertEquals(
        List.of(
            "note 9/110 op=0 inv=1 #0 number=10 what=1",
            "note 9/110 op=0 inv=2 #0 number=11 number2=1 what=1",
            "note 9/110 op=0 inv=1 #1 number=12 number2=2 what=1"),
        notes());
  }

  @Test
  void betweenInvocationsReadsAreCountedToo() {
    within(() -> clock(10));
    clock(10, 11, 11);
    clock(12);
    assertEquals(
        List.of(
            "note 9/110 op=0 inv=1 #0 number=10 what=1",
            "note 9/110 op=-1 inv=2 #0 number=11 number2=1 what=1",
            "note 9/110 op=-1 inv=3 #0 number=12 number2=1 what=1"),
        notes());
  }

  @Test
  void eachCheckpointStandsForItself() {
    within(() -> clock(10));
    task.checkpoint(1, false);
    within(() -> clock(10));
    assertEquals(2, notes().size());
  }

  @Test
  void atPositionsAReadThatChangesNothingLeavesTheRunAsItIs() {
    task.want(new Levels("p", Levels.POSITIONS, new byte[0], new byte[0]));
    within(() -> clock(10));
    task.tick(1);
    TapeText.read(task);
    for (int i = 0; i < 3; i++) {
      assertTrue(task.isLight());
      task.beginElement(channel);
      clock(10, i == 1 ? 11 : 10);
      task.endLight();
    }
    assertEquals(
        List.of(
            "note 9/110 op=-1 inv=3 #0 number=11 number2=1 what=1",
            "note 9/110 op=-1 inv=4 #0 number=10 what=1",
            "run 16 op=0 ch=0 - 1x4"),
        all());
  }

  @Test
  void timeToLiveHasOneValueForAnInvocation() {
    long[] got = new long[3];
    within(
        () -> {
          got[0] = task.reads.timeToLive();
          got[1] = task.reads.timeToLive();
        });
    within(() -> got[2] = task.reads.timeToLive());
    assertEquals(got[0], got[1]);
    List<String> told = notes();
    assertEquals("note 9/110 op=0 inv=1 #0 number=" + got[0] + " what=6", told.get(0));
    assertEquals(got[2] == got[0] ? 1 : 2, told.size());
  }

  @Test
  void whatIsBetweenTwoInvocationsStandsAtTheFirst() {
    within(() -> {});
    task.reads.between(Reads.EVENT, -1).number(5).write();
    within(() -> task.reads.between(Reads.EVENT, -1).number(6).write());
    assertEquals(
        List.of(
            "note 9/110 op=-1 inv=1 #0 number=5 what=22",
            "note 9/110 op=0 inv=2 #0 number=6 what=22"),
        notes());
  }

  @Test
  void aReadWithinANoteOfTheTaskLeavesThatOneAlone() {
    within(
        () -> {
          TaskNote n = task.note(TaskNote.STATE, 100, 0);
          clock(10);
          n.number(3).write();
        });
    assertEquals(
        List.of("note 9/110 op=0 inv=1 #1 number=10 what=1", "note 5/100 op=0 inv=1 #0 number=3"),
        notes());
  }
}
