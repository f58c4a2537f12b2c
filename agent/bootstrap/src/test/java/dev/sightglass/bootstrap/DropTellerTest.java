package dev.sightglass.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DropTellerTest {
  private static final long NONE = Long.MIN_VALUE;
  private static final Levels POSITIONS =
      new Levels("", Levels.POSITIONS, new byte[0], new byte[0]);

  private TaskContext task;
  private ChannelContext left;
  private ChannelContext right;

  @BeforeEach
  void start() {
    Hooks.install(bytes());
    task = new TaskContext(this, new ChunkPool(16 << 20));
    left = channel(0, 0xAB);
    right = channel(1, 0xCD);
    TaskContext.enterThread(task);
    TapeText.read(task);
  }

  @AfterEach
  void stop() {
    TaskContext.enterThread(null);
    Hooks.install(null);
  }

  private ChannelContext channel(int index, long partition) {
    ChannelContext c = new ChannelContext(index, partition, 2, 0, index);
    task.add(c);
    task.recovered(c);
    return c;
  }

  private List<String> dropped() {
    task.flushRun();
    return TapeText.read(task).stream()
        .filter(l -> l.startsWith("note 4/57"))
        .map(l -> l.substring("note 4/57 ".length()))
        .collect(Collectors.toList());
  }

  private void element(ChannelContext c, Runnable inside) {
    int token = task.begin(TaskContext.ELEMENTS, 0, c, 0, TapeFormat.NONE, PathTable.ROOT);
    inside.run();
    task.end(token);
  }

  private void late(long time, long watermark) {
    DropProbe.late(DropReason.PATTERN_LATE, this, 0, "r", time, watermark);
  }

  // ---- rows

  @Test
  void aRowHasTheNumbersAndTheBytes() {
    element(left, () -> DropProbe.allowed(DropReason.WINDOW_LATE, this, "r", 5, 9, 3));
    element(left, () -> DropProbe.dropped(DropReason.DUPLICATE, this, null));
    assertEquals(
        List.of(
            "op=7 inv=1 #0 time=5 number=9 number2=3 reason=1 value=1",
            "op=7 inv=2 #0 number=none number2=none reason=12"),
        dropped());
  }

  @Test
  void aWindowTellsLateFromNone() {
    element(left, () -> DropProbe.window(true, this, null, "r", 1, 9, 0));
    element(left, () -> DropProbe.window(true, this, "tag", "r", 1, 9, 0));
    element(left, () -> DropProbe.window(false, this, "tag", "r", 1, 9, 0));
    assertEquals(
        List.of("1", "2", "3"),
        dropped().stream()
            .map(l -> l.replaceFirst(".*reason=(\\d+).*", "$1"))
            .collect(Collectors.toList()));
  }

  @Test
  void belowTraceOnlySomeOfATickHaveTheirBytes() {
    int told = DropTeller.BYTES_PER_TICK + 3;
    for (int i = 0; i < told; i++) {
      element(left, () -> late(1, 2));
    }
    assertEquals(3, dropped().stream().filter(l -> l.endsWith("withheld")).count());
    Clock.update();
    element(left, () -> late(1, 2));
    assertTrue(dropped().get(0).endsWith("value=1"));

    task.want(new Levels("", Levels.TRACE, new byte[0], new byte[0]));
    task.tick(task.stamped + 1);
    for (int i = 0; i < told; i++) {
      element(left, () -> late(1, 2));
    }
    assertEquals(0, dropped().stream().filter(l -> l.endsWith("withheld")).count());
  }

  @Test
  void payloadThatIsNotWantedStaysOut() {
    task.want(
        new Levels("", Levels.TRACE, new byte[8], new byte[] {0, 0, 0, 0, 0, 0, 0, Levels.HASHED}));
    task.tick(task.stamped + 1);
    element(left, () -> late(1, 2));
    assertTrue(dropped().get(0).endsWith("withheld"));
  }

  @Test
  void anElementWithoutAFrameGetsOne() {
    task.want(POSITIONS);
    task.tick(task.stamped + 1);
    assertTrue(task.isLight());
    task.beginElement(left);
    late(1, 2);
    task.endLight();
    task.flushRun();
    List<String> lines = TapeText.read(task);
    assertTrue(
        lines.contains("note 4/57 op=7 inv=1 #0 time=1 number=2 number2=none reason=11 value=1"),
        lines.toString());
    assertTrue(lines.contains("run 16 op=0 ch=0 - 1x1"), lines.toString());
  }

  // ---- causes

  @Test
  void theChannelThatRaisedTheWatermarkIsNamed() {
    ValveContext a = new ValveContext(task);
    ValveContext b = new ValveContext(task);
    element(left, () -> a.raised(20));
    element(right, () -> b.raised(30));
    element(right, () -> late(1, 20));
    element(right, () -> late(1, 30));
    element(right, () -> late(1, 25));
    assertEquals(
        List.of(
            "op=7 inv=3 #0 time=1 number=20 number2=none what=3 reason=11 text=00000000000000ab:2 value=1",
            "op=7 inv=4 #0 time=1 number=30 number2=none what=3 reason=11 text=00000000000000cd:2 value=1",
            "op=7 inv=5 #0 time=1 number=25 number2=none reason=11 value=1"),
        dropped());
  }

  @Test
  void ofEqualWatermarksTheLastOneIsTheCause() {
    ValveContext a = new ValveContext(task);
    ValveContext b = new ValveContext(task);
    element(left, () -> a.raised(20));
    element(right, () -> b.raised(20));
    element(right, () -> late(1, 20));
    assertTrue(dropped().get(0).contains("what=2 reason=11 text=00000000000000cd:2"));
  }

  @Test
  void theOwnSourceIsNamedByItsSplit() {
    SplitContext s = task.split("orders", 3, null);
    int token = task.beginRecord(0, s, 41, 1000, null, new byte[1], null);
    task.collected();
    DropProbe.sourceWatermark(50);
    late(1, 50);
    task.endRecord(token);
    DropProbe.sourceWatermark(40); // behind what went out
    element(left, () -> late(1, 50));
    assertEquals(
        List.of(
            "op=7 inv=1 #0 time=1 number=50 number2=none what=1 reason=11 text=orders/3 value=1",
            "op=7 inv=2 #0 time=1 number=50 number2=none what=2 reason=11 text=orders/3 value=1"),
        dropped());
  }

  // ---- sources

  @Test
  void aSourceRecordThatGaveNothingIsToldOnce() {
    SplitContext s = task.split("orders", 3, null);
    int token = task.beginRecord(0, s, 41, 1000, null, new byte[1], null);
    DropProbe.parseError(true, new byte[] {'{'}, new IllegalStateException("secret"));
    task.endRecord(token);
    token = task.beginRecord(0, s, 42, 1000, null, new byte[1], null);
    DropProbe.parseError(false, new byte[] {'{'}, null);
    task.endRecord(token);
    token = task.beginRecord(0, s, 43, 1000, null, new byte[1], null);
    task.unreadable(); // it failed: an exception says so
    task.endRecord(token);
    assertEquals(
        List.of(
            "op=0 inv=1 #0 number=none number2=none reason=17 text=java.lang.IllegalStateException value=1",
            "op=0 inv=2 #0 number=none number2=none reason=18"),
        dropped());
  }

  @Test
  void aSourceRecordWithoutAFrameIsToldToo() {
    task.want(POSITIONS);
    task.tick(task.stamped + 1);
    SplitContext s = task.split("orders", 3, null);
    for (int offset = 0; offset < 4; offset++) {
      task.beginSource(0, s, offset, TapeFormat.NONE, null, null, null);
      if (offset != 2) {
        task.collected();
      }
      task.endLight();
    }
    task.flushRun();
    assertEquals(
        List.of(
            "note 4/57 op=0 inv=3 #0 number=none number2=none reason=18",
            "run 17 op=0 - 1x4",
            "source-run orders-3@0x2 emitted=1 inv=1",
            "source-run orders-3@2x1 emitted=0 inv=3",
            "source-run orders-3@3x1 emitted=1 inv=4"),
        TapeText.read(task).stream()
            .filter(l -> !l.startsWith("stamp"))
            .sorted()
            .collect(Collectors.toList()));
  }

  // ---- metrics

  @Test
  void namesOfMetricsThatCountLateRecords() {
    for (String name :
        new String[] {"numLateRecordsDropped", "LATE_DROP", "lateEventsDropped", "x.late-drops"}) {
      assertTrue(DropProbe.countsLate(name), name);
    }
    for (String name : new String[] {"dropped", "late", "droppedLate", "numRecordsIn", null}) {
      assertFalse(DropProbe.countsLate(name), name);
    }
  }

  /** What the other side would do: bytes of one letter, operator 7, and nothing else. */
  private static Inspector bytes() {
    return (Inspector)
        Proxy.newProxyInstance(
            Inspector.class.getClassLoader(),
            new Class<?>[] {Inspector.class},
            (self, method, arguments) -> {
              if (method.getName().equals("dropped")) {
                ((TaskNote) arguments[4]).value(new byte[1], 0, 1);
              }
              return method.getReturnType() == int.class ? (Object) 7 : null;
            });
  }
}
