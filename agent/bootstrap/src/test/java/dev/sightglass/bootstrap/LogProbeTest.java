package dev.sightglass.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogProbeTest {
  private static final int ERROR = 200;
  private static final int WARN = 300;
  private static final int INFO = 400;
  private static final int DEBUG = 500;

  private final TaskContext task = new TaskContext(this, new ChunkPool(16 << 20));
  private final ChannelContext channel = new ChannelContext(0, 7, 1, 0, 0);
  private RuntimeException failure;

  {
    task.add(channel);
    task.recovered(channel);
    TapeText.read(task);
  }

  /** A line is its message; its logger, thread and exception have one, two and three characters. */
  @BeforeEach
  void enter() {
    Hooks.install(
        (Inspector)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Inspector.class},
                (p, m, a) -> {
                  if (failure != null) {
                    throw failure;
                  }
                  String message = (Boolean) a[1] ? (String) a[0] : null;
                  return new String[] {"l", message, "th", "Exc"};
                }));
    TaskContext.enterThread(task);
  }

  @AfterEach
  void leave() {
    TaskContext.enterThread(null);
    Hooks.install(null);
  }

  private void within(Runnable r) {
    int token = task.begin(TaskContext.ELEMENTS, 3, channel, 0, TapeFormat.NONE, PathTable.ROOT);
    r.run();
    task.end(token);
  }

  private static void line(int level, String message) {
    LogProbe.leave(LogProbe.log4j(level, message));
  }

  private List<String> notes() {
    task.flushRun();
    return TapeText.read(task).stream()
        .filter(l -> l.startsWith("note"))
        .collect(Collectors.toList());
  }

  private static String note(int operator, int invocation, int level, String rest) {
    return "note 7/81 op="
        + operator
        + " inv="
        + invocation
        + " #0 what="
        + level
        + " key=1 ns=2 map=3"
        + rest;
  }

  @Test
  void aLineStandsAtWhatTheTaskIsAt() {
    line(INFO, "before");
    within(
        () -> {
          line(INFO, "a");
          line(DEBUG, "not recorded");
          line(ERROR, "ab");
        });
    assertEquals(
        List.of(note(-1, 0, 3, " value=6"), note(3, 1, 3, " value=1"), note(3, 1, 1, " value=2")),
        notes());
  }

  @Test
  void aLineHasItsOwnTime() {
    line(INFO, "before the first invocation");
    assertEquals(Clock.now(), task.stamped);
    within(
        () -> {
          while (Clock.now() == task.stamped) {
            Clock.update();
          }
          line(INFO, "after a while");
          assertEquals(Clock.now(), task.stamped);
        });
  }

  @Test
  void aLineThatIsHandedOnIsTheSame() {
    within(
        () -> {
          LogProbe.log4jHandsOn(ERROR, "ab");
          LogProbe.log4jHandsOn(DEBUG, "not recorded");
          LogProbe.log4jHandsOn(INFO, "a");
        });
    assertEquals(List.of(note(3, 1, 1, " value=2"), note(3, 1, 3, " value=1")), notes());
  }

  @Test
  void levelsOfLogbackAreTheSame() {
    for (int level : new int[] {5_000, 10_000, 20_000, 30_000, 40_000}) {
      LogProbe.leave(LogProbe.logback(level, "x"));
    }
    assertEquals(
        List.of(note(-1, 0, 3, " value=1"), note(-1, 0, 2, " value=1"), note(-1, 0, 1, " value=1")),
        notes());
  }

  @Test
  void thePolicySaysFromWhichLevelOn() {
    task.want(new Levels("p", Levels.POSITIONS, new byte[0], new byte[0]).logging(Levels.LOG_WARN));
    within(() -> {});
    task.tick(1);
    TapeText.read(task);
    task.beginElement(channel);
    line(INFO, "no");
    line(WARN, "yes");
    task.endLight();
    assertEquals(List.of(note(-1, 2, 2, " value=3")), notes());
  }

  @Test
  void aMessageIsKeptBackWherePayloadIs() {
    task.want(
        new Levels(
            "h", Levels.FLIGHT, new byte[] {1, 1, 1, 1}, new byte[] {0, 0, 0, Levels.HASHED}));
    within(() -> {});
    task.tick(1);
    TapeText.read(task);
    within(() -> line(WARN, "4711"));
    line(WARN, "of nobody, perhaps of that operator");
    assertEquals(List.of(note(3, 2, 2, " withheld"), note(-1, 0, 2, " withheld")), notes());
  }

  @Test
  void whatALineWritesIsNotTold() {
    int token = LogProbe.log4j(WARN, "outer");
    line(WARN, "of an appender");
    LogProbe.leave(token);
    failure = new IllegalStateException();
    assertThrows(IllegalStateException.class, () -> LogProbe.log4j(WARN, "unreadable"));
    failure = null;
    line(WARN, "after");
    assertEquals(List.of(note(-1, 0, 2, " value=5"), note(-1, 0, 2, " value=5")), notes());
  }

  @Test
  void aLegacySourceTellsUnderItsLockOnly() {
    Object lock = new Object();
    task.setLegacy(lock);
    line(WARN, "no");
    ReadProbe.millis(1);
    ClockProbe.processingTime(1);
    assertEquals(List.of(), notes());
    synchronized (lock) {
      line(WARN, "yes");
      ReadProbe.millis(7);
    }
    assertEquals(
        List.of(note(-1, 0, 2, " value=3"), "note 9/110 op=-1 inv=1 #0 number=7 what=1"), notes());
  }

  @Test
  void otherThreadsAreNotTheTask() throws InterruptedException {
    Thread t = new Thread(() -> line(ERROR, "of a client"));
    t.start();
    t.join();
    assertEquals(List.of(), notes());
  }
}
