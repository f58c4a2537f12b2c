package dev.sightglass.agent.hooks.flink;

import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;
import static dev.sightglass.agent.hooks.weave.Value.context;
import static dev.sightglass.agent.hooks.weave.Value.field;
import static dev.sightglass.agent.hooks.weave.Value.inherited;
import static dev.sightglass.agent.hooks.weave.Value.result;
import static dev.sightglass.agent.hooks.weave.Value.self;
import static dev.sightglass.agent.hooks.weave.Value.thrown;
import static dev.sightglass.agent.hooks.weave.Value.token;

import dev.sightglass.agent.hooks.weave.Hook;
import dev.sightglass.agent.hooks.weave.Value;
import java.util.List;

/**
 * Hooks on what a task's work depends on beside its input: clocks of the runtime, orders, results
 * of asynchronous functions, what it hears of checkpoints, and its snapshots.
 */
final class DeterminantHooks {
  private static final String FLINK = "org/apache/flink/";
  private static final String TASKS = FLINK + "streaming/runtime/tasks/";
  private static final String OPERATORS = FLINK + "streaming/api/operators/";
  private static final String ASYNC = OPERATORS + "async/AsyncWaitOperator";
  private static final String STATE = FLINK + "runtime/state/";

  private DeterminantHooks() {}

  static void addTo(List<Hook> all) {
    clocks(all);
    maps(all);
    timers(all);
    checkpoints(all);
    results(all);
    coordinators(all);
  }

  /** What coordinators tell their operators: splits to read, watermarks to wait for. */
  private static void coordinators(List<Hook> all) {
    all.add(
        Hook.of("env.operator-event", TASKS + "RegularOperatorChain")
            .enterRare(
                "dispatchOperatorEvent",
                "\\(L.*OperatorID;L.*SerializedValue;\\)V",
                probe(
                    "CoordinatorProbe.event",
                    arg(0).call("toHexString", "()Ljava/lang/String;"),
                    arg(1).call("getByteArray", "()[B")))
            .build());
  }

  private static void clocks(List<Hook> all) {
    String callback = "L" + TASKS + "ProcessingTimeCallback;";
    all.add(
        Hook.of("env.clock", TASKS + "ProcessingTimeServiceImpl")
            .leaveInherited(
                TASKS + "ProcessingTimeService",
                "getCurrentProcessingTime",
                "()J",
                probe("ClockProbe.processingTime", result()))
            .build());
    all.add(
        Hook.of("env.clock", OPERATORS + "util/PausableRelativeClock")
            .around(
                "relativeTimeNanos", "\\(\\)J", null, probe("ClockProbe.relative", result()), null)
            .build());
    all.add(
        Hook.of("env.callback", TASKS + "ProcessingTimeServiceImpl")
            .enter(
                "registerTimer",
                "\\(JL.*ProcessingTimeCallback;\\)L.*",
                probe("ClockProbe.registered", self(), arg(0), arg(1)))
            .enter(
                "scheduleAtFixedRate",
                "\\(L.*ProcessingTimeCallback;JJ\\)L.*",
                probe("ClockProbe.scheduled", self(), arg(0)))
            .enter(
                "scheduleWithFixedDelay",
                "\\(L.*ProcessingTimeCallback;JJ\\)L.*",
                probe("ClockProbe.scheduled", self(), arg(0)))
            .build());
  }

  private static void maps(List<Hook> all) {
    Value map =
        inherited("stateTable", "L" + STATE + "heap/StateTable;")
            .call(
                "get",
                "(Ljava/lang/Object;)Ljava/lang/Object;",
                inherited("currentNamespace", "Ljava/lang/Object;"));
    Hook.Builder heap = Hook.of("env.order", STATE + "heap/HeapMapState");
    for (String m : new String[] {"entries", "keys", "values", "iterator"}) {
      heap.enter(m, "\\(\\)L.*", probe("OrderProbe.map", map));
    }
    all.add(heap.build());
    Value backing = field("backingMap");
    Hook.Builder broadcast = Hook.of("env.order", STATE + "HeapBroadcastState");
    for (String m : new String[] {"entries", "immutableEntries", "iterator"}) {
      broadcast.enter(m, "\\(\\)L.*", probe("OrderProbe.map", backing));
    }
    all.add(broadcast.build());
  }

  private static void timers(List<Hook> all) {
    String target = OPERATORS + "Triggerable";
    String shape = "(L" + OPERATORS + "InternalTimer;)V";
    Value time = arg(0).callInterface("getTimestamp", "()J");
    Value key = arg(0).callInterface("getKey", "()Ljava/lang/Object;");
    Value namespace = arg(0).callInterface("getNamespace", "()Ljava/lang/Object;");
    for (String s : new String[] {"InternalTimerServiceImpl", "InternalTimerServiceAsyncImpl"}) {
      all.add(
          Hook.of("timer.order", OPERATORS + s)
              .redirect(
                  target,
                  "onEventTime",
                  shape,
                  probe("OrderProbe.eventTimer", self(), time, key, namespace),
                  probe("TimerProbe.leave", token()),
                  probe("TimerProbe.fail", token(), thrown()))
              .redirect(
                  target,
                  "onProcessingTime",
                  shape,
                  probe("OrderProbe.processingTimer", self(), time, key, namespace),
                  probe("TimerProbe.leave", token()),
                  probe("TimerProbe.fail", token(), thrown()))
              .build());
    }
  }

  private static void checkpoints(List<Hook> all) {
    Hook.Builder notified = Hook.of("task.notified", TASKS + "SubtaskCheckpointCoordinatorImpl");
    String shape = "\\(JL.*OperatorChain;L.*Supplier;\\)V";
    notified.enterRare(
        "notifyCheckpointComplete", shape, probe("CheckpointProbe.complete", arg(0)));
    notified.enterRare("notifyCheckpointAborted", shape, probe("CheckpointProbe.aborted", arg(0)));
    notified.enterRare(
        "notifyCheckpointSubsumed", shape, probe("CheckpointProbe.subsumed", arg(0)));
    all.add(notified.build());
    all.add(
        Hook.of("task.snapshot", STATE + "TaskStateManagerImpl")
            .enterRare(
                "reportTaskStateSnapshots",
                "\\(L.*CheckpointMetaData;L.*CheckpointMetrics;L.*TaskStateSnapshot;L.*TaskStateSnapshot;\\)V",
                probe(
                    "CheckpointProbe.reported",
                    self(),
                    arg(0).call("getCheckpointId", "()J"),
                    arg(2)))
            .build());
  }

  private static void results(List<Hook> all) {
    Value request = context("request", "AsyncProbe.request", field("this$0"));
    all.add(
        Hook.of("async.result", ASYNC + "$ResultHandler")
            .around("<init>", null, null, probe("TaskProbe.keep", request), null)
            .enter(
                "processResults",
                "\\(Ljava/util/Collection;\\)V",
                probe("AsyncProbe.result", request, arg(0)))
            .enter(
                "completeExceptionally",
                "\\(Ljava/lang/Throwable;\\)V",
                probe("AsyncProbe.failed", request, arg(0)))
            .build());
    Value retried = context("request", "AsyncProbe.retrying", field("this$0"));
    all.add(
        Hook.of("async.attempt", ASYNC + "$RetryableResultHandlerDelegator")
            .around("<init>", null, null, probe("TaskProbe.keep", retried), null)
            .enter(
                "processRetry",
                "\\(Ljava/util/Collection;Ljava/lang/Throwable;\\)V",
                probe("AsyncProbe.attempt", retried, arg(0), arg(1)))
            .build());
  }
}
