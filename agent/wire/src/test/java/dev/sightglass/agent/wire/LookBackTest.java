package dev.sightglass.agent.wire;

import static dev.sightglass.agent.wire.Fixture.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Lane;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept and not sent, until somebody asks; and blocks that wait on disk. */
class LookBackTest {
  private static final List<String> ALL = List.of("00000000000000000000000000000000");
  private static final int KEPT = Lane.LOOK_BACK + Lane.OUT;

  @TempDir Path folder;

  private final FakeServer.Store store = new FakeServer.Store();

  /** First invocations of the blocks that came of a lane, by number. */
  private TreeMap<Long, Long> came(int lane) {
    TreeMap<Long, Long> came = new TreeMap<>();
    for (byte[] block : store.blocks.values()) {
      if (block[17] == lane) {
        ByteBuffer b = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
        CRC32C crc = new CRC32C();
        crc.update(block, 0, 20);
        crc.update(block, 24, b.getInt(8));
        assertEquals((int) crc.getValue(), b.getInt(20), "the header's checksum");
        came.put(b.getLong(48), b.getLong(56));
      }
    }
    return came;
  }

  private static String status(Fixture f) {
    JsonWriter json = new JsonWriter();
    f.uplink.lookBack().status(json);
    return json.toString();
  }

  @Test
  void theNewestIsKeptAndSentWhenAskedForUnderDenseNumbers() throws IOException {
    try (FakeServer server = new FakeServer(store, 0, new FakeServer.Behaviour() {});
        Fixture f = new Fixture(Fixture.to(server).lookBackBytes(200_000))) {
      for (int i = 0; i < 100; i++) {
        f.keptBlock(1_000); // 16 KB
      }
      f.block(10);
      eventually("the other lane", () -> came(Lane.OUT).size() == 1);
      assertEquals(0, came(KEPT).size(), "nobody asked for it");
      assertTrue(f.uplink.lookBack().memory() <= 200_000);
      f.uplink.lookBack().ship(List.of("some other recording"));
      f.uplink.lookBack().ship(ALL);
      eventually("what was kept", () -> came(KEPT).containsValue(99L * Fixture.ROWS + 1));
      f.keptBlock(1_000); // it was open when it was asked for
      eventually("what came right after", () -> came(KEPT).containsValue(101L * Fixture.ROWS + 1));
      TreeMap<Long, Long> came = came(KEPT);
      assertEquals(0, came.firstKey());
      assertEquals(came.size() - 1, came.lastKey(), "numbers are dense");
      assertTrue(came.size() >= 11 && came.size() < 15, "the newest: " + came);
      long before = came.get(0L);
      for (long n = 1; n < came.size() - 1; n++) {
        assertEquals(before + n * Fixture.ROWS, came.get(n), "they are the last ones, in order");
      }
      assertEquals(0, store.beforeDefinition.get());
      assertTrue(status(f).contains("\"blocks\":0"), status(f));
    }
  }

  @Test
  void whatMemoryHasNoRoomForGoesToDiskAndItsOldestGo() throws IOException {
    try (FakeServer server = new FakeServer(store, 0, new FakeServer.Behaviour() {})) {
      UplinkOptions.Builder options = Fixture.to(server).lookBackBytes(100_000);
      try (Fixture f = new Fixture(options.lookBackFolder(folder.resolve("kept"), 10_000_000))) {
        for (int i = 0; i < 1_000; i++) {
          f.keptBlock(1_000); // 16 MB in all
        }
        assertTrue(f.uplink.lookBack().memory() < 300_000, "memory " + status(f));
        f.uplink.lookBack().ship(ALL);
        eventually("the last", () -> came(KEPT).containsValue(999L * Fixture.ROWS + 1));
        int n = came(KEPT).size();
        assertTrue(n > 550 && n < 650, "blocks that came: " + n);
        assertTrue(f.reports.isEmpty(), () -> f.reports.toString());
      }
    }
    try (Stream<Path> left = Files.list(folder.resolve("kept"))) {
      assertEquals(List.of(), left.collect(Collectors.toList()), "nothing stays on disk");
    }
  }

  @Test
  void aFolderThatFailsLeavesMemory() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    try (FakeServer server = new FakeServer(store, 0, new FakeServer.Behaviour() {})) {
      UplinkOptions.Builder options =
          Fixture.to(server).lookBackBytes(100_000).bufferBytes(1 << 20);
      options.lookBackFolder(file.resolve("a"), 1 << 30).spillFolder(file.resolve("b"), 1 << 30);
      try (Fixture f = new Fixture(options)) {
        for (int i = 0; i < 100; i++) {
          f.keptBlock(1_000);
        }
        f.uplink.lookBack().ship(ALL);
        eventually("the last", () -> came(KEPT).containsValue(99L * Fixture.ROWS + 1));
        assertTrue(
            f.reports.get(0).startsWith("the look-back buffer uses memory alone from now on"),
            () -> f.reports.toString());
        assertEquals(1, f.reports.size(), "it is said once");
      }
    }
  }

  @Test
  void blocksThatTheBufferCannotHoldWaitOnDisk() throws IOException {
    int port;
    try (FakeServer closed = new FakeServer(store, 0, new FakeServer.Behaviour() {})) {
      port = closed.port();
    }
    UplinkOptions.Builder options = UplinkOptions.to("127.0.0.1", port).bufferBytes(1 << 20);
    Fixture f = new Fixture(options.spillFolder(folder, 1 << 30));
    for (int i = 0; i < 400; i++) {
      f.block(1_000); // 6.4 MB
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertTrue(files.count() > 0, "nothing is on disk");
    }
    try (FakeServer server = new FakeServer(store, port, new FakeServer.Behaviour() {})) {
      f.close();
      eventually("CLOSE", () -> !server.closes.isEmpty());
    }
    assertEquals(400, came(Lane.OUT).size());
    assertEquals(0, came(Lane.GAP).size(), "nothing is lost");
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(0, files.count(), "something stays on disk");
    }
  }
}
