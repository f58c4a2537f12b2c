package dev.sightglass.agent.replay;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.StateObjectCollection;
import org.apache.flink.runtime.checkpoint.TaskStateSnapshot;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.OperatorStreamStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;
import org.apache.flink.runtime.state.memory.ByteStreamStateHandle;

/**
 * Reads the files of a snapshot that are not large into memory. Flink's streams from files read
 * value by value what a backend restores, a call of the system for each few bytes.
 */
final class StateInMemory {
  private static final long MAX = 64L << 20;

  private StateInMemory() {}

  static void load(TaskStateSnapshot snapshot) throws Exception {
    for (Map.Entry<?, OperatorSubtaskState> e : snapshot.getSubtaskStateMappings()) {
      OperatorSubtaskState s = e.getValue();
      keyed(s.getManagedKeyedState());
      keyed(s.getRawKeyedState());
      operators(s.getManagedOperatorState());
      operators(s.getRawOperatorState());
    }
  }

  private static void keyed(StateObjectCollection<KeyedStateHandle> all) throws Exception {
    for (KeyedStateHandle k : all) {
      if (k instanceof KeyGroupsStateHandle) {
        load(k, "stateHandle");
      }
    }
  }

  private static void operators(StateObjectCollection<OperatorStateHandle> all) throws Exception {
    for (OperatorStateHandle o : all) {
      if (o instanceof OperatorStreamStateHandle) {
        load(o, "delegateStateHandle");
      }
    }
  }

  private static void load(Object handle, String field) throws Exception {
    Object file = Members.get(handle, field);
    if (file instanceof FileStateHandle && ((FileStateHandle) file).getStateSize() <= MAX) {
      try {
        Members.set(handle, field, read((FileStateHandle) file));
      } catch (IOException e) {
        // Who restores from it says that it is not there.
      }
    }
  }

  private static StreamStateHandle read(FileStateHandle file) throws IOException {
    try (InputStream in = file.openInputStream()) {
      return new ByteStreamStateHandle(file.getFilePath().toString(), in.readAllBytes());
    }
  }
}
