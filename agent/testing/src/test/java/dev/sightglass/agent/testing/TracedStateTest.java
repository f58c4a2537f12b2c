package dev.sightglass.agent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.BlockRow;
import dev.sightglass.agent.core.Lane;
import dev.sightglass.agent.testing.trace.TraceJob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What jobs do at level trace: recorded as they wrote it down themselves, access by access. */
class TracedStateTest {
  private static final String AGENT = System.getProperty("agent.jar");
  private static final String[] JOBS = {
    "hashmap,copy", "hashmap,reuse", "rocksdb,copy", "rocksdb,reuse"
  };

  @TempDir Path folder;

  @Test
  void everyAccessIsRecordedAsItWas() throws Exception {
    Fork plain = Fork.run(folder, TraceJob.class, List.of(), List.of(), JOBS);
    try (TakingServer server = new TakingServer("trace")) {
      Fork job =
          Fork.run(
              folder,
              TraceJob.class,
              List.of(AGENT + "=127.0.0.1:" + server.port() + ",verbose"),
              List.of(),
              JOBS);
      assertEquals(plain.ends(), job.ends(), "the jobs give what they give without the agent");
      assertEquals(0, job.exit);
      assertFalse(job.err.contains("a hook failed"), job.err);
      Map<String, List<String>> truth = Recorded.truth(job.out);
      Recorded states = new Recorded(server, Lane.STATE);
      for (String j : JOBS) {
        List<String> lines = new ArrayList<>();
        for (BlockRow r : states.of(j, "keyed-states")) {
          lines.add(line(states, r));
        }
        compare(j, truth.get(j + "/keyed-states"), lines);
      }
    }
  }

  private static void compare(String what, List<String> planted, List<String> recorded) {
    for (int i = 0; i < Math.min(planted.size(), recorded.size()); i++) {
      if (!planted.get(i).equals(recorded.get(i))) {
        assertEquals(
            String.join("\n", planted.subList(Math.max(0, i - 3), Math.min(planted.size(), i + 4))),
            String.join(
                "\n", recorded.subList(Math.max(0, i - 3), Math.min(recorded.size(), i + 4))),
            what + ", access " + i);
      }
    }
    assertEquals(planted.size(), recorded.size(), what);
  }

  /** A row of lane state as the functions write accesses down. */
  private static String line(Recorded all, BlockRow r) throws IOException {
    Map<?, ?> state = all.state(r);
    StringBuilder s = new StringBuilder();
    s.append(
        List.of("read", "written", "cleared", "expired").get((int) r.number("kind") - 100));
    s.append(' ').append(r.number("what")).append(' ').append(state.get("name"));
    s.append(' ').append(value(all, state, "key", r.bytes("key")));
    s.append(' ').append(value(all, state, "map_key", r.bytes("map_key")));
    s.append(' ').append(value(all, state, "value", r.bytes("before")));
    s.append(' ').append(value(all, state, "value", r.bytes("value")));
    if (r.number("what") == 7 || r.number("what") == 8) {
      s.append(" n=").append(r.number("number"));
    }
    return s.append(r.text("text").isEmpty() ? "" : " withheld").toString();
  }

  private static String value(Recorded all, Map<?, ?> state, String part, byte[] bytes)
      throws IOException {
    if (bytes == null) {
      return "-";
    }
    Map<?, ?> descriptor = all.definitions.get((String) state.get(part));
    DataInputDeserializer in = new DataInputDeserializer(bytes);
    String text = read(descriptor, in);
    assertEquals(0, in.available(), "bytes behind a value of " + state);
    return text;
  }

  private static String read(Map<?, ?> d, DataInputDeserializer in) throws IOException {
    String t = (String) d.get("t");
    if (t.equals("list")) {
      List<String> values = new ArrayList<>();
      for (int n = in.readInt(); n > 0; n--) {
        values.add(read((Map<?, ?>) d.get("e"), in));
      }
      return "[" + String.join(",", values) + "]";
    }
    String className = t.equals("string") ? "java.lang.String" : t.equals("long") ? "java.lang.Long" : (String) d.get("of");
    return String.valueOf(serializer(className).deserialize(in));
  }

  private static TypeSerializer<?> serializer(String className) throws IOException {
    try {
      return TypeInformation.of(Class.forName(className))
          .createSerializer(new org.apache.flink.api.common.serialization.SerializerConfigImpl());
    } catch (ClassNotFoundException e) {
      throw new IOException(e);
    }
  }
}
