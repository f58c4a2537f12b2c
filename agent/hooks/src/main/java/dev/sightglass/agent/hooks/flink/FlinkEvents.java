package dev.sightglass.agent.hooks.flink;

import java.nio.ByteBuffer;

/** Events on channels as Flink itself writes them. */
final class FlinkEvents {
  private static final String NETWORK = "org.apache.flink.runtime.io.network.api.";
  private static final String SERIALIZER = NETWORK + "serialization.EventSerializer";
  private static final String BARRIER = NETWORK + "CheckpointBarrier";

  private FlinkEvents() {}

  /** Bytes of an {@code AbstractEvent}. */
  static byte[] bytes(Object event) {
    ClassLoader flink = event.getClass().getClassLoader();
    ByteBuffer b;
    try {
      b =
          (ByteBuffer)
              Mirror.callStatic(Class.forName(SERIALIZER, true, flink), "toSerializedEvent", event);
    } catch (ClassNotFoundException e) {
      throw new Mirror.NoSuchMember(SERIALIZER, e);
    }
    byte[] all = new byte[b.remaining()];
    b.duplicate().get(all);
    return all;
  }

  /** Bytes of the barrier of a checkpoint with these {@code CheckpointOptions}. */
  static byte[] barrier(long checkpoint, long time, Object options) {
    ClassLoader flink = options.getClass().getClassLoader();
    return bytes(Mirror.make(flink, BARRIER, checkpoint, time, options));
  }
}
