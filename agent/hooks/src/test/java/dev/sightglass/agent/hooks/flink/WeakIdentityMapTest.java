package dev.sightglass.agent.hooks.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;

class WeakIdentityMapTest {
  @Test
  void equalObjectsAreDifferentKeys() {
    WeakIdentityMap<String> map = new WeakIdentityMap<>();
    String a = new String("k");
    String b = new String("k");
    map.put(a, "1");
    assertEquals("1", map.get(a));
    assertNull(map.get(b));
    assertNull(map.get(null));
    assertEquals("1", map.putIfAbsent(a, "2"));
    assertEquals("2", map.putIfAbsent(b, "2"));
  }

  @Test
  void whatIsGoneIsForgotten() {
    WeakIdentityMap<String> map = new WeakIdentityMap<>();
    Object kept = new Object();
    WeakReference<Object> gone = new WeakReference<>(new Object());
    Object o = gone.get();
    if (o != null) {
      map.put(o, "x");
    }
    map.put(kept, "y");
    o = null;
    for (int i = 0; i < 1000 && (gone.get() != null || map.size() > 1); i++) {
      System.gc();
    }
    assertEquals(1, map.size());
    assertEquals("y", map.get(kept));
  }
}
