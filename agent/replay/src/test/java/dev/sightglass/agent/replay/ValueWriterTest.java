package dev.sightglass.agent.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.values.Link;
import com.example.values.Own;
import com.example.values.Touchy;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.java.tuple.Tuple2;
import org.junit.jupiter.api.Test;

class ValueWriterTest {
  private final TraceBuffer names = new TraceBuffer(null);
  private final TraceBuffer out = new TraceBuffer(names);
  private final ValueWriter values = new ValueWriter();

  private String of(Object v) {
    return of(v, null);
  }

  private String of(Object v, String descriptor) {
    out.size = 0;
    values.write(v, descriptor, out);
    Reader r = new Reader();
    String s = r.node();
    assertEquals(out.size, r.at, "all of it is read");
    return s;
  }

  @Test
  void scalars() {
    assertEquals("null", of(null));
    assertEquals("int 7", of(7));
    assertEquals("boolean true", of(1, "Z"));
    assertEquals("char x", of((int) 'x', "C"));
    assertEquals("byte -1", of(-1, "B"));
    assertEquals("long 5", of(5L, "J"));
    assertEquals("'a'1", of("a"));
    assertEquals("java.math.BigDecimal 1.50", of(new BigDecimal("1.50")));
    assertEquals("java.time.Duration PT1S", of(Duration.ofSeconds(1)));
    assertEquals("java.util.concurrent.TimeUnit DAYS", of(TimeUnit.DAYS));
    assertEquals("bytes 2 01ff", of(new byte[] {1, -1}));
    assertTrue(of("y".repeat(5000)).endsWith("'5000"));
  }

  @Test
  void collectionsAndMembers() {
    assertEquals(
        "java.util.ArrayList[2: int 1, null]", of(new ArrayList<>(Arrays.asList(1, null))));
    Map<String, Integer> m = new LinkedHashMap<>();
    m.put("a", 1);
    assertEquals("java.util.LinkedHashMap{1: 'a'1=int 1}", of(m));
    assertEquals("java.util.LinkedHashMap{1: 'a'1=int 1}", of(Collections.unmodifiableMap(m)));
    assertEquals("int[][2: int 3, int 4]", of(new int[] {3, 4}));
    assertEquals(
        "org.apache.flink.api.java.tuple.Tuple2(2: f0=int 1, f1='b'1)", of(Tuple2.of(1, "b")));
    assertEquals("java.util.Optional(1: value=int 1)", of(Optional.of(1)));
    assertTrue(of(List.of(1, 2)).contains("int 1, int 2"));
    assertEquals(
        "java.lang.IllegalStateException(2: message='no'2, cause=null)",
        of(new IllegalStateException("no")));
  }

  @Test
  void nothingOfTheJobsRuns() {
    Touchy t = new Touchy();
    String name = Touchy.class.getName();
    assertEquals(name + "(3: seen=int 5, self=again " + name + " 1, lazy=null)", of(t));
    assertEquals(null, t.lazy);
    assertEquals(Own.class.getName() + "(1: inside='x'1)", of(new Own()));
    Runnable r = () -> {};
    assertTrue(of(r).startsWith("opaque "));
    assertEquals("opaque java.lang.Thread", of(new Thread()));
    assertTrue(of(Collections.unmodifiableList(new Own())).startsWith(Own.class.getName()));
  }

  @Test
  void whatIsLeftOutIsSaid() {
    Link first = new Link();
    Link l = first;
    for (int i = 0; i < 100; i++) {
      l.next = new Link();
      l = l.next;
    }
    assertTrue(of(first).contains("deeper"));
    List<Integer> many = new ArrayList<>(Collections.nCopies(1000, 1));
    assertTrue(of(many).startsWith("java.util.ArrayList[1000: "));
    assertEquals(50, of(many).split("int 1", -1).length - 1);
    List<Object> wide = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      wide.add(
          new ArrayList<>(Collections.nCopies(50, new ArrayList<>(Collections.nCopies(50, 1)))));
    }
    of(wide);
    assertTrue(out.size < 64 << 10, "bounded in all: " + out.size);
  }

  /** The same value is written as the same bytes, although its names were new the first time. */
  @Test
  void sameValueSameBytes() {
    values.write(Tuple2.of(1, "b"), null, out);
    byte[] first = Arrays.copyOf(out.bytes, out.size);
    out.size = 0;
    values.write(Tuple2.of(1, "b"), null, out);
    assertEquals(Arrays.toString(first), Arrays.toString(Arrays.copyOf(out.bytes, out.size)));
  }

  private final class Reader {
    int at;
    final List<String> table = new ArrayList<>();

    Reader() {
      int i = 0;
      while (i < names.size) {
        assertEquals(LineTracer.STRING, names.bytes[i++]);
        int n = names.bytes[i++];
        assertTrue(n >= 0, "names of the test are short");
        table.add(new String(names.bytes, i, n, StandardCharsets.UTF_8));
        i += n;
      }
    }

    int number() {
      int v = 0;
      for (int shift = 0; ; shift += 7) {
        byte b = out.bytes[at++];
        v |= (b & 0x7f) << shift;
        if (b >= 0) {
          return v;
        }
      }
    }

    String name() {
      return table.get(number());
    }

    String text() {
      int n = number();
      String s = new String(out.bytes, at, n, StandardCharsets.UTF_8);
      at += n;
      return s;
    }

    String node() {
      StringBuilder b = new StringBuilder();
      int size;
      switch (out.bytes[at++]) {
        case ValueWriter.NULL:
          return "null";
        case ValueWriter.SCALAR:
          return name() + " " + text();
        case ValueWriter.STRING:
          size = number();
          return "'" + text() + "'" + size;
        case ValueWriter.BYTES:
          return "bytes " + number() + " " + text();
        case ValueWriter.AGAIN:
          return "again " + name() + " " + number();
        case ValueWriter.DEEPER:
          return "deeper " + name();
        case ValueWriter.OPAQUE:
          return "opaque " + name();
        case ValueWriter.OBJECT:
          b.append(name()).append('(').append(number()).append(":");
          for (int n = number(), i = 0; i < n; i++) {
            b.append(i == 0 ? " " : ", ").append(name()).append('=').append(node());
          }
          return b.append(')').toString();
        case ValueWriter.LIST:
          b.append(name()).append('[').append(number()).append(":");
          for (int n = number(), i = 0; i < n; i++) {
            b.append(i == 0 ? " " : ", ").append(node());
          }
          return b.append(']').toString();
        case ValueWriter.MAP:
          b.append(name()).append('{').append(number()).append(":");
          for (int n = number(), i = 0; i < n; i++) {
            b.append(i == 0 ? " " : ", ").append(node()).append('=').append(node());
          }
          return b.append('}').toString();
        default:
          throw new AssertionError("node " + out.bytes[at - 1]);
      }
    }
  }
}
