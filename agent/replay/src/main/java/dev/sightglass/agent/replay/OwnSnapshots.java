package dev.sightglass.agent.replay;

import dev.sightglass.bootstrap.Determinants;
import dev.sightglass.bootstrap.ServeProbe;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.CheckpointType;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.StateObjectCollection;
import org.apache.flink.runtime.checkpoint.TaskStateSnapshot;
import org.apache.flink.runtime.state.CheckpointStorageLocationReference;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.StateObject;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.runtime.tasks.StreamTask;
import org.apache.flink.util.InstantiationUtil;
import org.apache.flink.util.concurrent.FutureUtils;

/**
 * Snapshots that a replay takes for itself between the recorded checkpoints, so that one who steps
 * back need not come the whole way from the last of them. The task must not notice: see {@link
 * Unnoticed}.
 */
final class OwnSnapshots {
  /** Streams of state that are larger are not kept in memory: no such snapshot is taken. */
  private static final int MAX_STREAM = 64 << 20;

  /** No checkpoint of a job has such a number. */
  private static final long FIRST = 1L << 40;

  private final Path folder;
  private final Determinants determinants;
  private final Report report;

  /** Where the task was when it last began or took one, and the processor time then. */
  private long lastInvocation;

  private long lastUsed = used();

  /** Why there are none any more; empty: the task may be asked. */
  private String refused = "";

  /**
   * @param folder of the process; each snapshot has one of its own within
   */
  OwnSnapshots(Path folder, Determinants determinants, Report report) {
    this.folder = folder;
    this.determinants = determinants;
    this.report = report;
  }

  /** The task begins to run. */
  void begin(long invocation) {
    lastInvocation = invocation;
    lastUsed = used();
  }

  /**
   * All before {@code invocation} is done: writes a snapshot, and says so, or why there is none.
   *
   * @param number names the snapshot's folder, {@code own.<number>}
   * @param nested an operator waits for a mail: what it is about to do is in no state
   */
  void take(StreamTask<?, ?> task, long invocation, long number, boolean nested) {
    long began = used();
    try {
      if (refused.isEmpty()) {
        refused = Unnoticed.why(task); // what a field holds may be another thing by now
      }
      if (!refused.isEmpty()) {
        report.refused(number, invocation, true, refused);
        return;
      }
      if (nested || Unnoticed.alignsCheckpoint(task)) {
        report.refused(number, invocation, false, "the task is in the midst of something");
        return;
      }
      byte[] transients = ServeProbe.transients(task);
      if (transients == null) {
        report.refused(number, invocation, true, "what the task holds beside it cannot be told");
        return;
      }
      refused = Unnoticed.untold(task, new ObjectMapper().readTree(transients));
      if (!refused.isEmpty()) {
        report.refused(number, invocation, true, refused);
        return;
      }
      byte[] state = InstantiationUtil.serializeObject(state(task, FIRST + number));
      Path own = Files.createDirectories(folder.resolve("own." + number));
      Files.write(own.resolve("snapshot"), state);
      Files.write(own.resolve("transients"), transients);
      report.snapshot(
          number,
          invocation,
          (long) state.length + transients.length,
          (used() - began) / 1_000_000,
          invocation - lastInvocation,
          (began - lastUsed) / 1_000_000,
          determinants.lasts());
      lastInvocation = invocation;
      lastUsed = used();
    } catch (Exception e) {
      // Too large, or the backend takes none now: the replay goes on as it would without.
      refused = e.toString();
      report.refused(number, invocation, true, refused);
    }
  }

  /** Processor time of the task's thread, ns: others may keep it from the processor. */
  private static long used() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static TaskStateSnapshot state(StreamTask<?, ?> task, long number) throws Exception {
    TaskStateSnapshot all = new TaskStateSnapshot();
    CheckpointOptions options =
        new CheckpointOptions(
            CheckpointType.FULL_CHECKPOINT, CheckpointStorageLocationReference.getDefault());
    for (StreamOperator<?> operator : Unnoticed.operators(task)) {
      Object handler = Members.optional(operator, "stateHandler");
      Object keyed = handler == null ? null : Members.optional(handler, "keyedStateBackend");
      CheckpointStreamFactory memory = new MemCheckpointStreamFactory(MAX_STREAM);
      OperatorSnapshotFutures f = operator.snapshotState(number, 0, options, memory);
      all.putSubtaskStateByOperatorID(
          operator.getOperatorID(),
          OperatorSubtaskState.builder()
              .setManagedKeyedState(
                  one(FutureUtils.runIfNotDoneAndGet(f.getKeyedStateManagedFuture())))
              .setRawKeyedState(one(FutureUtils.runIfNotDoneAndGet(f.getKeyedStateRawFuture())))
              .setManagedOperatorState(
                  one(FutureUtils.runIfNotDoneAndGet(f.getOperatorStateManagedFuture())))
              .setRawOperatorState(
                  one(FutureUtils.runIfNotDoneAndGet(f.getOperatorStateRawFuture())))
              .build());
      if (keyed instanceof CheckpointListener) {
        // RocksDB remembers files of what may be completed; this never is.
        ((CheckpointListener) keyed).notifyCheckpointAborted(number);
      }
    }
    return all;
  }

  private static <T extends StateObject> StateObjectCollection<T> one(SnapshotResult<T> of) {
    if (of == null) {
      return StateObjectCollection.empty();
    }
    return StateObjectCollection.singletonOrEmpty(of.getJobManagerOwnedSnapshot());
  }
}
