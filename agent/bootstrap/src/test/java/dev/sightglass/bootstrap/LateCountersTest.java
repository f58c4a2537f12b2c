package dev.sightglass.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LateCountersTest {
  private TaskContext task;
  private ChannelContext channel;

  @BeforeEach
  void start() {
    task = new TaskContext(this, new ChunkPool(16 << 20));
    channel = new ChannelContext(0, 7, 1, 0, 0);
    task.add(channel);
    task.recovered(channel);
    TapeText.read(task);
  }

  private AtomicLong metric(int operator, String name) throws ReflectiveOperationException {
    AtomicLong count = new AtomicLong();
    MethodHandle read =
        MethodHandles.publicLookup()
            .findVirtual(AtomicLong.class, "get", MethodType.methodType(long.class))
            .bindTo(count);
    LateCounters.register(task, operator, name, read);
    return count;
  }

  private void elements(int n, Runnable inside) {
    for (int i = 0; i < n; i++) {
      int token = task.begin(TaskContext.ELEMENTS, 0, channel, 0, TapeFormat.NONE, PathTable.ROOT);
      inside.run();
      task.end(token);
    }
  }

  private void clock() {
    task.tick(task.stamped + 1);
  }

  private List<String> dropped() {
    task.flushRun();
    return TapeText.read(task).stream()
        .filter(l -> l.startsWith("note 4/57"))
        .map(l -> l.substring("note 4/57 ".length()))
        .collect(Collectors.toList());
  }

  @Test
  void whatARowExplainsIsNotToldAgain() throws Exception {
    AtomicLong count = metric(3, "numLateRecordsDropped");
    elements(
        5,
        () -> {
          task.drops.tellSlice(3, null, 1, 2, false);
          count.incrementAndGet();
        });
    clock();
    assertEquals(5, dropped().size());
    clock();
    assertEquals(List.of(), dropped());
  }

  @Test
  void whatNoRowExplainsIsToldFirstByTheStretchAndThenByTheRecord() throws Exception {
    AtomicLong count = metric(3, "lateRowsDropped");
    elements(4, () -> {});
    clock();
    elements(6, count::incrementAndGet);
    clock();
    assertEquals(
        List.of("op=3 inv=11 #0 number=6 number2=none what=6 reason=255 text=lateRowsDropped"),
        dropped());
    elements(2, () -> {});
    elements(1, count::incrementAndGet);
    clock();
    assertEquals(
        List.of("op=3 inv=14 #0 number=1 number2=none what=1 reason=254 text=lateRowsDropped"),
        dropped());
  }

  @Test
  void eachOperatorExplainsItsOwn() throws Exception {
    metric(1, "numLateRecordsDropped");
    AtomicLong other = metric(2, "numLateRecordsDropped");
    elements(1, () -> task.drops.tellSlice(1, null, 1, 2, false));
    other.incrementAndGet();
    clock();
    assertEquals(
        List.of(
            "op=1 inv=1 #0 time=1 number=2 number2=none reason=20",
            "op=2 inv=2 #0 number=1 number2=none what=1 reason=255 text=numLateRecordsDropped"),
        dropped());
  }

  @Test
  void aRowThatWasNotCountedExplainsNothingLater() throws Exception {
    AtomicLong count = metric(3, "numLateRecordsDropped");
    elements(1, () -> task.drops.tellSlice(3, null, 1, 2, false));
    clock();
    dropped();
    elements(1, count::incrementAndGet);
    clock();
    assertEquals(1, dropped().size());
  }

  @Test
  void whatRoseBeforeTheEndIsTold() throws Exception {
    AtomicLong count = metric(3, "numLateRecordsDropped");
    elements(1, count::incrementAndGet);
    task.end();
    assertEquals(1, dropped().size());
  }
}
