package dev.sightglass.bootstrap;

/**
 * Kept on an input of a task ({@code AbstractStreamTaskNetworkInput}): which channel the elements
 * come from.
 */
public final class InputContext {
  final TaskContext task;

  /** Which input of the task, from 0. */
  final int index;

  final GateContext gate;
  private Object info;
  private ChannelContext channel;

  public InputContext(TaskContext task, GateContext gate, int index) {
    this.task = task;
    this.gate = gate;
    this.index = index;
  }

  /** The channel of {@code info}; one comparison as long as it stays the same. */
  ChannelContext channel(Object info) {
    if (info != this.info) {
      channel = gate.channel(info);
      this.info = info;
    }
    return channel;
  }
}
