package dev.sightglass.bootstrap;

/** A split of a source or a partition of a topic that a task reads or writes. */
public final class SplitContext {
  /** Place in the task's table of splits. */
  public final int index;

  /** Topic of Kafka, or null. */
  public final String topic;

  public final int partition;

  /** Split id; empty when the source does not tell. */
  public final String id;

  /** Records read so far from a split that has no offsets of its own. */
  long position;

  SplitContext(int index, String topic, int partition, String id) {
    this.index = index;
    this.topic = topic;
    this.partition = partition;
    this.id = id;
  }

  /** As people call it: {@code topic/partition}, or the split's id. */
  String name() {
    return topic == null ? id : topic + "/" + partition;
  }
}
