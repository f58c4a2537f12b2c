package dev.sightglass.bootstrap;

/** One input channel of a task, as the sender names it. */
public final class ChannelContext {
  /** Place in the task's table of channels. */
  public final int index;

  /** Partition key of what it reads. */
  public final long partition;

  public final int subpartition;
  public final int gate;
  public final int channel;

  /** Elements come out of channel state until the end of recovery is seen on the channel. */
  boolean recovering = true;

  /** Live elements whose invocation ended. */
  long count;

  /** The last barrier seen on it, and its flags. */
  long barrier = -1;

  int barrierFlags;

  private String name;

  public ChannelContext(int index, long partition, int subpartition, int gate, int channel) {
    this.index = index;
    this.partition = partition;
    this.subpartition = subpartition;
    this.gate = gate;
    this.channel = channel;
  }

  /** {@code partition:subpartition}, as elements of it are named. */
  String name() {
    if (name == null) {
      name = GateContext.hex(partition) + ":" + subpartition;
    }
    return name;
  }
}
