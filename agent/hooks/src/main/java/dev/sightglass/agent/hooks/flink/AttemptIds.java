package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.core.Keys;

/** Keys of attempts and partitions out of Flink's id objects. */
final class AttemptIds {
  private AttemptIds() {}

  /** Attempt key of an {@code ExecutionAttemptID}. */
  static long attempt(Object execution) {
    return Keys.attempt(graph(execution), vertex(execution), subtask(execution), number(execution));
  }

  /** Partition key of a {@code ResultPartitionID}. */
  static long partition(Object partition) {
    Object producer = Mirror.call(partition, "getProducerId");
    Object id = Mirror.call(partition, "getPartitionId");
    return Keys.partition(
        Mirror.id(Mirror.call(id, "getIntermediateDataSetID")),
        Mirror.number(id, "getPartitionNumber"),
        graph(producer),
        vertex(producer),
        subtask(producer),
        number(producer));
  }

  /** The execution graph's id; no getter gives it. */
  static byte[] graph(Object execution) {
    return Mirror.id(Mirror.field(execution, "executionGraphId"));
  }

  static byte[] vertex(Object execution) {
    return Mirror.id(Mirror.call(execution, "getJobVertexId"));
  }

  static int subtask(Object execution) {
    return Mirror.number(execution, "getSubtaskIndex");
  }

  static int number(Object execution) {
    return Mirror.number(execution, "getAttemptNumber");
  }
}
