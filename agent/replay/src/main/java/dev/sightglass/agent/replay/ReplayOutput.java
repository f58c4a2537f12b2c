package dev.sightglass.agent.replay;

import dev.sightglass.bootstrap.OutProbe;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.runtime.checkpoint.CheckpointException;
import org.apache.flink.runtime.event.AbstractEvent;
import org.apache.flink.runtime.io.network.api.StopMode;
import org.apache.flink.runtime.io.network.api.writer.ResultPartitionWriter;
import org.apache.flink.runtime.io.network.partition.BufferAvailabilityListener;
import org.apache.flink.runtime.io.network.partition.ResultPartitionID;
import org.apache.flink.runtime.io.network.partition.ResultSubpartitionIndexSet;
import org.apache.flink.runtime.io.network.partition.ResultSubpartitionView;
import org.apache.flink.runtime.metrics.groups.TaskIOMetricGroup;

/** Takes what a task emits: it is recorded, and goes nowhere. */
final class ReplayOutput implements ResultPartitionWriter {
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final ResultPartitionID id;
  private final int subpartitions;
  private final int keyGroups;
  private Object context;

  ReplayOutput(ResultPartitionID id, int subpartitions, int keyGroups) {
    this.id = id;
    this.subpartitions = subpartitions;
    this.keyGroups = keyGroups;
  }

  private Object context() {
    return context != null ? context : (context = OutProbe.context(this));
  }

  @Override
  public ResultPartitionID getPartitionId() {
    return id;
  }

  @Override
  public int getNumberOfSubpartitions() {
    return subpartitions;
  }

  @Override
  public int getNumTargetKeyGroups() {
    return keyGroups;
  }

  @Override
  public void emitRecord(ByteBuffer record, int target) {
    OutProbe.emit(context(), record, target);
  }

  @Override
  public void broadcastRecord(ByteBuffer record) {
    OutProbe.broadcast(context(), record);
  }

  @Override
  public void broadcastEvent(AbstractEvent event, boolean priority) {
    OutProbe.event(context(), event, priority);
  }

  @Override
  public CompletableFuture<?> getAvailableFuture() {
    return AVAILABLE;
  }

  @Override
  public CompletableFuture<Void> getAllDataProcessedFuture() {
    return DONE;
  }

  @Override
  public void setup() {}

  @Override
  public void setMaxOverdraftBuffersPerGate(int buffers) {}

  @Override
  public void alignedBarrierTimeout(long checkpoint) {}

  @Override
  public void abortCheckpoint(long checkpoint, CheckpointException cause) {}

  @Override
  public void notifyEndOfData(StopMode mode) {}

  @Override
  public void setMetricGroup(TaskIOMetricGroup metrics) {}

  @Override
  public ResultSubpartitionView createSubpartitionView(
      ResultSubpartitionIndexSet index, BufferAvailabilityListener listener) {
    throw new UnsupportedOperationException("nobody reads what a replay emits");
  }

  @Override
  public void flushAll() {}

  @Override
  public void flush(int subpartition) {}

  @Override
  public void fail(Throwable cause) {}

  @Override
  public void finish() {}

  @Override
  public boolean isFinished() {
    return false;
  }

  @Override
  public void release(Throwable cause) {}

  @Override
  public boolean isReleased() {
    return false;
  }

  @Override
  public void close() {}
}
