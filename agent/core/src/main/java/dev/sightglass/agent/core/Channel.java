package dev.sightglass.agent.core;

/** An input channel in an attempt's table, with the number of live elements consumed from it. */
final class Channel {
  final int partition;
  final int subpartition;
  final int gate;
  final int channel;
  long consumed;

  Channel(int partition, int subpartition, int gate, int channel) {
    this.partition = partition;
    this.subpartition = subpartition;
    this.gate = gate;
    this.channel = channel;
  }

  boolean is(int partition, int subpartition, int gate, int channel) {
    return this.partition == partition
        && this.subpartition == subpartition
        && this.gate == gate
        && this.channel == channel;
  }
}
