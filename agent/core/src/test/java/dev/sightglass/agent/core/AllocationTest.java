package dev.sightglass.agent.core;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/**
 * In steady state an event allocates nothing; what a block allocates is little more than its bytes.
 */
class AllocationTest {
  private static final int EVENTS = 512 * 400;

  private long bytes;
  private final BlockSink counting =
      new BlockSink() {
        @Override
        public void define(Origin origin, Definition definition) {}

        @Override
        public void accept(Block block) {
          bytes += block.bytes().length;
        }

        @Override
        public void gapped(GapSource gaps) {}

        @Override
        public void ended(Origin origin) {}
      };

  @Test
  void eventsAllocateNothing() {
    BlockRecorder r =
        new BlockRecorder(new Origin(new byte[16], 1), new Workspace(Codec.LZ4), counting);
    int partition = r.partition(1, 8, AttemptRecorder.NONE);
    int channel = r.channel(r.partition(2, 0, AttemptRecorder.NONE), 0, 0, 0);
    int path = r.definePath("0(>0)");
    byte[] value = Samples.orders(145, 1);
    feed(r, partition, channel, path, value, 512 * 20);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    bytes = 0;
    long before = threads.getThreadAllocatedBytes(thread);
    feed(r, partition, channel, path, value, EVENTS);
    long allocated = threads.getThreadAllocatedBytes(thread) - before;
    long blocks = EVENTS / 512 * 2;
    assertTrue(
        allocated < bytes + blocks * 512,
        allocated + " bytes allocated for " + bytes + " bytes in " + blocks + " blocks");
  }

  private static void feed(
      AttemptRecorder r, int partition, int channel, int path, byte[] value, int events) {
    for (int i = 0; i < events; i++) {
      if (i % 64 == 0) {
        r.stamp(1_790_000_000_000_000L + i);
      }
      r.out().record(1, i, i % 3, partition, 1 + i % 8, i, value, 0, value.length);
      r.det().elements(i, 1, 0, channel, path);
    }
    r.flush();
  }
}
