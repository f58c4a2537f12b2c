package dev.sightglass.bootstrap;

import java.util.HashMap;
import java.util.Map;

/**
 * What is known of a gate ({@code CheckpointedInputGate}), which outlives the inputs that read it:
 * a task that restores with rescaling changes from one input object to another.
 */
public final class GateContext {
  final TaskContext task;
  final Object gate;

  /** Flink makes several equal objects for one channel over its life, so equality decides. */
  private final Map<Object, ChannelContext> channels = new HashMap<>();

  public GateContext(TaskContext task, Object gate) {
    this.task = task;
    this.gate = gate;
  }

  public TaskContext task() {
    return task;
  }

  /**
   * An event came that no row of its own tells of.
   *
   * @param bytes as Flink writes it, or null
   */
  public void event(String name, int gate, int channel, byte[] bytes) {
    TaskNote n = task.reads.between(Reads.EVENT, -1).number(gate).number2(channel).text(name);
    n.value(bytes, 0, bytes == null ? 0 : bytes.length).write();
  }

  /**
   * The channel that {@code info} (an {@code InputChannelInfo}) names, or null when it cannot be
   * found out.
   */
  public ChannelContext channel(Object info) {
    ChannelContext c = channels.get(info);
    if (c == null && !channels.containsKey(info)) {
      c = Hooks.inspector().channel(task, gate, info);
      channels.put(info, c);
    }
    return c;
  }

  /** Partition and subpartition that the channel of that place reads, as elements are named. */
  String channelName(int place) {
    ChannelContext c = channel(Hooks.inspector().tracer().channelInfo(gate, place));
    return c == null ? "channel " + place : hex(c.partition) + ":" + c.subpartition;
  }

  static String hex(long v) {
    String s = Long.toHexString(v);
    return "0000000000000000".substring(s.length()) + s;
  }
}
