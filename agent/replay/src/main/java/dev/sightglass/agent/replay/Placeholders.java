package dev.sightglass.agent.replay;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.TaskStateSnapshot;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle.HandleAndLocalPath;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.PlaceholderStreamStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;

/**
 * An incremental snapshot names files that an earlier one has in full: the JobManager knows them,
 * and so do the snapshots before.
 */
final class Placeholders {
  private final Map<Object, StreamStateHandle> known = new HashMap<>();

  void know(TaskStateSnapshot snapshot) {
    if (snapshot != null) {
      for (HandleAndLocalPath h : files(snapshot)) {
        StreamStateHandle handle = h.getHandle();
        if (!(handle instanceof PlaceholderStreamStateHandle)) {
          known.put(handle.getStreamStateHandleID(), handle);
        }
      }
    }
  }

  /** Puts what is known in the place of what is only named. */
  void fill(TaskStateSnapshot snapshot) {
    for (HandleAndLocalPath h : files(snapshot)) {
      if (h.getHandle() instanceof PlaceholderStreamStateHandle) {
        StreamStateHandle full = known.get(h.getHandle().getStreamStateHandleID());
        if (full == null) {
          throw new IllegalStateException(
              "the snapshot names a file of an earlier one that was not recorded: "
                  + h.getHandle().getStreamStateHandleID());
        }
        h.replaceHandle(full);
      }
    }
  }

  private static List<HandleAndLocalPath> files(TaskStateSnapshot snapshot) {
    List<HandleAndLocalPath> all = new java.util.ArrayList<>();
    for (Map.Entry<?, OperatorSubtaskState> e : snapshot.getSubtaskStateMappings()) {
      for (KeyedStateHandle k : e.getValue().getManagedKeyedState()) {
        if (k instanceof IncrementalRemoteKeyedStateHandle) {
          all.addAll(((IncrementalRemoteKeyedStateHandle) k).getSharedState());
          all.addAll(((IncrementalRemoteKeyedStateHandle) k).getPrivateState());
        }
      }
    }
    return all;
  }
}
