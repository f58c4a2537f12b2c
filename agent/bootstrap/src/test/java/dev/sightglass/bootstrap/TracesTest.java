package dev.sightglass.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a task tells at level trace, beside the bytes of it. */
class TracesTest {
  private TaskContext task;
  private final List<String> calls = new ArrayList<>();

  @BeforeEach
  void start() {
    task = new TaskContext(this, new ChunkPool(16 << 20));
    TaskContext.enterThread(task);
  }

  @AfterEach
  void stop() {
    TaskContext.enterThread(null);
  }

  private void level(int... byOperator) {
    byte[] levels = new byte[byOperator.length];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) byOperator[i];
    }
    task.want(
        new Levels(Arrays.toString(byOperator), Levels.FLIGHT, levels, new byte[levels.length]));
    task.takeLevels();
  }

  private int begin() {
    return task.begin(TaskContext.MAIL, 1, null, 0, TapeFormat.NONE, 1 << 3 | PathTable.ROOT);
  }

  private List<String> notes() {
    task.flushRun();
    return TapeText.read(task).stream()
        .filter(l -> l.startsWith("note"))
        .collect(Collectors.toList());
  }

  private final class State extends StateContext {
    State(TaskContext task, int operator) {
      super(task, operator);
    }

    @Override
    protected boolean enter(int call, Object self, Object a, Object b) {
      calls.add("enter " + call);
      return call != StateCall.MERGE;
    }

    @Override
    protected Object leave(Object result) {
      calls.add("leave " + result);
      return result + "!";
    }

    @Override
    protected void fail() {
      calls.add("fail");
    }

    @Override
    protected void expired(Object ttlValue) {
      calls.add("expired " + ttlValue);
    }

    @Override
    protected void at(Object mapKey) {
      calls.add("at " + mapKey);
    }

    @Override
    protected void cleaning(boolean on) {
      calls.add("cleaning " + on);
    }

    @Override
    protected void cleaned(Object entry, Object left) {
      calls.add("cleaned " + entry + " " + left);
    }
  }

  @Test
  void aStateIsAskedOnlyWhileItsOperatorIsTraced() {
    State one = new State(task, 1);
    State two = new State(task, 2);
    assertNull(StateProbe.enter(one, StateCall.GET, this, null, null));
    level(Levels.FLIGHT, Levels.TRACE, Levels.FLIGHT);
    assertSame(one, StateProbe.enter(one, StateCall.GET, this, null, null));
    assertNull(StateProbe.enter(two, StateCall.GET, this, null, null));
    assertNull(StateProbe.enter(one, StateCall.MERGE, this, null, null));
    assertNull(StateProbe.enter(Nothing.HERE, StateCall.GET, this, null, null));
    assertEquals("v!", StateProbe.replace(one, "v"));
    assertEquals("v", StateProbe.replace(null, "v"));
    StateProbe.leaveFlag(one, true);
    StateProbe.leaveFlag(null, true);
    StateProbe.fail(one);
    level(Levels.FLIGHT, Levels.FLIGHT, Levels.TRACE);
    assertNull(StateProbe.enter(one, StateCall.GET, this, null, null));
    assertSame(two, StateProbe.enter(two, StateCall.GET, this, null, null));
    task.abandon(null);
    assertNull(StateProbe.enter(two, StateCall.GET, this, null, null));
    assertEquals(List.of("enter 1", "enter 6", "leave v", "leave true", "fail", "enter 1"), calls);
  }

  @Test
  void theBackgroundIsOfTheStateThatItCleans() {
    State one = new State(task, 1);
    assertEquals(-1, StateProbe.cleaning(one));
    StateProbe.removed("unseen");
    level(Levels.TRACE, Levels.TRACE);
    int token = StateProbe.cleaning(one);
    StateProbe.removed("a");
    StateProbe.replaced("b", "rest");
    StateProbe.cleaningDone(one, token);
    StateProbe.removed("unseen");
    StateProbe.expired(one, "v", false);
    StateProbe.expired(one, "v", true);
    assertEquals(
        List.of("cleaning true", "cleaned a null", "cleaned b rest", "cleaning false", "expired v"),
        calls);
  }

  private final class Watched extends Watch {
    @Override
    protected void end(int from) {
      calls.add("end " + from + " of " + size + " in " + task.invocation());
      size = from;
    }

    @Override
    protected void drop(int from) {
      calls.add("drop " + from);
      size = from;
    }

    void add() {
      size++;
    }
  }

  @Test
  void eachInvocationLooksAtWhatItWasGiven() {
    Watched w = new Watched();
    task.watch(w);
    int outer = begin();
    w.add();
    int inner = begin();
    w.add();
    w.add();
    task.end(inner);
    int empty = begin();
    task.end(empty);
    begin();
    w.add();
    // The innermost was never ended.
    task.end(outer);
    assertEquals(List.of("end 1 of 3 in 2", "drop 1", "end 0 of 1 in 1"), calls);
  }

  @Test
  void anAnswerBelongsToTheInvocationThatAsked() {
    level(Levels.TRACE, Levels.TRACE);
    int token = begin();
    AsyncRead first = read("first");
    AsyncRead second = read("second");
    task.note(TaskNote.STATE, 101, 1).write();
    task.end(token);
    second.answer(2);
    first.answer(1);
    token = begin();
    assertEquals(
        List.of(
            "note 5/101 op=1 inv=1 #2",
            "note 5/100 op=1 inv=1 #1 number=2",
            "note 5/100 op=1 inv=1 #0 number=1"),
        notes());
    AsyncRead late = read("late");
    task.end(token);
    late.answer(3);
    task.end();
    assertEquals(List.of("note 5/100 op=1 inv=2 #0 number=3"), notes());
  }

  @Test
  void anAnswerThatCannotBeToldIsLostAlone() {
    level(Levels.TRACE, Levels.TRACE);
    int token = begin();
    AsyncRead bad = read("bad");
    AsyncRead good = read("good");
    task.end(token);
    bad.answer("no number");
    good.answer(1);
    task.end(begin());
    assertEquals(List.of("note 5/100 op=1 inv=1 #1 number=1"), notes());
    task.end();
    assertEquals(1, task.lost(TaskNote.STATE).events);
  }

  @Test
  void bytesStayAwayWhereThePolicyKeepsNoPayload() {
    byte[] both = {Levels.TRACE, Levels.TRACE};
    task.want(new Levels("1", Levels.FLIGHT, both, new byte[] {Levels.FULL, Levels.NONE}));
    task.takeLevels();
    byte[] b = {1, 2};
    int token = begin();
    for (int operator = 0; operator < 2; operator++) {
      task.note(TaskNote.STATE, 101, operator).key(b, 0, 2).value(b, 0, 2).before(b, 0, 1).write();
      task.note(TaskNote.TRACE, 50, operator).key(b, 0, 2).namespace(b, 0, 2).write();
      task.note(TaskNote.ENV, 110, operator).value(b, 0, 2).write();
    }
    task.end(token);
    assertEquals(
        List.of(
            "note 5/101 op=0 inv=1 #0 key=2 value=2 before=1",
            "note 4/50 op=0 inv=1 #1 key=2 ns=2",
            "note 9/110 op=0 inv=1 #2 value=2",
            "note 5/101 op=1 inv=1 #3 text=the policy keeps no payload of this operator withheld",
            "note 4/50 op=1 inv=1 #4 withheld",
            "note 9/110 op=1 inv=1 #5 value=2"),
        notes());
  }

  private AsyncRead read(String name) {
    return new AsyncRead(task) {
      @Override
      protected void tell() {
        note(100, 1).number((Integer) answer).write();
      }

      @Override
      public String toString() {
        return name;
      }
    };
  }

  @Test
  void aResultNamesTheInvocationOfItsInput() {
    assertSame(Nothing.HERE, CauseProbe.entry(), "nothing is kept below trace");
    level(Levels.TRACE, Levels.TRACE);
    int token = begin();
    Object entry = CauseProbe.entry();
    task.end(token);
    token = begin();
    task.leave(task.enter(0));
    CauseProbe.result(entry);
    task.end(token);
    assertEquals(List.of("note 4/60 op=1 inv=2 #0 number=1 number2=1 what=1"), notes());
  }

  @Test
  void aMiniBatchNamesTheRunsOfItsMembers() {
    level(Levels.TRACE, Levels.TRACE);
    CauseProbe.Bundle bundle = new CauseProbe.Bundle(task, 1);
    for (int i = 1; i <= 5; i++) {
      int token = begin();
      if (i != 3) {
        CauseProbe.member(bundle);
        CauseProbe.member(bundle);
      }
      task.end(token);
    }
    int token = begin();
    CauseProbe.finish(bundle);
    CauseProbe.finish(bundle);
    task.end(token);
    assertEquals(
        List.of(
            "note 4/60 op=1 inv=6 #0 number=1 number2=2 what=2",
            "note 4/60 op=1 inv=6 #1 number=4 number2=2 what=2"),
        notes());
  }

  @Test
  void aMiniBatchOutsideOfAllInvocationsIsOneOfItsOwn() {
    level(Levels.TRACE, Levels.TRACE);
    CauseProbe.Bundle bundle = new CauseProbe.Bundle(task, 1);
    int token = begin();
    CauseProbe.member(bundle);
    task.end(token);
    int own = CauseProbe.finish(bundle);
    task.note(TaskNote.STATE, 101, 1).write();
    CauseProbe.finished(bundle, own);
    assertEquals(
        List.of("note 4/60 op=1 inv=2 #0 number=1 number2=1 what=2", "note 5/101 op=1 inv=2 #1"),
        notes());
    assertEquals(-1, CauseProbe.finish(bundle));
  }

  @Test
  void membersBeyondTheBoundAreLost() {
    level(Levels.TRACE, Levels.TRACE);
    CauseProbe.Bundle bundle = new CauseProbe.Bundle(task, 1);
    for (int i = 0; i < CauseProbe.MOST + 3; i++) {
      bundle.add(2L * i);
    }
    int token = begin();
    CauseProbe.finish(bundle);
    task.end(token);
    task.end();
    notes();
    assertEquals(3, task.lost(TaskNote.TRACE).events);
  }

  @Test
  void aWindowIsPurgedAfterItFired() {
    level(Levels.TRACE, Levels.TRACE);
    WindowContext windows =
        new WindowContext(task, 1) {
          @Override
          protected void tell(int kind, Object window, int what, Object into) {
            calls.add(kind + " " + window + " " + what + " " + into);
          }
        };
    assertTrue(WindowProbe.wants(windows));
    assertFalse(WindowProbe.wants(Nothing.HERE));
    WindowProbe.assigned(windows, "a");
    WindowProbe.triggered(windows, "a", true, true);
    int token = WindowProbe.fired(windows, "a");
    WindowProbe.firedAll(windows, token);
    WindowProbe.triggered(windows, "b", false, true);
    WindowProbe.triggered(windows, "c", true, false);
    WindowProbe.firedAll(windows, WindowProbe.fired(windows, "c"));
    WindowProbe.merged(windows, "d", List.of("b", "c"));
    WindowProbe.cleared(windows, "d");
    level(Levels.FLIGHT, Levels.FLIGHT);
    WindowProbe.cleared(windows, "e");
    assertEquals(-1, WindowProbe.fired(windows, "e"));
    assertEquals(
        List.of(
            "53 a 0 null",
            "55 a 0 null",
            "56 a 1 null",
            "56 b 1 null",
            "55 c 0 null",
            "54 b 0 d",
            "54 c 0 d",
            "56 d 2 null"),
        calls);
  }
}
