package dev.sightglass.agent.wire;

import static dev.sightglass.agent.wire.Fixture.eventually;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.Keys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BlobsTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Blobs blobs = new Blobs();
  private long now = 5 * SECOND;

  private static byte[] bytes(int n) {
    byte[] b = new byte[n];
    new Random(n).nextBytes(b);
    return b;
  }

  private Frame take() {
    return blobs.take(now, true);
  }

  private void had(Blob b, long bytes, int state) {
    byte[] body = new byte[41];
    ByteBuffer w = ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN);
    w.put(b.hash()).putLong(bytes).put((byte) state);
    w.rewind();
    blobs.had(w, now);
  }

  private static long offset(Frame f) {
    return f.buffer().getLong(40);
  }

  @Test
  void aBlobIsOfferedFirstAndSentFromWhereTheServerIs() {
    Blob b = Blob.of(bytes(600_000));
    assertNull(take());
    assertTrue(blobs.add(b));
    assertNull(take(), "no connection");
    blobs.connected(true);
    Frame offer = take();
    assertEquals(0, offer.rest.length);
    assertEquals(600_000, offer.buffer().getLong(32));
    assertNull(take(), "one piece is out");
    had(b, 100_000, 0);
    Frame first = take();
    assertEquals(100_000, offset(first));
    assertEquals(Blobs.PIECE, first.rest.length);
    had(b, 100_000 + Blobs.PIECE, 0);
    assertNull(take(), "the rate");
    now += SECOND * Blobs.PIECE / Blobs.RATE;
    Frame second = take();
    assertEquals(600_000 - 100_000 - Blobs.PIECE, second.rest.length);
    had(b, 600_000, 1);
    assertTrue(blobs.isEmpty());
    assertTrue(blobs.add(Blob.of(bytes(600_000))));
    assertTrue(blobs.isEmpty(), "the server has it");
  }

  @Test
  void behindBlocksAPieceGoesOutNowAndThen() {
    Blob b = Blob.of(bytes(1000));
    blobs.add(b);
    blobs.connected(true);
    assertNotNull(blobs.take(now, false));
    had(b, 0, 0);
    assertNull(blobs.take(now, false));
    now += Blobs.BEHIND_NANOS;
    assertNotNull(blobs.take(now, false));
  }

  @Test
  void aServerThatTakesNoBlobsGetsNone() {
    blobs.add(Blob.of(bytes(10)));
    blobs.connected(false);
    assertNull(take());
    assertTrue(blobs.isEmpty());
  }

  @Test
  void whatIsRefusedIsGivenUpAndWhatComesTooEarlyWaits() {
    Blob refused = Blob.of(bytes(10));
    Blob later = Blob.of(bytes(11));
    blobs.add(refused);
    blobs.add(later);
    blobs.connected(true);
    take();
    had(refused, 0, 2);
    assertNotNull(take());
    had(later, 0, 3);
    assertNull(take());
    now += 31 * SECOND;
    assertNotNull(take());
    had(later, 11, 1);
    assertTrue(blobs.isEmpty());
  }

  @Test
  void memoryIsBounded() {
    byte[] big = bytes(20 << 20);
    assertTrue(blobs.add(Blob.of(big)));
    assertFalse(blobs.add(Blob.of(bytes(20_000_000))));
    assertTrue(blobs.add(Blob.of(big)), "the same again costs nothing");
  }

  @Test
  void aFileThatIsDeletedIsSentAllTheSame(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("f"), bytes(70_000));
    Blob b = Blob.of(FileChannel.open(file, StandardOpenOption.READ));
    assertArrayEquals(Blob.of(bytes(70_000)).hash(), b.hash());
    Files.delete(file);
    blobs.add(b);
    blobs.connected(true);
    take();
    had(b, 0, 0);
    assertArrayEquals(bytes(70_000), take().rest);
  }

  @Test
  void aBlobArrivesOverConnectionsThatBreak() throws IOException {
    FakeServer.Store store = new FakeServer.Store();
    FakeServer.Behaviour cuts =
        new FakeServer.Behaviour() {
          @Override
          public boolean blob(FakeServer.Peer peer, int pieces) throws IOException {
            if (pieces == 1 && store.complete.isEmpty()) {
              store.pieces.incrementAndGet();
              peer.cut();
              return false;
            }
            return true;
          }
        };
    byte[] b = bytes(700_000);
    String id = Keys.hex(Blob.of(b).hash());
    try (FakeServer server = new FakeServer(store, 0, cuts);
        Fixture f = new Fixture(Fixture.to(server))) {
      assertTrue(f.uplink.keep(Blob.of(b)));
      eventually("the blob", () -> store.complete.containsKey(id));
      assertArrayEquals(b, store.complete.get(id));
      assertEquals(2, server.hellos.size());
      f.block(10);
      eventually("a block", () -> store.blocks.size() == 1);
      assertTrue(server.faults.isEmpty(), () -> server.faults.toString());
    }
  }
}
