package dev.sightglass.agent.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GapTest {
  private final CollectingSink sink = new CollectingSink();
  private final GapEncoder gaps = new GapEncoder(new Origin(new byte[16], 1), sink);

  private void lost(int lane, int reason, long first, long last, long events) {
    gaps.lost(lane, reason, first, last, events, 10 * events, 1_000, 2_000, "why");
  }

  private List<Map<?, ?>> told() {
    sink.drainGaps();
    List<Map<?, ?>> all = new ArrayList<>();
    for (DecodedBlock b : sink.decoded(Lane.GAP)) {
      b.zone("gaps").forEach(g -> all.add((Map<?, ?>) g));
      assertEquals(b.rows.size(), b.zone("gaps").size());
    }
    return all;
  }

  @Test
  void lossesThatFollowOneAnotherAreOne() {
    lost(1, 2, 10, 19, 10);
    lost(2, 2, 10, 19, 1);
    lost(1, 2, 20, 29, 10);
    lost(1, 2, 25, 60, 5);
    lost(1, 2, 90, 95, 6);
    assertEquals(
        List.of(
            "lane=1, reason=2, first=10, last=60, events=25, bytes=250",
            "lane=2, reason=2, first=10, last=19, events=1, bytes=10",
            "lane=1, reason=2, first=90, last=95, events=6, bytes=60"),
        texts());
  }

  private List<String> texts() {
    List<String> texts = new ArrayList<>();
    told().forEach(g -> texts.add(g.toString().replaceAll("[{}]", "")));
    return texts;
  }

  @Test
  void lossesWithoutAPlaceAreOne() {
    lost(0, 1, 0, 0, 3);
    lost(0, 1, 0, 0, 4);
    assertEquals(1, told().size());
  }

  @Test
  void whateverHappensEveryLossIsCountedAndMemoryBounded() {
    long events = 0;
    for (int i = 0; i < 100_000; i++) {
      lost(1 + i % 5, 1 + i % 3, i * 1_000L, i * 1_000L + i % 9, i % 7);
      events += i % 7;
    }
    List<Map<?, ?>> told = told();
    assertTrue(told.size() <= 128, told.size() + " events");
    assertEquals(events, told.stream().mapToLong(g -> (long) g.get("events")).sum());
    assertEquals(0L, told.stream().mapToLong(g -> (long) g.get("first")).min().orElseThrow());
    for (Block b : sink.blocks) {
      assertTrue(b.bytes().length < 64 << 10);
    }
    long number = 0;
    for (Block b : sink.blocks) {
      assertEquals(number++, b.number());
    }
  }

  @Test
  void aLongTextIsCut() {
    gaps.lost(1, 5, 1, 2, 1, 1, 1, 1, "x".repeat(100_000));
    sink.drainGaps();
    assertTrue(sink.blocks.get(0).bytes().length < 1_500);
  }

  @Test
  void threadsMayTellAtOnce() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int lane = t + 1;
      threads.add(
          new Thread(
              () -> {
                for (int i = 0; i < 20_000; i++) {
                  lost(lane, 2, i, i, 1);
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread t : threads) {
      t.join();
    }
    assertEquals(80_000L, told().stream().mapToLong(g -> (long) g.get("events")).sum());
  }
}
