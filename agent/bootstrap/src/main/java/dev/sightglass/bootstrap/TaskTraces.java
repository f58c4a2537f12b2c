package dev.sightglass.bootstrap;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/** What a task keeps for level trace beside the invocation at hand. */
abstract class TaskTraces extends TaskElements {
  private Traced[] traced = new Traced[8];
  private int tracedCount;

  /** Set with the first value that is watched. */
  Watch watch;

  /** The state whose expired entries the background looks for. */
  StateContext cleaning;

  /** Requests that were answered and are not told yet, the newest first. */
  private final AtomicReference<AsyncRead> answered = new AtomicReference<>();

  /** The request whose future is about to be made. */
  AsyncRead request;

  /** Some request was made; without one nobody looks for answers. */
  boolean asked;

  // The watermark that was told last as passed on.
  private int passedOperator = -1;
  private long passedTime;
  private long passedInvocation;

  TaskTraces(ChunkPool pool) {
    super(pool);
  }

  /** Keeps what {@code t} tells in step with the levels. By its constructor. */
  void add(Traced t) {
    if (tracedCount == traced.length) {
      traced = Arrays.copyOf(traced, tracedCount * 2);
    }
    traced[tracedCount++] = t;
    t.follow(levels, isTraced(t.operator));
  }

  final boolean isTraced(int operator) {
    return levels.traces && levels.of(operator) == Levels.TRACE;
  }

  @Override
  void levelsChanged() {
    for (int i = 0; i < tracedCount; i++) {
      traced[i].follow(levels, isTraced(traced[i].operator));
    }
  }

  /** Watches values that states hand out. */
  public final void watch(Watch w) {
    watch = w;
  }

  /** A request has its answer; any thread. */
  final void answered(AsyncRead r) {
    AsyncRead head;
    do {
      head = answered.get();
      r.next = head;
    } while (!answered.compareAndSet(head, r));
  }

  /**
   * Tells what was answered, in the order of answers. Nothing may leave it: an invocation begins or
   * ends behind it.
   */
  final void tellAnswers() {
    AsyncRead r = answered.getAndSet(null);
    AsyncRead first = null;
    while (r != null) {
      AsyncRead after = r.next;
      r.next = first;
      first = r;
      r = after;
    }
    for (; first != null; first = first.next) {
      try {
        first.tell();
      } catch (Throwable t) {
        lose(TaskNote.STATE, first.invocation, 1, 0);
        Hooks.fail(t);
      }
    }
  }

  /** False: that operator passed that watermark on before, to another of its outputs. */
  final boolean passes(int operator, long time, long invocation) {
    if (operator == passedOperator && time == passedTime && invocation == passedInvocation) {
      return false;
    }
    passedOperator = operator;
    passedTime = time;
    passedInvocation = invocation;
    return true;
  }
}
