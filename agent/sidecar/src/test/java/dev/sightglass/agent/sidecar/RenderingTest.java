package dev.sightglass.agent.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Field;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RenderingTest {
  static class Base {
    static int counter = 1;
    final String id = "b-1";
    final transient int cache = 5;
  }

  static final class Order extends Base {
    final BigDecimal amount = new BigDecimal("12.50");
    final TimeUnit unit = TimeUnit.DAYS;
    final Order replaces;
    private final long __isset_bitfield = 1;

    Order(Order replaces) {
      this.replaces = replaces;
    }
  }

  static final class Knot {
    Object self = this;
  }

  @Test
  void fieldsOfObjects() {
    assertEquals(
        "Order{id=b-1, amount=12.50, unit=DAYS, replaces=Order{id=b-1, amount=12.50, unit=DAYS, replaces=null}}",
        shown(new Order(new Order(null))));
    assertEquals("Knot{self=<refers to a value around it>}", shown(new Knot()));
  }

  @Test
  void whatTheJdkHas() {
    BitSet bits = new BitSet();
    bits.set(3);
    bits.set(70);
    assertEquals(
        "ArrayList[null, true, -1, 1.5, 2.5, a, 3 B, [I[1, 2], SingletonMap(k=2026-08-01), BitSet[3, 70], Optional{value=x}]",
        shown(
            new ArrayList<>(
                Arrays.asList(
                    null,
                    true,
                    (byte) -1,
                    1.5f,
                    2.5,
                    'a',
                    new byte[3],
                    new int[] {1, 2},
                    Collections.singletonMap("k", LocalDate.of(2026, 8, 1)),
                    bits,
                    Optional.of("x")))));
    assertEquals("IOException{message=gone, cause=null}", shown(new IOException("gone")));
    assertEquals("Thread{", shown(new Thread()).substring(0, 7));
    assertTrue(shown(new Thread()).contains("<Java keeps its fields closed>"), shown(new Thread()));
  }

  @Test
  void messagesOfProtobuf() {
    Field message =
        Field.newBuilder().setKind(Field.Kind.TYPE_BOOL).setNumber(7).setName("paid").build();
    assertEquals("Field{kind=TYPE_BOOL, number=7, name=paid}", shown(message));
    assertEquals("2 B", shown(ByteString.copyFrom(new byte[2])));
  }

  @Test
  void whatIsTooLargeIsCut() {
    List<Object> deep = new ArrayList<>();
    for (int i = 0; i < Rendering.DEEPEST + 5; i++) {
      deep = new ArrayList<>(List.of(deep));
    }
    assertTrue(shown(deep).contains("<nested deeper than 100>"));
    String many = shown(Collections.nCopies(2 * Rendering.MOST_NODES, 1));
    assertTrue(many.endsWith("1, <more than 50000 values>]"), many.substring(many.length() - 50));
    String huge = "x".repeat(Rendering.MOST_BYTES - 1000);
    assertTrue(shown(List.of(huge, huge, 1)).endsWith("<the value is too large to show>, 1]"));
  }

  private static String shown(Object v) {
    try (DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(new Rendering().answer(42, v)))) {
      assertEquals(0, in.read());
      assertEquals(42, in.readInt());
      String text = node(in, in.read(), false);
      assertEquals(-1, in.read(), "bytes behind the node");
      return text;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Reads a node as spec/sidecar.md has it. */
  private static String node(DataInputStream in, int kind, boolean named) throws IOException {
    String name = text(in);
    String type = text(in);
    String start = named && !name.isEmpty() ? name + "=" : "";
    switch (kind) {
      case Answer.NULL:
        return start + "null";
      case Answer.SCALAR:
        return start + scalar(in);
      case Answer.OPAQUE:
      case Answer.CUT:
        return start + "<" + text(in) + ">";
      default:
        List<String> items = new ArrayList<>();
        for (int item = in.read(); item != Answer.END; item = in.read()) {
          items.add(node(in, item, kind == Answer.OBJECT));
        }
        String all = String.join(kind == Answer.ENTRY ? "=" : ", ", items);
        String last = type.substring(Math.max(type.lastIndexOf('.'), type.lastIndexOf('$')) + 1);
        String[] marks = {"{}", "[]", "()", "  "};
        String around = marks[kind - Answer.OBJECT];
        return (start + last + around.charAt(0) + all + around.charAt(1)).strip();
    }
  }

  private static String scalar(DataInputStream in) throws IOException {
    switch (in.read()) {
      case Answer.BOOL:
        return in.read() == 1 ? "true" : "false";
      case Answer.INT:
        return Long.toString(in.readLong());
      case Answer.FLOAT32:
        return Float.toString(in.readFloat());
      case Answer.FLOAT64:
        return Double.toString(in.readDouble());
      case Answer.BYTES:
        int n = in.readInt();
        in.readNBytes(n);
        return n + " B";
      default:
        return text(in);
    }
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()));
  }
}
