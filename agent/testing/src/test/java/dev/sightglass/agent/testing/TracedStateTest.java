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
import java.util.Collections;
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
    Fork plain = Fork.run(folder, TraceJob.class, List.of(), List.of(), JOBS[0], JOBS[2]);
    try (TakingServer server = new TakingServer("trace")) {
      Fork job =
          Fork.run(
              folder,
              TraceJob.class,
              List.of(AGENT + "=127.0.0.1:" + server.port() + ",verbose"),
              List.of(),
              JOBS);
      for (String end : plain.out.split("\n")) {
        if (end.startsWith("end ")) {
          assertTrue(job.out.contains(end + "\n"), end + " is not so with the agent\n" + job.out);
          String reuse = end.replace(",copy/", ",reuse/");
          assertTrue(job.out.contains(reuse + "\n"), reuse + " is not so with the agent");
        }
      }
      assertEquals(0, job.exit);
      assertFalse(job.err.contains("a hook failed"), job.err);
      Map<String, List<String>> truth = Recorded.truth(job.out);
      Recorded states = new Recorded(server, Lane.STATE);
      Recorded traces = new Recorded(server, Lane.TRACE);
      for (String j : JOBS) {
        for (String o : new String[] {"keyed-states", "operator-states", "broadcast-states"}) {
          compare(j, truth.get(j + "/" + o), lines(states, j, o, 100, 103));
        }
        compare(j, truth.get(j + "/timers"), lines(traces, j, "timers", 50, 52));
        for (String o : new String[] {"tumbling", "sessions", "sliding"}) {
          compare(j, truth.get(j + "/" + o), distinct(lines(traces, j, o, 53, 56)));
        }
        merged(states, j);
        compare(j, sorted(truth.get(j + "/calls")), sorted(lines(traces, j, "calls", 60, 60)));
        held(j, lines(traces, j, "both", 59, 59));
        passed(j, lines(traces, j, "timers", 58, 58));
      }
    }
  }

  private static List<String> lines(Recorded all, String job, String operator, int from, int to)
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

  /** One line for each window that others are merged into. */
  private static List<String> distinct(List<String> lines) {
    List<String> rest = new ArrayList<>();
    for (String l : lines) {
      if (!l.startsWith("merged") || !l.equals(rest.get(rest.size() - 1))) {
        rest.add(l);
      }
    }
    return rest;
  }

  /** State of sessions that became one: what the other held is in what the one holds. */
  private static void merged(Recorded states, String job) throws IOException {
    String gone = null;
    int merges = 0;
    for (BlockRow r : states.of(job, "sessions")) {
      if (r.number("what") == 6 && r.number("kind") == 102) {
        gone = value(states, states.state(r), "value", r.bytes("before"));
      } else if (r.number("what") == 6) {
        String before = value(states, states.state(r), "value", r.bytes("before"));
        String after = value(states, states.state(r), "value", r.bytes("value"));
        assertEquals((before + gone).replace("][", ","), after, job);
        merges++;
      }
    }
    assertTrue(merges > 10, "merges in " + job + ": " + merges);
  }

  /** Results come in whatever order. */
  private static List<String> sorted(List<String> lines) {
    List<String> s = new ArrayList<>(lines);
    Collections.sort(s);
    return s;
  }

  private static void held(String job, List<String> lines) {
    assertTrue(lines.size() > 20, job + ": " + lines);
    long byInput = 0;
    for (String l : lines) {
      // The valve of an input names the only channel; behind it the second input holds all.
      assertTrue(l.matches("held ([0-9a-f]{16}:0|input [01]) -?\\d+ -?\\d+"), l);
      byInput += l.startsWith("held input 1 " + Long.MIN_VALUE) ? 1 : 0;
    }
    assertTrue(byInput > 0, job + ": " + lines);
  }

  private static void passed(String job, List<String> lines) {
    assertEquals(31, lines.size(), job + ": " + lines);
    assertEquals("passed " + Long.MAX_VALUE, lines.get(30), job);
  }

  /** A row of lane trace as the functions write it down. */
  private static String traced(Recorded all, BlockRow r) throws IOException {
    String domain = r.number("flags") == 1 ? "event" : "processing";
    switch ((int) r.number("kind")) {
      case 50:
      case 51:
      case 52:
        return List.of("registered", "deleted", "fired").get((int) r.number("kind") - 50)
            + " " + domain + " " + key(all, r) + " " + r.number("time_ms");
      case 53:
        return "assigned " + key(all, r) + " " + window(all, r, "namespace");
      case 54:
        return "merged into " + window(all, r, "value");
      case 55:
        return "fired " + key(all, r) + " " + window(all, r, "namespace");
      case 56:
        return "purged " + r.number("what") + " " + (r.number("what") == 1 ? key(all, r) + " " : "") + window(all, r, "namespace");
      case 58:
        return "passed " + r.number("time_ms");
      case 59:
        return "held " + all.text(r) + " " + r.number("number") + " " + r.number("time_ms");
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
