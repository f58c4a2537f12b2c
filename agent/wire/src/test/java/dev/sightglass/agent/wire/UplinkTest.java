package dev.sightglass.agent.wire;

import static dev.sightglass.agent.wire.Fixture.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.Definition;
import dev.sightglass.agent.core.DefinitionKind;
import dev.sightglass.agent.core.GapReason;
import dev.sightglass.agent.core.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UplinkTest {
  private final FakeServer.Store store = new FakeServer.Store();

  private static long storedRows(FakeServer.Store store, int lane) {
    return store.blocks.values().stream()
        .filter(b -> b[17] == lane)
        .mapToLong(FakeServer::events)
        .sum();
  }

  private void assertDense(int lane) {
    Set<Long> numbers = new HashSet<>();
    for (String key : store.blocks.keySet()) {
      if (key.contains("/" + lane + "/")) {
        numbers.add(Long.parseLong(key.substring(key.lastIndexOf('/') + 1)));
      }
    }
    for (long i = 0; i < numbers.size(); i++) {
      assertTrue(numbers.contains(i), "block " + i + " of lane " + lane + " is missing");
    }
  }

  @Test
  void blocksArriveAfterTheirDefinitionsAndTheEndIsOrderly() throws IOException {
    try (FakeServer server = new FakeServer(store, 0, new FakeServer.Behaviour() {})) {
      try (Fixture f = new Fixture(Fixture.to(server).token("secret"))) {
        for (int i = 0; i < 50; i++) {
          f.block(100);
          f.detBlock();
        }
      }
      eventually("CLOSE", () -> !server.closes.isEmpty());
      assertEquals(100, store.blocks.size());
      assertEquals(0, store.beforeDefinition.get());
      assertEquals(0, store.duplicates.get());
      assertEquals("secret", server.hellos.get(0).get("token"));
      assertEquals(1L, server.hellos.get(0).get("protocol"));
      assertEquals(1, ((List<?>) server.hellos.get(0).get("hooks")).size());
      assertTrue(server.faults.isEmpty(), () -> server.faults.toString());
    }
  }

  @Test
  void closeTellsTheBlocksOfAttemptsThatAreNotOver() throws IOException {
    try (FakeServer server = new FakeServer(store, 0, new FakeServer.Behaviour() {})) {
      Fixture f = new Fixture(Fixture.to(server));
      f.block(10);
      f.block(10);
      f.uplink.close();
      eventually("CLOSE", () -> !server.closes.isEmpty());
      Map<?, ?> lane = (Map<?, ?>) ((List<?>) server.closes.get(0).get("lanes")).get(0);
      assertEquals("000000000000004d", lane.get("attempt"));
      assertEquals(1L, lane.get("lane"));
      assertEquals(2L, lane.get("blocks"));
    }
  }

  @Test
  void refusedTokenIsSaidOnceAndRecordingGoesOn() throws IOException {
    FakeServer.Behaviour refuse =
        new FakeServer.Behaviour() {
          @Override
          public void hello(FakeServer.Peer peer, Map<String, Object> hello) throws IOException {
            byte[] text = "no such token".getBytes(StandardCharsets.UTF_8);
            peer.send(new Frame(FrameType.REFUSE, new byte[] {2}, text));
            peer.cut();
          }
        };
    try (FakeServer server = new FakeServer(store, 0, refuse);
        Fixture f = new Fixture(Fixture.to(server).token("wrong"))) {
      eventually("a report", () -> !f.reports.isEmpty());
      f.block(100);
      assertEquals(1, f.reports.size());
      assertTrue(f.reports.get(0).contains("token"), f.reports.get(0));
      assertFalse(f.reports.get(0).contains("wrong\""), "the token must not be shown");
      assertEquals(1, server.hellos.size());
      assertFalse(f.uplink.isConnected());
    }
  }

  @Test
  void wrongProtocolIsNotSpokenWith() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    FakeServer.Behaviour second =
        new FakeServer.Behaviour() {
          @Override
          public void hello(FakeServer.Peer peer, Map<String, Object> hello) throws IOException {
            peer.welcome(asked.incrementAndGet() < 3 ? 2 : 1, 1 << 20);
          }
        };
    try (FakeServer server = new FakeServer(store, 0, second);
        Fixture f = new Fixture(Fixture.to(server))) {
      f.block(100);
      eventually("the block", () -> store.blocks.size() == 1);
      assertEquals(3, server.hellos.size());
    }
  }

  @Test
  void nothingAckedIsLostWhenTheServerDies() throws IOException {
    Random random = new Random(1);
    int rounds = 12;
    int port = 0;
    Fixture f = null;
    for (int round = 0; round < rounds; round++) {
      boolean last = round == rounds - 1;
      int dieAfter = 1 + random.nextInt(12);
      AtomicInteger seen = new AtomicInteger();
      FakeServer.Behaviour mortal =
          new FakeServer.Behaviour() {
            @Override
            public void block(FakeServer.Peer peer, long frame, byte[] block) throws IOException {
              int n = seen.incrementAndGet();
              if (!last && n > dieAfter) {
                peer.cut();
                return;
              }
              peer.store(block);
              if (last || n % 3 == 0) {
                peer.ack(frame, block.length + 16);
              }
            }
          };
      try (FakeServer server = new FakeServer(store, port, mortal)) {
        port = server.port();
        if (f == null) {
          f = new Fixture(Fixture.to(server));
        }
        for (int i = 0; i < 20; i++) {
          f.block(1_000);
          f.detBlock();
        }
        if (last) {
          f.close();
        } else {
          eventually("death", () -> seen.get() > dieAfter);
        }
        assertTrue(server.faults.isEmpty(), () -> server.faults.toString());
      }
    }
    assertEquals(40 * rounds, store.blocks.size());
    assertDense(1);
    assertDense(2);
    assertEquals(0, store.beforeDefinition.get());
    assertTrue(store.duplicates.get() > 0, "some block must have come twice for this to test much");
  }

  @Test
  void creditIsNeverOverdrawnWhileFramesAreUnanswered() throws IOException {
    AtomicLong least = new AtomicLong();
    AtomicInteger held = new AtomicInteger();
    FakeServer.Behaviour slow =
        new FakeServer.Behaviour() {
          @Override
          public void hello(FakeServer.Peer peer, Map<String, Object> hello) throws IOException {
            peer.welcome(10_000);
          }

          @Override
          public void block(FakeServer.Peer peer, long frame, byte[] block) throws IOException {
            peer.store(block);
            least.accumulateAndGet(peer.credit.get(), Math::min);
            if (held.incrementAndGet() == 3) {
              held.set(0);
              peer.ack(frame, 3 * (block.length + 16L));
            }
          }
        };
    try (FakeServer server = new FakeServer(store, 0, slow);
        Fixture f = new Fixture(Fixture.to(server))) {
      for (int i = 0; i < 60; i++) {
        f.block(150);
      }
      eventually("all blocks", () -> storedRows(store, 1) == f.rows());
      assertTrue(least.get() >= 0, "credit went down to " + least.get());
    }
  }

  @Test
  void aBlockLargerThanTheCreditStillGoes() throws IOException {
    FakeServer.Behaviour poor =
        new FakeServer.Behaviour() {
          @Override
          public void hello(FakeServer.Peer peer, Map<String, Object> hello) throws IOException {
            peer.welcome(1_000);
          }
        };
    try (FakeServer server = new FakeServer(store, 0, poor);
        Fixture f = new Fixture(Fixture.to(server))) {
      for (int i = 0; i < 5; i++) {
        f.block(1_000);
      }
      eventually("all blocks", () -> storedRows(store, 1) == f.rows());
    }
  }

  @Test
  void whatTheBufferCannotHoldBecomesAGapThatCountsIt() throws IOException {
    int port;
    try (FakeServer closed = new FakeServer(store, 0, new FakeServer.Behaviour() {})) {
      port = closed.port();
    }
    Fixture f = new Fixture(UplinkOptions.to("127.0.0.1", port).bufferBytes(1 << 20));
    long begun = System.nanoTime();
    for (int i = 0; i < 400; i++) {
      f.block(1_000);
    }
    long micros = (System.nanoTime() - begun) / 1_000;
    assertTrue(micros < TimeUnit.SECONDS.toMicros(5), "callers waited: " + micros + " µs");
    try (FakeServer server = new FakeServer(store, port, new FakeServer.Behaviour() {})) {
      f.close();
      eventually("CLOSE", () -> !server.closes.isEmpty());
      List<long[]> gaps = new ArrayList<>();
      for (byte[] block : store.blocks.values()) {
        ByteBuffer zone = FakeServer.zone(block, 8);
        while (zone != null && zone.hasRemaining()) {
          long[] gap = new long[6];
          Arrays.setAll(gap, i -> FakeServer.uv(zone));
          gaps.add(gap);
        }
      }
      assertEquals(1, gaps.size(), "one outage is one gap");
      long[] gap = gaps.get(0);
      assertEquals(Lane.OUT, gap[0]);
      assertEquals(GapReason.BUFFER_FULL, gap[1]);
      assertEquals(1, gap[2], "the oldest were dropped");
      assertEquals(gap[3], gap[4], "invocations lost, one row each");
      assertEquals(f.rows(), gap[4] + storedRows(store, Lane.OUT));
      assertTrue(gap[4] > f.rows() / 2, "the buffer held more than its size");
    }
  }

  @Test
  void garbageFromTheServerEndsOneConnectionAndNothingElse() throws IOException {
    Random random = new Random(7);
    AtomicInteger connections = new AtomicInteger();
    FakeServer.Behaviour mad =
        new FakeServer.Behaviour() {
          @Override
          public void hello(FakeServer.Peer peer, Map<String, Object> hello) throws IOException {
            int n = connections.incrementAndGet();
            if (n > 60) {
              peer.welcome(1 << 20);
              return;
            }
            byte[] garbage = new byte[1 + random.nextInt(300)];
            random.nextBytes(garbage);
            if (n % 2 == 0) {
              peer.welcome(1 << 20);
            }
            switch (n % 5) {
              case 0:
                peer.ack(1 + random.nextInt(1_000), 10);
                peer.ack(1_000_000, Long.MAX_VALUE);
                break;
              case 1:
                peer.send(new Frame(random.nextInt(20), garbage));
                break;
              case 2:
                peer.send(new Frame(FrameType.CONTROL, garbage));
                break;
              case 3:
                peer.nack(random.nextLong(), random.nextInt(9));
                break;
              default:
                peer.raw(garbage);
                break;
            }
            peer.cut();
          }

          @Override
          public void block(FakeServer.Peer peer, long frame, byte[] block) throws IOException {
            if (connections.get() > 60) {
              peer.store(block);
              peer.ack(frame, block.length + 16);
            }
          }
        };
    try (FakeServer server = new FakeServer(store, 0, mad)) {
      Fixture f = new Fixture(Fixture.to(server), TimeUnit.MICROSECONDS.toNanos(100));
      for (int i = 0; i < 20; i++) {
        f.block(500);
      }
      eventually("all blocks", () -> storedRows(store, 1) == f.rows());
      assertDense(1);
      f.close();
    }
  }

  @Test
  void refusedBlocksAreSentAgainOrGivenUpAsTheReasonSays() throws IOException {
    AtomicInteger disk = new AtomicInteger();
    AtomicInteger checksum = new AtomicInteger();
    FakeServer.Behaviour picky =
        new FakeServer.Behaviour() {
          @Override
          public void block(FakeServer.Peer peer, long frame, byte[] block) throws IOException {
            long number = Long.parseLong(FakeServer.identity(block).split("/")[2]);
            if (block[17] == 1 && number == 1 && disk.incrementAndGet() == 1) {
              peer.nack(frame, NackReason.DISK);
            } else if (block[17] == 1 && number == 2) {
              peer.nack(frame, NackReason.MALFORMED);
            } else if (block[17] == 1 && number == 3) {
              checksum.incrementAndGet();
              peer.nack(frame, NackReason.CHECKSUM);
            } else {
              peer.store(block);
              peer.ack(frame, block.length + 16);
            }
          }
        };
    try (FakeServer server = new FakeServer(store, 0, picky);
        Fixture f = new Fixture(Fixture.to(server))) {
      for (int i = 0; i < 5; i++) {
        f.block(100);
      }
      eventually("the gaps", () -> storedRows(store, 8) == 2);
      eventually("the other blocks", () -> storedRows(store, 1) == 3 * Fixture.ROWS);
      assertEquals(2, disk.get());
      assertEquals(3, checksum.get());
    }
  }

  @Test
  void neededDefinitionsAreSentAgain() throws IOException {
    byte[] body = "{\"task\":\"test\"}".getBytes(StandardCharsets.UTF_8);
    long id = new Definition(DefinitionKind.ATTEMPT, body).id();
    FakeServer.Behaviour forgetful =
        new FakeServer.Behaviour() {
          @Override
          public void block(FakeServer.Peer peer, long frame, byte[] block) throws IOException {
            peer.store(block);
            peer.ack(frame, block.length + 16);
            store.definitions.clear();
            peer.need(id);
            peer.need(4711);
          }
        };
    try (FakeServer server = new FakeServer(store, 0, forgetful);
        Fixture f = new Fixture(Fixture.to(server))) {
      f.block(10);
      eventually("the definition again", () -> store.definitions.containsKey(id));
    }
  }

  @Test
  void statusGoesOutAtStartAndOnChange() throws IOException {
    try (FakeServer server = new FakeServer(store, 0, new FakeServer.Behaviour() {});
        Fixture f = new Fixture(Fixture.to(server))) {
      eventually("a first STATUS", () -> !server.statuses.isEmpty());
      assertEquals(false, server.statuses.get(0).get("off"));
      f.block(10);
      f.off = true;
      f.uplink.statusChanged();
      eventually("a second STATUS", () -> server.statuses.size() > 1);
      Map<String, Object> status = server.statuses.get(1);
      assertEquals(true, status.get("off"));
      assertEquals("told so", status.get("reason"));
      Map<?, ?> counters = (Map<?, ?>) status.get("counters");
      assertEquals(3L, counters.get("errors"));
      assertEquals(5L, counters.get("lost_events"));
      assertEquals(1L, counters.get("blocks"));
      assertEquals((long) Fixture.ROWS, counters.get("events"));
    }
  }

  @Test
  void pingsAreAnsweredAndCommandsCarriedOut() throws IOException {
    try (FakeServer server = new FakeServer(store, 0, new FakeServer.Behaviour() {});
        Fixture f = new Fixture(Fixture.to(server))) {
      eventually("a connection", f.uplink::isConnected);
      FakeServer.Peer peer = server.peers.get(0);
      peer.send(Frame.longs(FrameType.PING, 9, 1_234));
      eventually("PONG", () -> !server.pongs.isEmpty());
      assertEquals(9, server.pongs.get(0).getLong(0));
      assertEquals(1_234, server.pongs.get(0).getLong(8));
      assertTrue(server.pongs.get(0).getLong(16) <= server.pongs.get(0).getLong(24));
      peer.send(control("{\"id\":\"c1\",\"command\":\"stop\",\"reason\":\"test\"}"));
      peer.send(control("{\"id\":\"c2\",\"command\":\"level\"}"));
      peer.send(control("{\"id\":\"c3\",\"command\":\"explode\"}"));
      eventually("three DONE", () -> server.dones.size() == 3);
      assertEquals("stop{reason=test}", f.commands.get(0));
      assertEquals(true, server.dones.get(0).get("ok"));
      assertEquals("c1", server.dones.get(0).get("id"));
      assertEquals(false, server.dones.get(1).get("ok"));
      assertEquals("levels are not known here", server.dones.get(1).get("error"));
      assertEquals(false, server.dones.get(2).get("ok"));
      assertTrue(f.uplink.isConnected(), "a command that fails must not end the connection");
    }
  }

  private static Frame control(String json) {
    return Frame.text(FrameType.CONTROL, json);
  }

  @Test
  void aPersonLearnsOfChangesAndNotOfTries() throws IOException {
    AtomicInteger hellos = new AtomicInteger();
    FakeServer.Behaviour flapping =
        new FakeServer.Behaviour() {
          @Override
          public void hello(FakeServer.Peer peer, Map<String, Object> hello) throws IOException {
            if (hellos.incrementAndGet() % 5 != 0) {
              peer.cut();
              return;
            }
            peer.welcome(1 << 20);
            if (hellos.get() < 300) {
              peer.cut();
            }
          }
        };
    try (FakeServer server = new FakeServer(store, 0, flapping);
        Fixture f = new Fixture(Fixture.to(server), TimeUnit.MICROSECONDS.toNanos(100))) {
      eventually("a lasting connection", () -> hellos.get() >= 300 && f.uplink.isConnected());
      assertTrue(f.reports.stream().anyMatch(r -> r.startsWith("connected to ")));
      assertTrue(f.reports.get(0).contains("trying again"), f.reports.get(0));
      assertTrue(f.reports.size() <= 20, f.reports.size() + " lines");
      for (int i = 1; i < f.reports.size(); i++) {
        assertFalse(f.reports.get(i).equals(f.reports.get(i - 1)), f.reports.get(i));
      }
    }
  }

  @Test
  void closeWithNothingLeftIsQuick() throws IOException {
    try (FakeServer server = new FakeServer(store, 0, new FakeServer.Behaviour() {})) {
      for (int i = 1; i <= 20; i++) {
        Fixture f = new Fixture(Fixture.to(server));
        eventually("a connection", f.uplink::isConnected);
        long begun = System.nanoTime();
        f.close();
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        assertTrue(millis < 1_000, "closing took " + millis + " ms");
        int closes = i;
        eventually("CLOSE", () -> server.closes.size() == closes);
      }
    }
  }

  @Test
  void closeDoesNotWaitForAServerThatIsNotThere() throws IOException {
    FakeServer.Behaviour mute =
        new FakeServer.Behaviour() {
          @Override
          public void block(FakeServer.Peer peer, long frame, byte[] block) {}
        };
    try (FakeServer server = new FakeServer(store, 0, mute)) {
      Fixture f = new Fixture(Fixture.to(server));
      f.block(10);
      long begun = System.nanoTime();
      f.close();
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
      assertTrue(millis < 4_000, "closing took " + millis + " ms");
    }
  }
}
