package dev.sightglass.agent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sightglass.agent.core.BlockRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;

/**
 * Recorded rows of lanes trace and state in the words in which the jobs' functions write them down.
 */
final class AccessText {
  private AccessText() {}

  static void compare(String what, List<String> planted, List<String> recorded) {
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

  static List<String> lines(Recorded all, String job, String operator, int from, int to)
      throws IOException {
    List<String> lines = new ArrayList<>();
    for (BlockRow r : all.of(job, operator)) {
      long kind = r.number("kind");
      if (kind >= from && kind <= to) {
        lines.add(kind >= 100 ? line(all, r) : traced(all, r));
      }
    }
    return lines;
  }

  /** A row of lane trace as the functions write it down. */
  private static String traced(Recorded all, BlockRow r) throws IOException {
    String domain = r.number("flags") == 1 ? "event" : "processing";
    switch ((int) r.number("kind")) {
      case 50:
      case 51:
      case 52:
        return List.of("registered", "deleted", "fired").get((int) r.number("kind") - 50)
            + " "
            + domain
            + " "
            + key(all, r)
            + " "
            + r.number("time_ms");
      case 53:
        return "assigned " + key(all, r) + " " + window(all, r, "namespace");
      case 54:
        return "merged into " + window(all, r, "value");
      case 55:
        return "fired " + key(all, r) + " " + window(all, r, "namespace");
      case 56:
        return "purged "
            + r.number("what")
            + " "
            + (r.number("what") == 1 ? key(all, r) + " " : "")
            + window(all, r, "namespace");
      case 58:
        return "passed " + r.number("time_ms");
      case 59:
        // There is none yet: a row without a time.
        long combined = r.has("time_ms") ? r.number("time_ms") : Long.MIN_VALUE;
        return "held " + all.text(r) + " " + r.number("number") + " " + combined;
      default:
        return "cause " + r.number("what") + " " + r.number("number");
    }
  }

  private static String key(Recorded all, BlockRow r) throws IOException {
    return value(all, all.state(r), "key", r.bytes("key"));
  }

  private static String window(Recorded all, BlockRow r, String part) throws IOException {
    Map<?, ?> d = all.definitions.get((String) all.state(r).get("namespace"));
    if (d.get("t").equals("globalwindow")) {
      return "global";
    }
    assertEquals("timewindow", d.get("t"));
    DataInputDeserializer in = new DataInputDeserializer(r.bytes(part));
    return in.readLong() + "-" + in.readLong();
  }

  /** A row of lane state as the functions write accesses down. */
  private static String line(Recorded all, BlockRow r) throws IOException {
    Map<?, ?> state = all.state(r);
    StringBuilder s = new StringBuilder();
    s.append(List.of("read", "written", "cleared", "expired").get((int) r.number("kind") - 100));
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

  static String value(Recorded all, Map<?, ?> state, String part, byte[] bytes) throws IOException {
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
    String className =
        t.equals("string")
            ? "java.lang.String"
            : t.equals("long") ? "java.lang.Long" : (String) d.get("of");
    return String.valueOf(serializer(className).deserialize(in));
  }

  private static TypeSerializer<?> serializer(String className) throws IOException {
    try {
      return TypeInformation.of(Class.forName(className))
          .createSerializer(new SerializerConfigImpl());
    } catch (ClassNotFoundException e) {
      throw new IOException(e);
    }
  }
}
