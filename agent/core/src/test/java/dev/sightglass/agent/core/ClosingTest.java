package dev.sightglass.agent.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ClosingTest {
  private static final int NONE = AttemptRecorder.NONE;
  private static final long NO_TIME = AttemptRecorder.NO_TIME;

  private final Oracle o = new Oracle(new Origin(new byte[16], 1), Codec.NONE);
  private final int partition = o.partition(1, 300, NONE);

  private void record(long inv, int sub, int size) {
    o.out(EventKind.RECORD, inv, 0, partition, sub, NO_TIME, new byte[size]);
  }

  private List<Integer> rows(int lane) {
    return o.sink.blocks(lane).stream().map(Block::events).collect(Collectors.toList());
  }

  @Test
  void after512Rows() {
    for (int i = 0; i < 1_025; i++) {
      record(i, 1, 10);
    }
    assertEquals(List.of(512, 512), rows(Lane.OUT));
  }

  @Test
  void after128KiB() {
    for (int i = 0; i < 20; i++) {
      record(i, 1, 16 << 10);
    }
    assertEquals(List.of(8, 8), rows(Lane.OUT));
  }

  @Test
  void aBigRowGetsABlockOfItsOwn() {
    record(1, 1, 10);
    record(2, 1, PayloadColumns.MAX_VALUE);
    record(3, 1, 10);
    o.recorder.flush();
    assertEquals(List.of(1, 1, 1), rows(Lane.OUT));
  }

  @Test
  void theBiggestRowFitsIntoABlock() {
    byte[] value = Samples.random(PayloadColumns.MAX_VALUE, 1);
    byte[] key = Samples.random(RecordColumns.MAX_KEY, 2);
    byte[] tooLong = Samples.random(RecordColumns.MAX_KEY + 1, 3);
    o.source(1, 0, NONE, 1, 2, 1, value, key, key);
    o.source(2, 0, NONE, 2, 2, 1, value, tooLong, tooLong);
    o.recorder.flush();
    assertEquals(List.of(1, 1), rows(Lane.SRC));
    assertEquals(0, o.sink.decoded(Lane.SRC).get(0).headerLong("flags"));
    assertEquals(2, o.sink.decoded(Lane.SRC).get(1).headerLong("flags"));
  }

  @Test
  void after250Milliseconds() {
    o.recorder.tick(1_000_000_000L);
    record(1, 1, 10);
    o.elements(1, 1, 0, o.channel(partition, 0, 0, 0), NONE);
    o.recorder.tick(1_249_000_000L);
    assertEquals(List.of(), o.sink.blocks);
    o.recorder.tick(1_250_000_000L);
    assertEquals(List.of(1), rows(Lane.OUT));
    assertEquals(List.of(1), rows(Lane.DET));
  }

  @Test
  void atACheckpointThatTheNextBlocksName() {
    record(1, 1, 10);
    o.barrierOut(7, partition, 0);
    o.recorder.checkpoint(7);
    record(2, 1, 10);
    o.recorder.flush();
    List<DecodedBlock> blocks = o.sink.decoded(Lane.OUT);
    assertEquals(0, blocks.get(0).headerLong("checkpoint"));
    assertEquals(300, blocks.get(0).zone("barriers").size());
    assertEquals(7, blocks.get(1).headerLong("checkpoint"));
    assertEquals(List.of(), blocks.get(1).zone("barriers"));
  }

  @Test
  void beforeThe257thChannel() {
    for (int s = 1; s <= 300; s++) {
      record(s, s, 1);
      record(s, s, 1);
    }
    for (int c = 0; c < 300; c++) {
      o.elements(c, 1, 0, o.channel(o.partition(100 + c, 0, NONE), 0, 0, c), NONE);
    }
    o.recorder.flush();
    assertEquals(List.of(512, 88), rows(Lane.OUT));
    assertEquals(List.of(256, 44), rows(Lane.DET));
    o.sink.decoded(Lane.OUT).forEach(ZoneCheck::verify);
    o.sink.decoded(Lane.DET).forEach(ZoneCheck::verify);
  }

  @Test
  void manyBarriersKeepTheHeaderShort() {
    int wide = o.partition(2, 5_000, NONE);
    o.barrierOut(1, wide, RowFlags.UNALIGNED);
    for (int c = 0; c < 5_000; c++) {
      o.channel(o.partition(100 + c, 0, NONE), 0, 0, c);
      o.barrierAtSnapshot(1, c, 0);
    }
    o.recorder.checkpoint(1);
    long out = 0;
    for (DecodedBlock b : o.sink.decoded(Lane.OUT)) {
      out += b.zone("barriers").size();
    }
    long in = 0;
    for (DecodedBlock b : o.sink.decoded(Lane.DET)) {
      in += b.zone("barriers").size();
    }
    assertEquals(5_000, out);
    assertEquals(5_000, in);
  }

  @Test
  void barriersOfTwoCheckpointsNeverShareABlock() {
    o.barrierOut(1, partition, 0);
    o.barrierOut(2, partition, 0);
    o.recorder.flush();
    assertEquals(2, o.sink.blocks.size());
  }

  @Test
  void elementsWithoutRowsDoNotCloseTheBlockOfTheOthers() {
    int p = o.partition(3, 4, NONE);
    for (int i = 0; i < 100; i++) {
      o.sent(p, i % 3, 1_000 + i * 7L);
      o.out(EventKind.RECORD, i + 1, 0, p, i % 3 + 1, NO_TIME, new byte[1]);
    }
    o.sent(p, 1, 9_000);
    o.recorder.flush();
    assertEquals(List.of(100), rows(Lane.OUT));
    assertEquals(o.rows(Lane.OUT), o.sink.decoded(Lane.OUT).get(0).rows);
    o.out(EventKind.RECORD, 101, 0, p, 2, NO_TIME, new byte[1]);
    o.sent(p, 1, 5);
    o.out(EventKind.RECORD, 102, 0, p, 2, NO_TIME, new byte[1]);
    o.recorder.flush();
    assertEquals(List.of(100, 1, 1), rows(Lane.OUT), "a number that falls begins a block");
  }

  @Test
  void beforeACounterJumps() {
    int c = o.channel(o.partition(100, 0, NONE), 0, 0, 0);
    int p = o.partition(2, 5, NONE);
    for (int inv = 1; inv <= 2; inv++) {
      o.out(EventKind.RECORD, inv, 0, p, 1, NO_TIME, new byte[1]);
      o.out(EventKind.RECORD, inv, 0, p, 0, NO_TIME, new byte[1]);
      o.sent(p, 1, 900);
      o.sent(p, 4, inv);
    }
    o.elements(1, 3, 0, c, NONE);
    o.consumed(c, 70);
    o.elements(4, 2, 0, c, NONE);
    o.consumed(c, 72);
    o.recorder.flush();
    // A broadcast that finds elements without rows begins a block.
    assertEquals(List.of(3, 1), rows(Lane.OUT));
    assertEquals(List.of(1, 1), rows(Lane.DET));
    for (int lane : new int[] {Lane.OUT, Lane.DET}) {
      assertEquals(
          o.rows(lane),
          o.sink.decoded(lane).stream().flatMap(b -> b.rows.stream()).collect(Collectors.toList()));
    }
  }

  @Test
  void anEmptyRecorderMakesNoBlocks() {
    o.recorder.tick(1);
    o.recorder.checkpoint(1);
    o.recorder.flush();
    o.recorder.tick(Long.MAX_VALUE / 2);
    o.recorder.end();
    o.recorder.end();
    assertEquals(List.of(), o.sink.blocks);
    assertEquals(1, o.sink.ended.size());
  }

  @Test
  void rowsAfterTheEndAreIgnored() {
    AttemptRecorder r = o.recorder;
    int c = r.channel(partition, 0, 0, 0);
    r.end();
    r.out().record(1, 1, 0, partition, 1, NO_TIME, new byte[1], 0, 1);
    r.out().barrier(1, partition, 0);
    r.det().elements(1, 1, 0, c, NONE);
    r.det().watermark(1, 0, 5);
    r.det().flow(0, 1, 1);
    r.det().barrier(1, c, 0);
    r.source().reference(1, 0, NONE, 1, NO_TIME);
    r.trace().written(1, 0, 0, NONE, 1, 1, WrittenRecord.NONE);
    r.job().event(72, 1, NONE, new byte[2], NONE);
    r.flush();
    r.tick(Long.MAX_VALUE / 2);
    assertEquals(List.of(), o.sink.blocks);
  }

  @Test
  void aCallersFaultLeavesTheBlockWhole() {
    AttemptRecorder r = o.recorder;
    record(1, 1, 5);
    byte[] b = new byte[4];
    int c = o.channel(partition, 0, 0, 0);
    o.elements(1, 1, 0, c, NONE);
    faulty(() -> r.out().record(1, 2, 0, partition, 301, NO_TIME, b, 0, 4));
    faulty(() -> r.out().record(1, 2, 0, 99, 1, NO_TIME, b, 0, 4));
    faulty(() -> r.out().record(1, 2, 0, partition, 1, NO_TIME, b, 2, 4));
    faulty(() -> r.det().elements(2, 1, 0, 99, NONE));
    faulty(() -> r.det().elements(2, 1, 0, c, 99));
    faulty(() -> r.det().mail(2, 1, 99, NONE));
    faulty(() -> r.trace().failed(2, 0, 0, NONE, 99, WrittenRecord.NONE));
    faulty(() -> r.source().reference(2, 0, 99, 1, NO_TIME));
    faulty(() -> r.job().event(72, 2, NONE, b, 99));
    faulty(() -> r.definitionId(99));
    record(3, 1, 5);
    o.elements(3, 1, 0, c, NONE);
    r.flush();
    assertEquals(o.rows(Lane.OUT), o.sink.decoded(Lane.OUT).get(0).rows);
    assertEquals(o.rows(Lane.DET), o.sink.decoded(Lane.DET).get(0).rows);
    assertEquals(2, o.sink.blocks.size());
  }

  private static void faulty(Runnable call) {
    assertThrows(IndexOutOfBoundsException.class, call::run);
  }

  @Test
  void aBodyThatIsTooLongBecomesAGap() {
    o.recorder.job().event(72, 9, NONE, new byte[BodyEncoder.MAX_BODY + 1], NONE);
    o.recorder.flush();
    o.sink.drainGaps();
    assertEquals(1, o.sink.blocks.size());
    assertTrue(o.sink.decoded(Lane.GAP).get(0).zone("gaps").toString().contains("reason=4"));
  }

  @Test
  void definitionsAreBounded() {
    AttemptRecorder r = o.recorder;
    assertEquals(NONE, r.define(DefinitionKind.GRAPH, new byte[Definitions.MAX_BODY + 1]));
    int first = r.definePath("0()");
    assertEquals(first, r.definePath("0()"));
    assertEquals(first, r.define(DefinitionKind.PATH, "{\"p\":\"0()\"}"));
    int given = 0;
    for (int i = 0; i < 6; i++) {
      byte[] body = new byte[Definitions.MAX_BODY];
      body[0] = (byte) i;
      given += r.define(DefinitionKind.GRAPH, body) == NONE ? 0 : 1;
    }
    assertEquals(3, given);
    assertEquals(first, r.definePath("0()"), "what is known stays known");
  }
}
