package dev.sightglass.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LegacyProbeTest {
  private final TaskContext task = new TaskContext(this, new ChunkPool(16 << 20));
  private final Object lock = new Object();
  private Object output;

  @BeforeEach
  void enter() {
    Hooks.install(
        (Inspector)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Inspector.class},
                (p, m, a) -> m.getName().equals("sourceValue") ? new byte[(Integer) a[1]] : null));
    TapeText.read(task);
    TaskContext.enterThread(task);
    task.setLegacy(lock);
    output = SourceProbe.output(this);
  }

  @AfterEach
  void leave() {
    TaskContext.enterThread(null);
    Hooks.install(null);
  }

  private List<String> told() {
    return TapeText.read(task);
  }

  private void give(int value, long time) {
    synchronized (lock) {
      LegacyProbe.leaveRecord(output, LegacyProbe.record(output, value, time), time);
    }
  }

  @Test
  void anExceptionIsFoundAgainWithoutWhatWasPutAroundIt() {
    RuntimeException planted = new IllegalStateException();
    synchronized (lock) {
      int token = LegacyProbe.record(output, 1, TapeFormat.NONE);
      LegacyProbe.failRecord(output, token, new RuntimeException("in a chained operator", planted));
    }
    assertEquals(1, task.thrownBy(planted).invocation);
    assertNull(task.thrownBy(null));
  }

  /** The thread that runs the function; what it throws fails the test. */
  private static void elsewhere(Runnable r) throws InterruptedException {
    Throwable[] thrown = new Throwable[1];
    Thread t = new Thread(r);
    t.setUncaughtExceptionHandler((of, e) -> thrown[0] = e);
    t.start();
    t.join();
    if (thrown[0] != null) {
      throw new AssertionError(thrown[0]);
    }
  }

  @Test
  void valuesAreToldWithTheTimeThatTheFunctionGives() {
    give(3, 40);
    give(5, TapeFormat.NONE);
    assertEquals(
        List.of(
            "note 9/110 op=0 inv=1 #0 number=40 what=24 value=3",
            "other @0 inv=1 time=40",
            "run 17 op=0 0( 1x1",
            "note 9/110 op=0 inv=2 #0 number=none what=24 value=5",
            "source-run @1x1 emitted=1 inv=2",
            "run 17 op=0 0( 2x1"),
        told());
  }

  @Test
  void aThreadOfTheFunctionsOwnIsTheTasksWhileItGives() throws InterruptedException {
    elsewhere(
        () -> {
          synchronized (lock) {
            int token = LegacyProbe.record(output, 3, TapeFormat.NONE);
            assertEquals(task, TaskContext.current());
            ReadProbe.millis(7);
            LegacyProbe.leaveRecord(output, token, TapeFormat.NONE);
            assertNull(TaskContext.current());
            int mark = LegacyProbe.watermark(output, 50);
            LegacyProbe.leave(output, mark);
            assertNull(TaskContext.current());
          }
        });
    assertEquals(
        List.of(
            "note 9/110 op=0 inv=1 #0 number=none what=24 value=3",
            "note 9/110 op=0 inv=1 #1 number=7 what=1",
            "source-run @0x1 emitted=1 inv=1",
            "run 17 op=0 0( 1x1",
            "note 9/110 op=0 inv=2 #0 number=50 what=27",
            "run 20 op=-1 ~( 2x1 'legacy source emits a watermark'"),
        told());
  }

  @Test
  void whatTheFunctionReadsByItselfIsNotTold() throws InterruptedException {
    Runnable reads =
        () -> {
          TaskContext.enterThread(task);
          synchronized (lock) {
            ReadProbe.millis(7);
            ClockProbe.processingTime(7);
            ClockProbe.registered(this, 7, this);
          }
        };
    elsewhere(reads);
    assertEquals(List.of(), told());
    assertEquals(0, task.reads.registrations.count());
    // The task's own thread opens the function, and runs mails.
    reads.run();
    assertEquals(2, told().stream().filter(l -> l.startsWith("note")).count());
    assertEquals(1, task.reads.registrations.count());
  }

  @Test
  void aStatusIsToldWhenItChanges() {
    synchronized (lock) {
      assertEquals(-1, LegacyProbe.status(output, false, false));
      LegacyProbe.leave(output, LegacyProbe.status(output, false, true));
      LegacyProbe.leave(output, LegacyProbe.status(output, true, false));
    }
    assertEquals(
        List.of(
            "note 9/110 op=0 inv=1 #0 number=1 what=28",
            "run 20 op=-1 ~( 1x1 'legacy source changes its status'",
            "note 9/110 op=0 inv=2 #0 number=0 what=28",
            "run 20 op=-1 ~( 2x1 'legacy source changes its status'"),
        told());
  }

  @Test
  void aWatermarkOfACallbackIsPartOfIt() {
    synchronized (lock) {
      int token = MailProbe.callback(this, 9);
      assertEquals(-1, LegacyProbe.watermark(output, 50));
      assertEquals(-1, LegacyProbe.status(output, false, true));
      MailProbe.leave(token);
    }
    assertEquals(1, told().size());
  }

  @Test
  void mailsAreToldWhereTheyHaveTheLock() throws InterruptedException {
    int token = MailProbe.mail("checkpoint %s with %s");
    give(1, TapeFormat.NONE);
    // Somebody else who takes the lock first runs no mail.
    elsewhere(
        () -> {
          TaskContext.enterThread(task);
          assertEquals(-1, MailProbe.locked());
        });
    synchronized (lock) {
      int inside = MailProbe.locked();
      assertEquals(-1, MailProbe.locked(), "it is told once");
      MailProbe.leave(inside);
    }
    MailProbe.leave(token);
    List<String> told = told();
    told.removeIf(l -> !l.startsWith("run"));
    assertEquals(
        List.of("run 17 op=0 0( 1x1", "run 20 op=-1 ~( 2x1 'checkpoint %s with %s'"), told);
  }

  @Test
  void aMailThatTakesNoLockLeavesNothingBehind() {
    MailProbe.leave(MailProbe.mail("without the lock"));
    MailProbe.fail(MailProbe.mail("fails before it has the lock"), new IllegalStateException());
    assertEquals(-1, MailProbe.locked());
    assertEquals(-1, MailProbe.mail("poison mail"));
    assertEquals(List.of(), told());
  }

  @Test
  void recordsWithoutTimesAreToldByTheirThread() {
    synchronized (lock) {
      LegacyProbe.leavePlainRecord(LegacyProbe.plainRecord(4));
      RuntimeException e = new IllegalStateException();
      LegacyProbe.failPlainRecord(LegacyProbe.plainRecord(2), e);
      assertEquals(2, task.thrownBy(e).invocation);
    }
    assertEquals(
        List.of(
            "note 9/110 op=0 inv=1 #0 number=none what=24 value=4",
            "source-run @0x1 emitted=1 inv=1",
            "run 17 op=0 0( 1x1",
            "note 9/110 op=0 inv=2 #0 number=none what=24 value=2",
            "source-run @1x1 emitted=1 inv=2",
            "run 17 op=0 0( 2x1"),
        told());
  }

  @Test
  void aFailureEndsWhatIsGiven() throws InterruptedException {
    RuntimeException e = new IllegalStateException();
    elsewhere(
        () -> {
          synchronized (lock) {
            LegacyProbe.failRecord(output, LegacyProbe.record(output, 1, TapeFormat.NONE), e);
            LegacyProbe.fail(output, LegacyProbe.watermark(output, 1), e);
            assertNull(TaskContext.current());
          }
        });
    assertEquals(1, task.thrownBy(e).invocation);
    assertEquals(1, task.thrownBy(new IllegalStateException(e)).invocation);
    assertNull(task.thrownBy(new IllegalStateException()));
    assertEquals(2, task.invocations());
    assertEquals(0, task.invocation());
  }

  @Test
  void numbersOfWhatIsNotDoneAgainArePassedOver() {
    Determinants recorded = new Determinants();
    Determinants.serve(recorded);
    try {
      TaskContext again = new TaskContext(this, new ChunkPool(16 << 20));
      recorded.addOutside(2, 2);
      recorded.addOutside(5, 1);
      again.comesTo(4);
      assertEquals(1, again.nextInvocation(), "the first is not one of them");
      again.end(again.begin(TaskContext.MAIL, -1, null, 0, TapeFormat.NONE, PathTable.NOTHING));
      again.comesTo(3);
      assertEquals(3, again.nextInvocation(), "no further than what comes");
      again.comesTo(4);
      assertEquals(4, again.nextInvocation());
      again.comesTo(6);
      assertEquals(4, again.nextInvocation());
    } finally {
      Determinants.serve(null);
    }
  }

  @Test
  void aTaskThatIsOverTellsNothing() {
    task.end();
    synchronized (lock) {
      assertEquals(-1, LegacyProbe.record(output, 1, 1));
      assertEquals(-1, LegacyProbe.watermark(output, 1));
      assertEquals(-1, LegacyProbe.plainRecord(1));
      assertEquals(-1, MailProbe.mail("late"));
    }
    assertEquals(-1, LegacyProbe.record(Nothing.HERE, 1, 1));
    assertEquals(-1, LegacyProbe.watermark(Nothing.HERE, 1));
    assertEquals(List.of(), told());
  }
}
