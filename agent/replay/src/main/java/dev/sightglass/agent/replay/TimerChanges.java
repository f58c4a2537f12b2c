package dev.sightglass.agent.replay;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.TimerHeapInternalTimer;

/**
 * Timers that do not fire as they did: the one that would fire as an invocation is taken out of its
 * queue before it does. Used by the task's thread.
 */
final class TimerChanges {
  private static final class Change {
    final long invocation;
    final long time;
    final boolean moves;
    final long to;

    Change(long invocation, long time, boolean moves, long to) {
      this.invocation = invocation;
      this.time = time;
      this.moves = moves;
      this.to = to;
    }
  }

  private final Turns turns;
  private final List<Change> all = new ArrayList<>();

  TimerChanges(Turns turns) {
    this.turns = turns;
  }

  /**
   * The timer for a time that would fire as an invocation does not.
   *
   * @param moves it fires at another time instead
   */
  void add(long invocation, long time, boolean moves, long to) {
    all.add(new Change(invocation, time, moves, to));
  }

  /** The change of the timer that is first in its queue, and would fire next; null = none. */
  private Change of(InternalTimer<?, ?> head) {
    if (all.isEmpty()) {
      return null;
    }
    long next = turns.invocation() + 1;
    for (Change c : all) {
      if (c.invocation == next && c.time == head.getTimestamp()) {
        return c;
      }
    }
    return null;
  }

  /** Whether the timer that is first in its queue is taken out of it. */
  boolean takes(InternalTimer<?, ?> head) {
    return of(head) != null;
  }

  /** The timer is out of its queue: what comes in again instead, or null. */
  <T extends InternalTimer<?, ?>> T taken(T timer) {
    Change c = of(timer);
    all.remove(c);
    if (!c.moves) {
      return null;
    }
    @SuppressWarnings("unchecked") // queues of timer services hold no others
    T moved = (T) new TimerHeapInternalTimer<>(c.to, timer.getKey(), timer.getNamespace());
    return moved;
  }

  /** The timer that was first in its queue is about to fire: as the next invocation. */
  void fires() {
    turns.states().before(turns.invocation() + 1);
  }

  /** Says of timers that were to be changed, and did not fire. */
  void end(Report report) {
    for (Change c : all) {
      report.problem(c.invocation, "the timer that was to be changed did not fire here");
    }
  }
}
