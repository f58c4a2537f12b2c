package org.apache.flink.runtime.io.network.partition.consumer;

import java.util.Optional;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.runtime.event.TaskEvent;
import org.apache.flink.runtime.io.network.partition.ResultPartitionID;
import org.apache.flink.runtime.io.network.partition.ResultSubpartitionIndexSet;

/**
 * A channel of a gate that gives recorded elements: a name and nothing else. Lies in this package
 * because the methods of {@link InputChannel} are not for others.
 */
public final class ReplayChannel extends InputChannel {
  /**
   * @param gate knows its index, and nothing else
   */
  public ReplayChannel(
      SingleInputGate gate, int index, ResultPartitionID partition, int subpartition) {
    super(
        gate,
        index,
        partition,
        new ResultSubpartitionIndexSet(subpartition),
        0,
        0,
        new SimpleCounter(),
        new SimpleCounter());
  }

  @Override
  public void resumeConsumption() {}

  @Override
  public void acknowledgeAllRecordsProcessed() {}

  @Override
  void requestSubpartitions() {}

  @Override
  protected int peekNextBufferSubpartitionIdInternal() {
    return 0;
  }

  @Override
  public Optional<BufferAndAvailability> getNextBuffer() {
    return Optional.empty();
  }

  @Override
  void sendTaskEvent(TaskEvent event) {}

  @Override
  boolean isReleased() {
    return false;
  }

  @Override
  void releaseAllResources() {}

  @Override
  void announceBufferSize(int size) {}

  @Override
  int getBuffersInUseCount() {
    return 0;
  }
}
