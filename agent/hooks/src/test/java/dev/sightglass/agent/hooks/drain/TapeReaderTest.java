package dev.sightglass.agent.hooks.drain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.bootstrap.ChunkPool;
import dev.sightglass.bootstrap.Script;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TapeReaderTest {
  private final ToldRecorder told = new ToldRecorder();
  private final Tally tally = new Tally();
  private final Script script = new Script("test", new ChunkPool(1 << 20));
  private final TapeReader reader = new TapeReader(script.task, told.recorder, tally);

  private List<String> read() {
    script.flush();
    told.told.clear();
    while (reader.read(3)) {
      // Batches of three.
    }
    return new ArrayList<>(told.told);
  }

  private void describe() {
    PendingDefinition d = new PendingDefinition(2, "{}");
    reader.describe(
        new AttemptDescription(
            d,
            new PendingDefinition(7, "{a}"),
            List.of(new PendingDefinition(4, "{s}")),
            Arrays.asList(new PendingDefinition(3, "{p}")),
            new int[] {-1, 0},
            "source:9092",
            new String[] {"", "sink:9092"}));
    read();
  }

  private static byte[] bytes(int... values) {
    byte[] b = new byte[values.length];
    for (int i = 0; i < b.length; i++) {
      b[i] = (byte) values[i];
    }
    return b;
  }

  @Test
  void descriptionComesFirst() {
    describe();
    assertEquals(List.of("4 {s}", "2 {}", "7 {a}", "3 {p}"), told.definitions);
  }

  @Test
  void elementsAndWhatTheyEmit() {
    describe();
    script.element(1, (byte) 1, (byte) 42);
    script.element(1, bytes(0, 0, 0, 0, 0, 0, 0, 0, 1, 2));
    script.element(-1, bytes(2, 0, 0, 0, 0, 0, 0, 0, 9));
    assertEquals(
        List.of(
            "out.record 1 1 1 0 2 - [1,42]",
            "out.record 1 2 1 0 2 1 [0,0,0,0,0,0,0,0,1,2]",
            "out.record 2 3 1 0 0 9 [2,0,0,0,0,0,0,0,9]",
            "det.elements 1 2 0 0 4",
            "det.flow 0 2 0",
            "det.flow 1 2 0",
            "det.flow 0 0 2",
            "det.flow 1 0 2",
            "det.elements 3 1 0 0 5",
            "det.flow 0 1 0",
            "det.flow 1 1 0",
            "det.flow 0 0 1"),
        read());
    assertEquals("path 0(1(>0))", told.definitions.get(4));
    assertEquals("path 0(1())", told.definitions.get(5));
    assertEquals(3, tally.of("out"));
    assertEquals(3, tally.of("in"));
    assertEquals(3, tally.of("chain.push"));
  }

  @Test
  void timersAndMails() {
    describe();
    script.timer(100, 3);
    script.mail("checkpoint 7 complete");
    assertEquals(List.of("det.timer 18 1 3 1 100 4", "det.mail 4 1 6 5"), read());
    assertEquals("1 checkpoint # complete", told.definitions.get(6));
  }

  @Test
  void sourceRecords() {
    describe();
    script.kafka("orders", 3, 41, new byte[] {5}, new byte[] {6, 7});
    script.kafka("orders", 3, 42, null, null);
    script.other();
    List<String> lines = read();
    assertEquals("source.record 1 0 4 41 5 1 [6,7] [5] null", lines.get(0));
    assertEquals("source.record 2 0 4 42 5 1 null null null", lines.get(1));
    assertEquals("source.reference 3 0 5 0 77", lines.get(2));
    assertTrue(told.definitions.get(4).contains("\"cluster\":\"source:9092\""));
    assertTrue(lines.contains("det.source 1 3 0 6"), lines.toString());
  }

  @Test
  void writesAndTheirFailures() {
    describe();
    script.element(0, (byte) 1);
    script.write("out", null);
    script.write("out", new IllegalStateException("secret"));
    read();
    assertTrue(reader.readCompletions());
    assertFalse(reader.readCompletions());
    assertEquals(
        "trace.written 2 -1 0 6 9 1000 key=2 value=7 headers=none",
        told.told.get(told.told.size() - 2));
    assertEquals(
        "trace.failed 3 -1 0 6 7 key=2 value=7 headers=none", told.told.get(told.told.size() - 1));
    assertEquals("1 java.lang.IllegalStateException", told.definitions.get(7));
    assertEquals(2, tally.of("sink.kafka"));
    script.write("out", "orders-0-7", 1_000, 3);
    assertTrue(reader.readCompletions());
    assertEquals(
        "trace.written 4 -1 0 6 9 1000 key=none value=none headers=none transaction=8/1000/3",
        told.told.get(told.told.size() - 1));
    assertEquals("1 orders-0-7", told.definitions.get(8));
  }

  @Test
  void checkpointsCloseTheIntervalAfterAllCounters() {
    describe();
    script.element(0, (byte) 1);
    script.checkpoint(12);
    List<String> lines = read();
    assertEquals(
        List.of(
            "det.barrierIn 1 0 12 0",
            "det.checkpoint 1 12 0",
            "det.barrier 12 0 0",
            "out.barrier 12 0 0",
            "checkpoint 12"),
        lines.subList(lines.size() - 5, lines.size()));
  }

  @Test
  void lossesBecomeGapsAndNewBases() {
    Script small = new Script("test", new ChunkPool(2 * 64 * 1024));
    ToldRecorder recorder = new ToldRecorder();
    TapeReader r = new TapeReader(small.task, recorder.recorder, tally);
    for (int i = 0; i < 20_000; i++) {
      small.element(0, (byte) 1, (byte) 2, (byte) 3);
    }
    while (r.read(100)) {
      // Makes room.
    }
    small.element(0, (byte) 1);
    small.flush();
    while (r.read(100)) {
      // The rest.
    }
    long out = recorder.told.stream().filter(l -> l.startsWith("out.record ")).count();
    assertEquals(20_001, out + tally.lostEvents());
    assertTrue(recorder.told.stream().anyMatch(l -> l.startsWith("gaps.lost 1 1 ")));
    int resync = -1;
    for (int i = 0; i < recorder.told.size(); i++) {
      if (recorder.told.get(i).startsWith("resync")) {
        resync = i;
      }
    }
    assertEquals("out.sent 1 0 20000", recorder.told.get(resync + 1));
    assertEquals("out.sent 1 1 0", recorder.told.get(resync + 2));
    assertTrue(recorder.told.get(resync + 3).startsWith("det.consumed 0 "));
  }
}
