package dev.sightglass.agent.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.query.KvStateRegistry;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.FullSnapshotResources;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyValueStateIterator;
import org.apache.flink.runtime.state.KeyedStateBackendParametersImpl;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.OperatorStateBackend;
import org.apache.flink.runtime.state.OperatorStateBackendParametersImpl;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;

/**
 * What one operator's part of a snapshot holds, whatever its format is: Flink's own backend
 * restores it and gives it out again in the one format that savepoints have for all backends. Kept
 * as the sums of its entries' hashes, since backends have entries in orders of their own.
 */
final class StateContents {
  /** Entries of one state. */
  static final class Sum {
    long entries;
    private long low;
    private long high;
    private Map<Long, Integer> each; // key group by low half of the hash, when all are kept

    void add(byte[] hash, int keyGroup) {
      ByteBuffer b = ByteBuffer.wrap(hash);
      long l = b.getLong();
      low += l;
      high += b.getLong();
      entries++;
      if (each != null) {
        each.put(l, keyGroup);
      }
    }

    boolean isEqual(Sum other) {
      return entries == other.entries && low == other.low && high == other.high;
    }

    /** How many entries the other one lacks. Both have to keep all. */
    long beyond(Sum other) {
      return each.keySet().stream().filter(k -> !other.each.containsKey(k)).count();
    }

    /** Key group of an entry that the other one lacks; -1 = none, or it belongs to no key. */
    int keyGroup(Sum other) {
      return each.entrySet().stream()
          .filter(e -> !other.each.containsKey(e.getKey()))
          .mapToInt(Map.Entry::getValue)
          .min()
          .orElse(-1);
    }
  }

  private final StateBackend backend;
  private final Environment environment;
  private final boolean keepsAll;
  private final MessageDigest digest;

  /** Sums by the state's name; operator state has {@code operator state} in front. */
  final Map<String, Sum> sums = new TreeMap<>();

  /**
   * @param keepsAll whether single entries are to be compared: 60 bytes of memory each
   */
  StateContents(StateBackend backend, Environment environment, boolean keepsAll) {
    this.backend = backend;
    this.environment = environment;
    this.keepsAll = keepsAll;
    try {
      this.digest = MessageDigest.getInstance("MD5"); // nobody means harm
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JVM has it
    }
  }

  Sum sum(String name) {
    Sum s = sums.computeIfAbsent(name, n -> new Sum());
    if (keepsAll && s.each == null) {
      s.each = new HashMap<>();
    }
    return s;
  }

  /**
   * Reads all.
   *
   * @param keys of the keyed state; null = there is none
   */
  void read(String operator, OperatorSubtaskState state, TypeSerializer<?> keys) throws Exception {
    List<KeyedStateHandle> keyed = new ArrayList<>(state.getManagedKeyedState());
    if (!keyed.isEmpty() && keys != null) {
      keyed(operator, keyed, keys);
    }
    List<OperatorStateHandle> lists = new ArrayList<>(state.getManagedOperatorState());
    if (!lists.isEmpty()) {
      lists(operator, lists);
    }
  }

  private <K> void keyed(
      String operator, Collection<KeyedStateHandle> handles, TypeSerializer<K> keys)
      throws Exception {
    TaskInfo info = environment.getTaskInfo();
    int max = info.getMaxNumberOfParallelSubtasks();
    KeyGroupRange range =
        KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(
            max, info.getNumberOfParallelSubtasks(), info.getIndexOfThisSubtask());
    try (CloseableRegistry registry = new CloseableRegistry()) {
      CheckpointableKeyedStateBackend<K> b =
          backend.createKeyedStateBackend(
              new KeyedStateBackendParametersImpl<>(
                  environment,
                  environment.getJobID(),
                  operator + "_compared",
                  keys,
                  max,
                  range,
                  new KvStateRegistry()
                      .createTaskRegistry(environment.getJobID(), environment.getJobVertexId()),
                  TtlTimeProvider.DEFAULT,
                  new UnregisteredMetricsGroup(),
                  (name, value) -> {},
                  handles,
                  registry,
                  1.0));
      try {
        FullSnapshotResources<K> all = b.savepoint().getSnapshotResources();
        try {
          entries(all);
        } finally {
          all.release();
        }
      } finally {
        b.dispose();
      }
    }
  }

  private void entries(FullSnapshotResources<?> all) throws IOException {
    List<StateMetaInfoSnapshot> states = all.getMetaInfoSnapshots();
    for (StateMetaInfoSnapshot s : states) {
      sum(s.getName());
    }
    try (KeyValueStateIterator i = all.createKVStateIterator()) {
      for (; i.isValid(); i.next()) {
        byte[] key = i.key();
        digest.update(ByteBuffer.allocate(4).putInt(key.length).array());
        digest.update(key);
        digest.update(i.value());
        sum(states.get(i.kvStateId()).getName()).add(digest.digest(), i.keyGroup());
      }
    }
  }

  private void lists(String operator, Collection<OperatorStateHandle> handles) throws Exception {
    try (CloseableRegistry registry = new CloseableRegistry()) {
      OperatorStateBackend b =
          backend.createOperatorStateBackend(
              new OperatorStateBackendParametersImpl(environment, operator, handles, registry));
      try {
        for (Map.Entry<?, ?> e :
            ((Map<?, ?>) Members.get(b, "registeredOperatorStates")).entrySet()) {
          list(sum("operator state " + e.getKey()), e.getValue());
        }
        for (Map.Entry<?, ?> e :
            ((Map<?, ?>) Members.get(b, "registeredBroadcastStates")).entrySet()) {
          broadcast(sum("broadcast state " + e.getKey()), e.getValue());
        }
      } finally {
        b.dispose();
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static TypeSerializer<Object> serializer(Object state, String name) throws Exception {
    return (TypeSerializer<Object>) Members.call(Members.call(state, "getStateMetaInfo"), name);
  }

  private void list(Sum to, Object state) throws Exception {
    TypeSerializer<Object> type = serializer(state, "getPartitionStateSerializer");
    DataOutputSerializer out = new DataOutputSerializer(64);
    for (Object element : (Iterable<?>) Members.call(state, "get")) {
      out.clear();
      type.serialize(element, out);
      to.add(digest.digest(out.getCopyOfBuffer()), -1);
    }
  }

  private void broadcast(Sum to, Object state) throws Exception {
    TypeSerializer<Object> keys = serializer(state, "getKeySerializer");
    TypeSerializer<Object> values = serializer(state, "getValueSerializer");
    DataOutputSerializer out = new DataOutputSerializer(64);
    // Its own methods would tell that it is gone through.
    for (Map.Entry<?, ?> e : ((Map<?, ?>) Members.get(state, "backingMap")).entrySet()) {
      out.clear();
      keys.serialize(e.getKey(), out);
      values.serialize(e.getValue(), out);
      to.add(digest.digest(out.getCopyOfBuffer()), -1);
    }
  }
}
