package dev.sightglass.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Records of keys that are not sampled leave no row; numbers go on. */
class SamplingTest {
  private TaskContext task;
  private OutputContext keyed;
  private OutputContext plain;
  private ChannelContext channel;
  private Object in;
  private Object out;

  @BeforeEach
  void start() {
    task = new TaskContext(this, new ChunkPool(16 << 20));
    keyed = new OutputContext(task, 0, 100, 2, 1);
    plain = new OutputContext(task, 1, 101, 1, 1);
    task.add(keyed);
    task.add(plain);
    channel = new ChannelContext(0, 7, 1, 0, 0);
    task.add(channel);
    task.recovered(channel);
    // The first two keys of which one is taken and the other is not.
    for (int i = 0; in == null || out == null; i++) {
      String key = "u" + i;
      if (KeyProbe.hash(key) < KeyProbe.limit(1, 2)) {
        in = in == null ? key : in;
      } else {
        out = out == null ? key : out;
      }
    }
    want(Levels.FLIGHT);
    TaskContext.enterThread(task);
    KeyProbe.sampling(true);
    told();
  }

  @AfterEach
  void leave() {
    TaskContext.enterThread(null);
    KeyProbe.sampling(false);
  }

  private void want(int level) {
    long half = KeyProbe.limit(1, 2);
    byte[] levels = {(byte) level, (byte) level};
    task.want(new Levels("", level, levels, new byte[2]).sampling(new long[] {half, half}));
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

  private void element(Runnable inside) {
    assertTrue(task.isLight());
    task.beginElement(channel);
    inside.run();
    task.endLight();
  }

  private void chained(Runnable inside) {
    int token = task.enter(1);
    inside.run();
    if (token >= 0) {
      task.leave(token);
    }
  }

  @Test
  void aKeyIsTakenOrNotEverywhereAndMoreKeysAreTakenOfAWiderSample() {
    int taken = 0;
    for (int i = 0; i < 100_000; i++) {
      long h = KeyProbe.hash("u" + i);
      taken += h < KeyProbe.limit(1, 50) ? 1 : 0;
      assertFalse(h < KeyProbe.limit(1, 50) && h >= KeyProbe.limit(1, 10));
    }
    assertTrue(taken > 1_800 && taken < 2_200, "one in fifty: " + taken);
    assertEquals(KeyProbe.hash(42L), KeyProbe.hash(Long.valueOf("42")));
    assertTrue(KeyProbe.hash(null) < Levels.ALL);
  }

  @Test
  void elementsOfAKeyedTaskAreToldOfSampledKeys() {
    for (Object key : new Object[] {out, in, out}) {
      element(
          () -> {
            KeyProbe.current(key);
            chained(
                () -> {
                  task.emit(plain, element(1, 5), 0);
                  task.note(TaskNote.STATE, 100, 1).write();
                  task.note(TaskNote.TRACE, 57, 1).reason(1).write();
                });
          });
    }
    assertEquals(
        List.of(
            "note 4/57 op=1 inv=1 #1 reason=1",
            "out 1/0 inv=2 seq=1 bytes=2",
            "note 5/100 op=1 inv=2 #0",
            "note 4/57 op=1 inv=2 #1 reason=1",
            "run 16 op=0 ch=0 - 1x1",
            "note 4/57 op=1 inv=3 #1 reason=1",
            "run 16 op=0 ch=0 0(1(>1) 2x1",
            "run 16 op=0 ch=0 - 3x1"),
        told());
    assertEquals(3, plain.next(0), "numbers go on");
  }

  @Test
  void aSourceIsToldWhenWhatItGaveHasASampledKey() {
    SplitContext s = task.split("orders", 3, null);
    Object[] keys = {out, in, null, out};
    for (int i = 0; i < keys.length; i++) {
      Object key = keys[i];
      task.beginSource(0, s, 40 + i, 9, null, new byte[] {1, 2}, null);
      task.collected();
      chained(
          () -> {
            if (key != null) {
              KeyProbe.edge(key);
              task.emit(keyed, element(1, 5), 1);
            }
          });
      task.endLight();
    }
    assertEquals(
        List.of(
            // Of the third no key was met: nobody can say that it belongs to those left out.
            "kafka orders/3@41 time=9 inv=2 emitted=1 key=-1 value=2 headers=-1",
            "kafka orders/3@42 time=9 inv=3 emitted=1 key=-1 value=2 headers=-1",
            "out 0/1 inv=2 seq=1 bytes=2",
            "run 17 op=0 - 1x1",
            "run 17 op=0 - 4x1",
            "run 17 op=0 0(1() 3x1",
            "run 17 op=0 0(1(>0) 2x1",
            "source-run orders-3@40x1 emitted=1 inv=1",
            "source-run orders-3@43x1 emitted=1 inv=4"),
        told().stream().filter(l -> !l.startsWith("counts")).sorted().collect(Collectors.toList()));
  }

  @Test
  void aSampledRecordOfAnotherKeyIsToldWithoutAPathThatWouldBeWrong() {
    element(
        () -> {
          KeyProbe.current(out);
          chained(
              () -> {
                KeyProbe.edge(in);
                task.emit(keyed, element(1, 5), 0);
              });
        });
    task.tick(task.stamped + 1);
    assertEquals(List.of("out 0/0 inv=1 bytes=2", "counts >0=1", "run 16 op=0 ch=0 - 1x1"), told());
  }

  @Test
  void timersKnowTheKeyThatWasSetForThem() {
    for (Object key : new Object[] {out, in}) {
      KeyProbe.current(key);
      int token = task.begin(TaskContext.EVENT_TIMER, 1, null, 0, 7, 1 << 3 | PathTable.ROOT);
      task.emit(plain, element(1, 5), 0);
      task.end(token);
    }
    assertEquals(
        List.of("out 1/0 inv=2 seq=1 bytes=2"),
        told().stream().filter(l -> l.startsWith("out")).collect(Collectors.toList()));
  }

  @Test
  void watermarksTellAllNumbersFirst() {
    element(
        () -> {
          KeyProbe.current(out);
          task.emit(plain, element(1, 5), 0);
        });
    int token = task.begin(TaskContext.ELEMENTS, 0, channel, 0, TapeFormat.NONE, 4);
    task.emit(plain, element(2, 0, 0, 0, 0, 0, 0, 0, 9), -1);
    task.end(token);
    assertEquals(
        List.of("sent 1 1", "out 1/-1 inv=2 bytes=9"),
        told().stream().filter(l -> !l.startsWith("run")).collect(Collectors.toList()));
  }

  @Test
  void whileOperatorsAreAtPositionsTheirFlightMayBeKept() {
    task.want(new Levels("", 0, new byte[2], new byte[2]).keeping(new boolean[] {true, true}));
    task.tick(task.stamped + 1);
    SplitContext s = task.split("orders", 3, null);
    assertFalse(task.isLight());
    int token = task.beginRecord(0, s, 40, 9, null, new byte[] {1, 2}, null);
    task.collected();
    task.emit(keyed, element(1, 5), 1);
    task.emit(keyed, element(1, 5), -1);
    task.endRecord(token);
    task.barrierOut(keyed, 3, 0);
    assertEquals(
        List.of(
            "keep out 0/1 inv=1 seq=0 bytes=2",
            "keep sent 0 0 1",
            "keep out 0/-1 inv=1 bytes=2",
            "keep kafka orders/3@40 time=9 inv=1 emitted=1 key=-1 value=2 headers=-1",
            "source-run orders-3@40x1 emitted=1 inv=1",
            "run 17 op=0 0(>0>0 1x1",
            "sent 0 1 2",
            "barrier-out 0 flags=0 cp=3"),
        told());
  }
}
