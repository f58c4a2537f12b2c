package dev.sightglass.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LevelsTest {
  private static final Levels POSITIONS =
      new Levels("1;0", Levels.POSITIONS, new byte[0], new byte[0]);
  private static final Levels FLIGHT = new Levels("2;1", Levels.FLIGHT, new byte[0], new byte[0]);

  private TaskContext task;
  private OutputContext out;
  private ChannelContext channel;
  private ChannelContext other;

  @BeforeEach
  void start() {
    task = new TaskContext(this, new ChunkPool(16 << 20));
    out = new OutputContext(task, 0, 100, 2, 1);
    task.add(out);
    channel = new ChannelContext(0, 7, 1, 0, 0);
    other = new ChannelContext(1, 7, 1, 0, 1);
    task.add(channel);
    task.add(other);
    task.recovered(channel);
    task.recovered(other);
    level(POSITIONS);
    assertEquals(
        "level 1;0 from 1", told().stream().filter(l -> l.startsWith("level")).findFirst().get());
  }

  private void level(Levels l) {
    task.want(l);
    task.tick(task.stamped + 1);
  }

  private List<String> told() {
    task.flushRun();
    return TapeText.read(task);
  }

  private static ByteBuffer element(int... bytes) {
    ByteBuffer b = ByteBuffer.allocate(4 + bytes.length);
    b.putInt(bytes.length);
    for (int v : bytes) {
      b.put((byte) v);
    }
    b.flip();
    return b;
  }

  private void light(ChannelContext c, Runnable inside) {
    assertTrue(task.isLight());
    task.beginElement(c);
    inside.run();
    task.endLight();
  }

  @Test
  void elementsAreRunsWithoutPaths() {
    for (int i = 0; i < 5; i++) {
      light(channel, () -> task.emit(out, element(1, 9), 1));
    }
    light(other, () -> {});
    light(channel, () -> {});
    assertEquals(
        List.of("run 16 op=0 ch=0 - 1x5", "run 16 op=0 ch=1 - 6x1", "run 16 op=0 ch=0 - 7x1"),
        told());
    assertEquals(6, channel.count);
    assertEquals(5, out.next(1));
  }

  @Test
  void recordsThatLeaveAreCountedAndNumbersToldBeforeTheNextRow() {
    light(channel, () -> task.emit(out, element(1, 9), 1));
    light(channel, () -> task.emit(out, element(0, 9), -1));
    light(channel, () -> task.emit(out, element(2, 0, 0, 0, 0, 0, 0, 0, 9), -1));
    light(channel, () -> task.emit(out, element(1, 9), 0));
    task.barrierOut(out, 5, 0);
    level(POSITIONS);
    level(FLIGHT);
    assertEquals(
        List.of(
            "sent 0 1 2",
            "out 0/-1 inv=3 bytes=9",
            "run 16 op=0 ch=0 - 1x4",
            "sent 0 3 3",
            "barrier-out 0 flags=0 cp=5",
            "counts >0=3",
            "level 2;1 from 5"),
        told());
  }

  @Test
  void whatRunsInsideAnElementComesBeforeIt() {
    light(channel, () -> {});
    light(
        channel,
        () -> {
          int mail = task.begin(TaskContext.MAIL, -1, null, 0, TapeFormat.NONE, 0);
          task.end(mail);
        });
    light(channel, () -> {});
    assertEquals(
        List.of(
            "run 16 op=0 ch=0 - 1x1",
            "run 20 op=-1 - 3x1",
            "run 16 op=0 ch=0 - 2x1",
            "run 16 op=0 ch=0 - 4x1"),
        told());
    assertEquals(3, channel.count);
  }

  @Test
  void notesAndExceptionsFindTheElement() {
    light(channel, () -> {});
    IllegalStateException e = new IllegalStateException();
    light(
        channel,
        () -> {
          task.note(TaskNote.ENV, 110, -1).what(1).number(5).write();
          task.thrown(e);
        });
    assertEquals("0000000000000007:1:1", task.thrownBy(e).element);
    assertEquals(2, task.thrownBy(e).invocation);
    assertEquals(
        List.of("note 9/110 op=-1 inv=2 #0 number=5 what=1", "run 16 op=0 ch=0 - 1x2"), told());
  }

  @Test
  void sourceRecordsAreRunsOfOffsets() {
    SplitContext s = task.split("orders", 3, null);
    long[] offsets = {40, 41, 42, 50, 51};
    int[] emitted = {1, 1, 2, 1, 1};
    for (int i = 0; i < offsets.length; i++) {
      task.beginSource(0, s, offsets[i], 0, null, null, null);
      assertTrue(task.reading());
      for (int n = 0; n < emitted[i]; n++) {
        task.collected();
      }
      task.endLight();
      assertFalse(task.reading());
    }
    List<String> lines = told();
    assertEquals(
        List.of(
            "source-run orders-3@40x2 emitted=1 inv=1",
            "source-run orders-3@42x1 emitted=2 inv=3",
            "source-run orders-3@50x2 emitted=1 inv=4",
            "run 17 op=0 - 1x5"),
        lines.stream().sorted().collect(Collectors.toList()).stream()
            .sorted((a, b) -> Boolean.compare(a.startsWith("run"), b.startsWith("run")))
            .collect(Collectors.toList()));
  }

  @Test
  void aChangeInTheMiddleGoesOnWithTheRightNumbers() {
    light(channel, () -> task.emit(out, element(1, 9), 1));
    level(FLIGHT);
    assertFalse(task.isLight());
    int token = task.begin(TaskContext.ELEMENTS, 0, channel, 0, TapeFormat.NONE, PathTable.ROOT);
    task.emit(out, element(1, 9), 1);
    task.end(token);
    assertEquals(
        List.of(
            "counts >0=1",
            "run 16 op=0 ch=0 - 1x1",
            "level 2;1 from 2",
            "sent 0 0 1",
            "out 0/1 inv=2 bytes=2",
            "run 16 op=0 ch=0 0(>0 2x1"),
        told());
  }

  @Test
  void payloadIsHashedOrLeftOut() {
    level(new Levels("3;1", Levels.FLIGHT, new byte[] {1, 1}, new byte[] {0, Levels.HASHED}));
    told();
    int token = task.begin(TaskContext.ELEMENTS, 0, channel, 0, TapeFormat.NONE, PathTable.ROOT);
    task.emit(out, element(0, 0, 0, 0, 0, 0, 0, 0, 7, 5, 5, 5), 1);
    task.emit(out, element(1, 5, 5), 1);
    task.emit(out, element(2, 0, 0, 0, 0, 0, 0, 0, 9), 1);
    task.end(token);
    assertEquals(
        List.of(
            "out 0/1 inv=1 bytes=9 of 12",
            "out 0/1 inv=1 bytes=1 of 3",
            "out 0/1 inv=1 bytes=9",
            "run 16 op=0 ch=0 0(>0>0 1x1"),
        told());
  }

  @Test
  void aVersionThatChangesNothingIsNoRow() {
    level(new Levels("8;0", Levels.POSITIONS, new byte[0], new byte[0]));
    assertEquals(List.of(), told());
    level(new Levels("9;1", Levels.FLIGHT, new byte[0], new byte[0]));
    assertEquals(List.of("level 9;1 from 1"), told());
  }

  @Test
  void aLossTellsTheLevelAgain() {
    ChunkPool pool = new ChunkPool(1 << 20);
    task = new TaskContext(this, pool);
    task.add(channel);
    level(POSITIONS);
    task.tape.room(2 << 20);
    task.tick(task.stamped + 1);
    assertTrue(told().contains("level 1;0 from 1"));
  }

  @Test
  void whatBelongsToNoKnownOperatorKeepsTheLeast() {
    byte[] payloads = {Levels.FULL, Levels.HASHED, Levels.FULL};
    Levels some = new Levels("3;2", Levels.TRACE, new byte[3], payloads);
    assertEquals(Levels.HASHED, some.payload(-1));
    assertEquals(Levels.FULL, some.payload(2));
    assertEquals(Levels.FULL, some.payload(3));
    assertEquals(Levels.FULL, FLIGHT.payload(-1));
  }
}
