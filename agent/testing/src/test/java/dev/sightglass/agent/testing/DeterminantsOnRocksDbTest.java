package dev.sightglass.agent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.BlockRow;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * {@link DeterminantsTest} on RocksDB. The order of a map is that of the bytes of its keys there: it
 * follows from what the map holds, and is not told.
 */
class DeterminantsOnRocksDbTest extends DeterminantsTest {
  @Override
  String backend() {
    return "rocksdb";
  }

  @Override
  void checkOrder(List<String> keys, List<BlockRow> rows) {
    // Flink writes a text with its length first.
    assertEquals(
        keys.stream()
            .sorted(Comparator.comparing(String::length).thenComparing(Comparator.naturalOrder()))
            .collect(Collectors.toList()),
        keys);
  }

  @Override
  void checkOrders(int seen, int told) {
    assertEquals(0, told);
    assertTrue(seen > 100, "maps " + seen);
  }
}
