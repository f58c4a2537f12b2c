package dev.sightglass.agent.replay;

import dev.sightglass.bootstrap.Determinants;
import dev.sightglass.bootstrap.ServeProbe;
import java.util.Map;
import org.apache.flink.runtime.state.KeyGroupedInternalPriorityQueue;
import org.apache.flink.streaming.runtime.tasks.StreamTask;

/** Puts the recorded order of timers into the timer services of a task. */
final class Timers {
  private static final String[] QUEUES = {"processingTimeTimersQueue", "eventTimeTimersQueue"};

  private Timers() {}

  /** Of all services that the task's operators have now. */
  static void order(StreamTask<?, ?> task, Determinants recorded, TimerChanges changes)
      throws Exception {
    Object chain = Members.get(task, "operatorChain");
    for (Object wrapper : (Iterable<?>) Members.call(chain, "getAllOperators")) {
      Object operator = Members.call(wrapper, "getStreamOperator");
      Object manager = Members.optional(operator, "timeServiceManager");
      Object services = manager == null ? null : Members.optional(manager, "timerServices");
      if (!(services instanceof Map)) {
        continue;
      }
      for (Object service : ((Map<?, ?>) services).values()) {
        Object target = Members.optional(service, "triggerTarget");
        int index = target == null ? -1 : ServeProbe.operator(target);
        for (String queue : QUEUES) {
          Object q = Members.optional(service, queue);
          if (q instanceof KeyGroupedInternalPriorityQueue && !(q instanceof TieQueue)) {
            Members.set(service, queue, tied(q, recorded, changes, index));
          }
        }
      }
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Object tied(
      Object queue, Determinants recorded, TimerChanges changes, int operator) {
    return new TieQueue((KeyGroupedInternalPriorityQueue) queue, recorded, changes, operator);
  }
}
