package dev.sightglass.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TaskContextTest {
  private static final int OPERATORS = 4;

  private TaskContext task;
  private OutputContext out0;
  private OutputContext out1;
  private ChannelContext live;
  private ChannelContext other;

  @BeforeEach
  void start() {
    task = task(new ChunkPool(16 << 20));
  }

  private TaskContext task(ChunkPool pool) {
    TaskContext t = new TaskContext(this, pool);
    out0 = new OutputContext(t, 0, 100, 2, 2);
    out1 = new OutputContext(t, 1, 101, 3, 3);
    t.add(out0);
    t.add(out1);
    live = new ChannelContext(0, 7, 1, 0, 0);
    other = new ChannelContext(1, 8, 1, 0, 1);
    t.add(live);
    t.add(other);
    t.recovered(live);
    t.recovered(other);
    TapeText.read(t);
    return t;
  }

  private List<String> told() {
    task.flushRun();
    return TapeText.read(task);
  }

  private int element(ChannelContext c) {
    return task.begin(
        c.recovering ? TaskContext.RECOVERED : TaskContext.ELEMENTS,
        0,
        c,
        0,
        TapeFormat.NONE,
        PathTable.ROOT);
  }

  private static ByteBuffer record(int bytes) {
    ByteBuffer b = ByteBuffer.allocate(4 + bytes);
    b.putInt(bytes);
    b.put(4, (byte) 1);
    b.position(0);
    return b;
  }

  private static ByteBuffer watermark() {
    ByteBuffer b = ByteBuffer.allocate(13);
    b.put(4, (byte) 2);
    return b;
  }

  /** An element through operators 0, 1 and 2 to output 0. */
  private void through(ChannelContext c) {
    int token = element(c);
    int one = task.enter(1);
    int two = task.enter(2);
    task.emit(out0, record(5), 1);
    task.leave(two);
    task.leave(one);
    task.end(token);
  }

  @Test
  void equalInvocationsBecomeARun() {
    through(live);
    through(live);
    through(live);
    assertEquals(
        List.of(
            "out 0/1 inv=1 bytes=5",
            "out 0/1 inv=2 bytes=5",
            "out 0/1 inv=3 bytes=5",
            "run 16 op=0 ch=0 0(1(2(>0)) 1x3"),
        told());
    assertEquals(3, live.count);
    assertEquals(3, out0.next(1));
    assertEquals(0, out0.next(0));
  }

  @Test
  void anotherChannelOrPathBeginsANewRun() {
    through(live);
    through(other);
    task.end(element(other));
    assertEquals(
        List.of(
            "run 16 op=0 ch=0 0(1(2(>0)) 1x1",
            "run 16 op=0 ch=1 0(1(2(>0)) 2x1",
            "run 16 op=0 ch=1 0( 3x1"),
        withoutOut(told()));
  }

  private static List<String> withoutOut(List<String> lines) {
    lines.removeIf(l -> l.startsWith("out"));
    return lines;
  }

  @Test
  void recoveredElementsDoNotCount() {
    ChannelContext c = new ChannelContext(2, 9, 0, 0, 2);
    task.add(c);
    task.end(element(c));
    task.end(element(c));
    assertEquals(0, c.count);
    task.recovered(c);
    task.end(element(c));
    assertEquals(1, c.count);
    assertEquals(
        List.of("run 22 op=0 ch=2 0( 1x2", "recovered 2", "run 16 op=0 ch=2 0( 3x1"), told());
  }

  @Test
  void timersInsideAWatermarkHaveTheirOwnNumbersAndEndFirst() {
    through(live);
    int token = task.begin(TaskContext.ELEMENTS, 0, live, 0, TapeFormat.NONE, PathTable.ROOT_OTHER);
    for (int i = 0; i < 2; i++) {
      int timer = task.begin(TaskContext.EVENT_TIMER, 2, null, 0, 999, 2 << 3 | PathTable.ROOT);
      task.emit(out0, record(3), 0);
      task.end(timer);
    }
    task.emit(out0, watermark(), -1);
    task.end(token);
    through(live);
    assertEquals(
        List.of(
            "run 16 op=0 ch=0 0(1(2(>0)) 1x1",
            "run 18 op=2 2(>0 3x2 time=999",
            "run 16 op=0 ch=0 0w( 2x1",
            "run 16 op=0 ch=0 0(1(2(>0)) 5x1"),
        withoutOut(told()));
    assertEquals(3, live.count);
  }

  @Test
  void mailInsideAnElementGivesTheElementItsPathBack() {
    int token = element(live);
    int one = task.enter(1);
    task.emit(out0, record(1), 0);
    int mail = task.begin(TaskContext.MAIL, -1, null, task.text("a mail"), TapeFormat.NONE, 0);
    int three = task.enter(3);
    task.emit(out1, record(1), 2);
    task.leave(three);
    task.end(mail);
    task.emit(out0, record(1), 1);
    task.leave(one);
    task.end(token);
    assertEquals(
        List.of("run 20 op=-1 ~(3(>1) 2x1 'a mail'", "run 16 op=0 ch=0 0(1(>0>0) 1x1"),
        withoutOut(told()));
  }

  @Test
  void whatHappensOutsideIsAnInvocationOfItsOwn() {
    int token = task.enter(1);
    task.emit(out0, record(1), 0);
    task.leave(token);
    task.emit(out1, record(1), -1);
    assertEquals(List.of("run 20 op=-1 ~(1(>0) 1x1", "run 20 op=-1 ~(>1 2x1"), withoutOut(told()));
  }

  @Test
  void anExceptionLeavesTheStackAsItWas() {
    int token = element(live);
    int one = task.enter(1);
    int two = task.enter(2);
    IllegalStateException thrown = new IllegalStateException("inner");
    task.thrown(thrown);
    task.leave(two);
    RuntimeException wrapped = new RuntimeException(thrown);
    task.thrown(wrapped);
    task.leave(one);
    task.thrown(wrapped);
    task.end(token);
    Thrown first = task.thrownBy(new Exception(wrapped));
    assertEquals(thrown, first.throwable);
    assertEquals(2, first.operator);
    assertEquals(1, first.invocation);
    assertEquals("0000000000000007:1:0", first.element);
    assertFalse(first.source);
    assertNull(task.thrownBy(new Exception("another")));
    through(live);
    assertEquals(
        List.of("run 16 op=0 ch=0 0(1(2()) 1x1", "run 16 op=0 ch=0 0(1(2(>0)) 2x1"),
        withoutOut(told()));
  }

  @Test
  void invocationsThatNobodyEndedAreDropped() {
    int token = element(live);
    task.begin(TaskContext.MAIL, -1, null, 0, TapeFormat.NONE, 0);
    task.enter(3);
    task.end(token);
    through(live);
    assertEquals(
        List.of("run 16 op=0 ch=0 0( 1x1", "run 16 op=0 ch=0 0(1(2(>0)) 3x1"), withoutOut(told()));
  }

  @Test
  void stepsPastTheLimitAreCountedOnly() {
    int token = element(live);
    for (int i = 0; i < 100; i++) {
      task.emit(out0, record(1), 0);
    }
    int one = task.enter(1);
    task.emit(out1, record(1), 0);
    task.leave(one);
    task.end(token);
    String path = "0(" + ">0".repeat(96) + "\u2026";
    assertEquals(
        List.of("run 16 op=0 ch=0 " + path + " 1x1", "counts 1=1 >0=4 >1=1"), sortedRuns());
  }

  /** Counts are written when the invocation ends, its run when it is complete. */
  private List<String> sortedRuns() {
    List<String> lines = withoutOut(told());
    lines.sort((a, b) -> b.substring(0, 3).compareTo(a.substring(0, 3)));
    return lines;
  }

  @Test
  void pathsThatHaveNoNumberAreCounted() {
    for (int i = 0; i < PathTable.LIMIT; i++) {
      task.paths.number(new int[] {i}, 0, 1, i);
    }
    through(live);
    assertEquals(List.of("run 16 op=0 ch=0 ? 1x1", "counts 0=1 1=1 2=1 >0=1"), sortedRuns());
  }

  @Test
  void notesBelongToTheInvocationAndItsOperator() {
    int token = element(live);
    int chained = task.enter(2);
    task.note(TaskNote.STATE, 101, -1)
        .state(task.word("{\"name\":\"total\"}"))
        .key(new byte[9], 2, 3)
        .value(new byte[4], 0, 4)
        .number(5)
        .write();
    task.note(TaskNote.TRACE, 57, 1)
        .reason(3)
        .time(-7)
        .number(1)
        .number2(2)
        .text("input 0")
        .write();
    task.leave(chained);
    task.end(token);
    task.note(TaskNote.ENV, 110, 0)
        .what(1)
        .value(new byte[TaskNote.MAX_BYTES + 1], 0, TaskNote.MAX_BYTES + 1)
        .write();
    assertEquals(
        List.of(
            "note 5/101 op=2 inv=1 #0 number=5 state={\"name\":\"total\"} key=3 value=4",
            "note 4/57 op=1 inv=1 #1 time=-7 number=1 number2=2 reason=3 text=input 0",
            "run 16 op=0 ch=0 0(2() 1x1",
            "note 9/110 op=0 inv=2 #0 what=1 withheld",
            "run 20 op=-1 ~( 2x1"),
        told());
  }

  @Test
  void lostNotesBecomeAGapOfTheirLane() {
    ChunkPool small = new ChunkPool(0);
    task = task(small);
    int token = element(live);
    task.note(TaskNote.STATE, 101, 0).key(new byte[100], 0, 100).write();
    task.end(token);
    Lost lost = task.lost(TaskNote.STATE);
    assertEquals(1, lost.events);
    assertEquals(100, lost.bytes);
    assertEquals(1, lost.first);
  }

  @Test
  void kafkaRecordIsToldWithWhatItGave() {
    SplitContext s = task.split("orders", 3, null);
    int token = task.beginRecord(0, s, 41, 1000, new byte[2], new byte[9], null);
    assertTrue(task.reading());
    for (int i = 0; i < 2; i++) {
      task.collected();
      task.emit(out0, record(4), 0);
    }
    task.endRecord(token);
    assertFalse(task.reading());
    int empty = task.beginRecord(0, s, 42, 1001, null, null, null);
    task.endRecord(empty);
    assertEquals(
        List.of(
            "kafka orders/3@41 time=1000 inv=1 emitted=2 key=2 value=9 headers=-1",
            "run 17 op=0 0(>0>0 1x1",
            "note 4/57 op=0 inv=2 #0 number=none number2=none reason=18",
            "kafka orders/3@42 time=1001 inv=2 emitted=0 key=-1 value=-1 headers=-1",
            "run 17 op=0 0( 2x1"),
        sorted(withoutOut(told())));
  }

  private static List<String> sorted(List<String> lines) {
    lines.sort(
        (a, b) ->
            a.replaceAll(".*inv=|.* (?=\\d+x)", "")
                .compareTo(b.replaceAll(".*inv=|.* (?=\\d+x)", "")));
    return lines;
  }

  @Test
  void recordsOfOtherSourcesCountTheirPosition() {
    for (int i = 0; i < 2; i++) {
      task.endOther(task.beginOther(0), null, 5);
    }
    assertEquals(
        List.of("other @0 inv=1 time=5", "other @1 inv=2 time=5", "run 17 op=0 0( 1x2"), told());
  }

  @Test
  void recordsWithoutATimeOfTheirOwnAreARunHoweverTheirPathsDiffer() {
    task.turn("s-1");
    for (int i = 0; i < 4; i++) {
      int token = task.beginOther(0);
      if (i % 2 == 1) {
        task.leave(task.enter(1));
      }
      task.endOther(token, null, TapeFormat.NONE);
    }
    task.endOther(task.beginOther(0), null, 5);
    assertEquals(
        List.of(
            "run 17 op=0 0( 1x1",
            "run 17 op=0 0(1() 2x1",
            "run 17 op=0 0( 3x1",
            "source-run s-1@0x4 emitted=1 inv=1",
            "other s-1@4 inv=5 time=5",
            "run 17 op=0 0(1() 4x1",
            "run 17 op=0 0( 5x1"),
        told());
  }

  @Test
  void aCheckpointTakesTheCountsOfAllChannelsWithTheirOwnFlags() {
    through(live);
    task.barrierIn(other, 5, 0);
    task.checkpoint(5, true);
    task.barrierOut(out0, 5, Inspector.PRIORITY | Inspector.UNALIGNED);
    task.checkpointed(5);
    assertEquals(
        List.of(
            "run 16 op=0 ch=0 0(1(2(>0)) 1x1",
            "barrier-in 1 flags=0 cp=5",
            "checkpoint 5 flags=1 0:1 1:0",
            "barrier-out 0 flags=5 cp=5",
            "checkpointed 5"),
        withoutOut(told()));
  }

  @Test
  void aWatermarkOfTheInputIsToldAfterItsElement() {
    int token = task.begin(TaskContext.ELEMENTS, 0, live, 0, TapeFormat.NONE, PathTable.ROOT_OTHER);
    task.input(1, null);
    task.watermark(777);
    task.end(token);
    assertEquals(List.of("run 16 op=0 ch=0 0w( 1x1", "watermark input=1 inv=1 time=777"), told());
  }

  @Test
  void writesAreNumberedWithinTheirInvocation() {
    int token = element(live);
    int one = task.enter(1);
    Completions.Ticket a = task.write();
    Completions.Ticket b = task.write();
    task.leave(one);
    task.end(token);
    Completions.Ticket c = task.write();
    assertEquals("1/1/0 1/1/1 2/-1/0", ticket(a) + " " + ticket(b) + " " + ticket(c));
    assertEquals(List.of("run 16 op=0 ch=0 0(1(!!) 1x1", "run 20 op=-1 ~(! 2x1"), told());
  }

  private static String ticket(Completions.Ticket t) {
    return t.invocation + "/" + t.operator + "/" + t.ordinal;
  }

  @Test
  void aLostStretchIsToldWithNewBases() {
    ChunkPool pool = new ChunkPool(3L * Chunk.SIZE);
    task = task(pool);
    for (int i = 0; i < 20_000; i++) {
      through(i % 2 == 0 ? live : other);
    }
    assertEquals(10_000, live.count);
    List<String> before = TapeText.read(task);
    through(live);
    task.flushRun();
    List<String> after = TapeText.read(task);
    List<String> all = new java.util.ArrayList<>(before);
    all.addAll(after);
    long out = all.stream().filter(l -> l.startsWith("out")).count();
    long lostOut = lost(all, 1);
    long runs = 0;
    for (String l : all) {
      if (l.startsWith("run")) {
        runs += Integer.parseInt(l.substring(l.lastIndexOf('x') + 1));
      }
    }
    assertEquals(20_001, out + lostOut);
    assertEquals(20_001, runs + lost(all, 2));
    assertTrue(lostOut > 0);
    String resync =
        all.stream().filter(l -> l.startsWith("resync")).reduce((a, b) -> b).orElseThrow();
    assertTrue(resync.contains("out 0 20000 0 0 0 in"), resync);
    assertTrue(after.get(after.size() - 1).startsWith("run 16 op=0 ch=0"), after.toString());
  }

  private static long lost(List<String> lines, int lane) {
    long n = 0;
    for (String l : lines) {
      if (l.startsWith("gap lane=" + lane)) {
        n += Long.parseLong(l.substring(l.lastIndexOf('=') + 1));
      }
    }
    return n;
  }

  @Test
  void largeElementsAreCut() {
    task.emit(out0, record(5 << 20), 0);
    assertEquals("out 0/0 inv=1 bytes=" + TapeFormat.KEPT + " of " + (5 << 20), told().get(0));
    ByteBuffer direct = ByteBuffer.allocateDirect(20);
    task.emit(out0, direct, 1);
    assertEquals("out 0/1 inv=2 bytes=16", told().get(0));
  }

  @Test
  void afterTheEndNothingIsWritten() {
    through(live);
    task.end();
    assertTrue(task.ended());
    assertTrue(task.closed);
    assertEquals(1, withoutOut(TapeText.read(task)).size());
    assertEquals(1, task.invocations());
  }

  @Test
  void deepChainsGrowTheStack() {
    int token = element(live);
    int[] tokens = new int[200];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = task.enter(i % OPERATORS);
    }
    for (int i = tokens.length - 1; i >= 0; i--) {
      task.leave(tokens[i]);
    }
    task.end(token);
    through(live);
    assertEquals(2, task.invocations());
    assertEquals("run 16 op=0 ch=0 0(1(2(>0)) 2x1", withoutOut(told()).get(2));
  }
}
