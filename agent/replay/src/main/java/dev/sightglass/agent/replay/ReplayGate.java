package dev.sightglass.agent.replay;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.runtime.checkpoint.channel.InputChannelInfo;
import org.apache.flink.runtime.event.TaskEvent;
import org.apache.flink.runtime.io.network.partition.ResultPartitionType;
import org.apache.flink.runtime.io.network.partition.consumer.BufferOrEvent;
import org.apache.flink.runtime.io.network.partition.consumer.IndexedInputGate;
import org.apache.flink.runtime.io.network.partition.consumer.InputChannel;

/**
 * A gate that gives what the recording says came next. Behind it are Flink's own deserializer,
 * watermark valve and barrier handler.
 *
 * <p>Methods without {@code Override} are those that one of the supported lines does not have.
 */
final class ReplayGate extends IndexedInputGate {
  private final int index;
  private final InputChannel[] channels;
  private final Turns turns;
  private int ended;

  ReplayGate(int index, InputChannel[] channels, Turns turns) {
    this.index = index;
    this.channels = channels;
    this.turns = turns;
  }

  InputChannelInfo channelInfo(int channel) {
    return channels[channel].getChannelInfo();
  }

  /** A channel has no more data. */
  void endOfData() {
    ended++;
  }

  @Override
  public Optional<BufferOrEvent> pollNext() throws IOException {
    return turns.next(index);
  }

  @Override
  public Optional<BufferOrEvent> getNext() {
    throw new UnsupportedOperationException("a replay does not wait");
  }

  @Override
  public CompletableFuture<?> getAvailableFuture() {
    return turns.isNext(index) ? AVAILABLE : turns.later(index);
  }

  @Override
  public EndOfDataStatus hasReceivedEndOfData() {
    return ended >= channels.length ? EndOfDataStatus.DRAINED : EndOfDataStatus.NOT_END_OF_DATA;
  }

  @Override
  public boolean isFinished() {
    return false;
  }

  @Override
  public int getNumberOfInputChannels() {
    return channels.length;
  }

  @Override
  public InputChannel getChannel(int channel) {
    return channels[channel];
  }

  @Override
  public int getGateIndex() {
    return index;
  }

  @Override
  public List<InputChannelInfo> getUnfinishedChannels() {
    return List.of();
  }

  @Override
  public void sendTaskEvent(TaskEvent event) {}

  public void resumeGateConsumption() {}

  @Override
  public void resumeConsumption(InputChannelInfo channel) {}

  @Override
  public void acknowledgeAllRecordsProcessed(InputChannelInfo channel) {}

  @Override
  public void setup() {}

  @Override
  public void requestPartitions() {}

  @Override
  public CompletableFuture<Void> getStateConsumedFuture() {
    return CompletableFuture.completedFuture(null);
  }

  public CompletableFuture<Void> getBufferFilteringCompleteFuture() {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void finishReadRecoveredState() {}

  public ResultPartitionType getConsumedPartitionType() {
    return ResultPartitionType.PIPELINED_BOUNDED;
  }

  @Override
  public void triggerDebloating() {}

  public void setCheckpointingDuringRecoveryEnabled(boolean enabled) {}

  public boolean isCheckpointingDuringRecoveryEnabled() {
    return false;
  }

  @Override
  public void close() {}
}
