package dev.sightglass.agent.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The recorder makes the vectors, byte for byte. {@code mvn -f agent -pl core test
 * -Dtest=VectorsTest -Dvectors.rewrite=true} writes them anew; a change of one that was released is
 * a change of the format.
 */
class VectorsTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("basedir", "."), "..", "..", "spec", "vectors", "blocks");

  @TestFactory
  Stream<DynamicTest> vectorsAreAsWritten() {
    return VectorCases.all().stream().map(c -> DynamicTest.dynamicTest(c.name, () -> check(c)));
  }

  private static void check(VectorCases c) throws IOException {
    Oracle oracle = c.run();
    List<Block> blocks = oracle.sink.blocks(c.lane);
    assertEquals(1, blocks.size(), "a case makes one block of its lane");
    byte[] block = blocks.get(0).bytes();
    DecodedBlock decoded = BlockDecoder.decode(block);
    ZoneCheck.verify(decoded);
    if (c.lane != Lane.GAP) {
      assertEquals(oracle.rows(c.lane), decoded.rows);
    }
    String json = describe(c, decoded);
    Path bytesFile = FOLDER.resolve(c.name + ".sgb");
    Path jsonFile = FOLDER.resolve(c.name + ".json");
    if (Boolean.getBoolean("vectors.rewrite")) {
      Files.createDirectories(FOLDER);
      Files.write(bytesFile, block);
      Files.writeString(jsonFile, json);
    }
    assertEquals(Files.readString(jsonFile), json);
    assertArrayEquals(Files.readAllBytes(bytesFile), block);
  }

  @Test
  void noVectorIsOrphaned() throws IOException {
    Set<String> want = new TreeSet<>();
    for (VectorCases c : VectorCases.all()) {
      want.add(c.name + ".sgb");
      want.add(c.name + ".json");
    }
    Set<String> got = new TreeSet<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      files.forEach(f -> got.add(f.getFileName().toString()));
    }
    assertEquals(want, got);
  }

  private static String describe(VectorCases c, DecodedBlock b) {
    StringBuilder s = new StringBuilder("{\n");
    s.append("\"case\": ").append(json(c.name)).append(",\n");
    s.append("\"about\": ").append(json(c.about)).append(",\n");
    s.append("\"header\": ").append(json(b.header)).append(",\n");
    s.append("\"sections\": ").append(lines(b.sections)).append(",\n");
    s.append("\"zones\": {");
    Iterator<Map.Entry<String, List<Object>>> zones = b.zones.entrySet().iterator();
    while (zones.hasNext()) {
      Map.Entry<String, List<Object>> zone = zones.next();
      s.append("\n").append(json(zone.getKey())).append(": ").append(lines(zone.getValue()));
      s.append(zones.hasNext() ? "," : "\n");
    }
    s.append("},\n");
    return s.append("\"rows\": ").append(lines(b.rows)).append("\n}\n").toString();
  }

  private static String lines(List<?> list) {
    StringBuilder s = new StringBuilder("[");
    for (int i = 0; i < list.size(); i++) {
      s.append(i == 0 ? "\n  " : ",\n  ").append(json(list.get(i)));
    }
    return s.append(list.isEmpty() ? "]" : "\n]").toString();
  }

  private static String json(Object value) {
    JsonWriter w = new JsonWriter();
    write(w, value);
    return new String(w.toBytes(), StandardCharsets.UTF_8);
  }

  private static void write(JsonWriter w, Object value) {
    if (value instanceof Map) {
      w.beginObject();
      ((Map<?, ?>) value)
          .forEach(
              (k, v) -> {
                w.name((String) k);
                write(w, v);
              });
      w.endObject();
    } else if (value instanceof List) {
      w.beginArray();
      ((List<?>) value).forEach(v -> write(w, v));
      w.endArray();
    } else if (value instanceof Long) {
      w.value((long) value);
    } else {
      w.value((String) value);
    }
  }
}
