package dev.sightglass.agent.hooks.flink;

import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;
import static dev.sightglass.agent.hooks.weave.Value.result;
import static dev.sightglass.agent.hooks.weave.Value.self;
import static dev.sightglass.agent.hooks.weave.Value.text;

import dev.sightglass.agent.hooks.weave.Hook;
import java.util.List;

/** Hooks of the JobManager, and the one that tells a TaskManager's name. Every call is rare. */
final class JobHooks {
  static final String GRAPH = "graph";
  static final String STATE = "state";
  static final String STATUS = "status";
  static final String ATTEMPT = "attempt";
  static final String TRIGGERED = "triggered";
  static final String COMPLETED = "completed";
  static final String FAILED = "failed";
  static final String DISCARDED = "discarded";
  static final String EXECUTOR = "executor";

  private static final String RUNTIME = "org/apache/flink/runtime/";

  private JobHooks() {}

  static void addTo(List<Hook> all) {
    all.add(
        Hook.of("job.graph", RUNTIME + "scheduler/SchedulerBase")
            .leaveRare(
                "<init>",
                "\\(L.*/Logger;L.*JobGraph;L[^;]*;L.*/Configuration;.*\\)V",
                probe("JobProbe.job", text(GRAPH), self(), arg(1), arg(3), text("")))
            .build());
    all.add(
        Hook.of("job.graph", RUNTIME + "scheduler/adaptive/AdaptiveScheduler")
            .leaveRare(
                "<init>",
                "\\(L[^;]*Settings;L[^;]*JobGraph;L[^;]*;L.*/Configuration;.*\\)V",
                probe("JobProbe.job", text(GRAPH), self(), arg(1), arg(3), text("")))
            .build());
    all.add(
        Hook.of("job.state", RUNTIME + "executiongraph/DefaultExecutionGraph")
            .leaveRare(
                "transitionState",
                "\\(L.*JobStatus;L.*JobStatus;Ljava/lang/Throwable;\\)Z",
                probe("JobProbe.transition", result(), text(STATE), self(), arg(0), arg(1), arg(2)))
            .build());
    all.add(
        Hook.of("job.status", RUNTIME + "scheduler/JobStatusStore")
            .enterRare(
                "jobStatusChanges",
                "\\(L.*JobID;L.*JobStatus;J\\)V",
                probe("JobProbe.job", text(STATUS), self(), arg(0), arg(1), text("")))
            .build());
    all.add(
        Hook.of("job.attempt", RUNTIME + "executiongraph/Execution")
            .leaveRare(
                "transitionState",
                "\\(L.*ExecutionState;L.*ExecutionState;Ljava/lang/Throwable;\\)Z",
                probe(
                    "JobProbe.transition", result(), text(ATTEMPT), self(), arg(0), arg(1), arg(2)))
            .build());
    all.add(
        Hook.of("job.checkpoint", RUNTIME + "checkpoint/CheckpointCoordinator")
            .leaveRare(
                "createPendingCheckpoint",
                null,
                probe("JobProbe.job", text(TRIGGERED), self(), result(), text(""), text("")))
            .enterRare(
                "reportCompletedCheckpoint",
                null,
                probe("JobProbe.job", text(COMPLETED), self(), arg(0), text(""), text("")))
            .enterRare(
                "abortPendingCheckpoint",
                "\\(L.*PendingCheckpoint;L.*CheckpointException;L.*ExecutionAttemptID;\\)V",
                probe("JobProbe.job", text(FAILED), self(), arg(0), arg(1), text("")))
            .build());
    all.add(
        Hook.of("job.checkpoint", RUNTIME + "checkpoint/CompletedCheckpoint")
            .enterRare(
                "markAsDiscarded",
                null,
                probe("JobProbe.job", text(DISCARDED), self(), text(""), text(""), text("")))
            .build());
    all.add(
        Hook.of("task.executor", RUNTIME + "taskexecutor/TaskExecutor")
            .leaveRare(
                "<init>",
                null,
                probe("JobProbe.job", text(EXECUTOR), self(), text(""), text(""), text("")))
            .build());
  }
}
