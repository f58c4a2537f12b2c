package dev.sightglass.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrderProbeTest {
  private enum Colour {
    RED,
    GREEN
  }

  private final TaskContext task = new TaskContext(this, new ChunkPool(16 << 20));

  @BeforeEach
  void enter() {
    TaskContext.enterThread(task);
  }

  @AfterEach
  void leave() {
    TaskContext.enterThread(null);
  }

  private List<String> told(Map<?, ?> map) {
    OrderProbe.map(map);
    return TapeText.read(task).stream()
        .filter(l -> l.startsWith("note"))
        .map(l -> l.substring(l.indexOf('#') + 3))
        .collect(Collectors.toList());
  }

  @Test
  void ofAMapThatOnlyGrewNothingIsTold() {
    Map<Long, String> map = new HashMap<>();
    for (long i = 0; i < 3_000; i++) {
      map.put(i * i * 7919, "");
      assertEquals(List.of(), told(map), "size " + map.size());
    }
  }

  @Test
  void ofAnotherOneItsBucketsAre() {
    Map<String, String> copied = new HashMap<>(4);
    copied.put("a", "");
    assertEquals(List.of(), told(copied), "one key has no order");
    copied.put("b", "");
    assertEquals(List.of("number=4 what=15"), told(copied));
    Map<String, String> shrunk = new HashMap<>();
    for (int i = 0; i < 100; i++) {
      shrunk.put("k" + i, "");
    }
    shrunk.keySet().removeIf(k -> k.length() > 2);
    assertEquals(List.of("number=256 what=15"), told(shrunk));
  }

  @Test
  void whereBucketsDoNotSayTheOrderItsHashIsTold() {
    Map<String, String> linked = new LinkedHashMap<>();
    Map<String, String> other = new LinkedHashMap<>();
    for (String k : List.of("a", "b")) {
      linked.put(k, "");
    }
    for (String k : List.of("b", "a")) {
      other.put(k, "");
    }
    long h = 31 * (31 + "a".hashCode()) + "b".hashCode();
    assertEquals(List.of("number=" + h + " number2=2 what=15"), told(linked));
    assertNotEquals(told(linked), told(other));
    assertEquals(List.of("number=" + h + " number2=2 what=15"), told(new TreeMap<>(linked)));
    // The hash of an enum, and of what holds one, is another in every JVM.
    Map<Object, String> enums = new HashMap<>();
    enums.put(Colour.RED, "");
    enums.put(Colour.GREEN, "");
    assertEquals(1, told(enums).size());
    assertEquals(told(new EnumMap<>(Map.of(Colour.RED, "", Colour.GREEN, ""))).size(), 1);
    assertEquals(1, told(new HashMap<>(Map.of(List.of(Colour.RED), "", List.of(1), ""))).size());
  }
}
