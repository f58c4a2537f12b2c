package dev.sightglass.agent.oracle;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.apache.flink.api.java.tuple.Tuple1;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.binary.BinaryRowData;
import org.apache.flink.table.data.writer.BinaryRowWriter;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;

/**
 * Writes spec/vectors/keygroups to standard output: the key groups that Flink's own {@link
 * KeyGroupRangeAssignment} gives keys of each shape, one line each, and checksums over the key
 * groups of a million keys of each simple type, which are made of their numbers by {@link #mix}.
 */
final class KeyGroups {
  private static final int[] MAX_PARALLELISMS = {1, 2, 7, 128, 1000, 4096, 32768};
  private static final int MANY = 1_000_000;
  private static final int FEW = 60;

  private final PrintStream out;

  private KeyGroups(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] args) {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    new KeyGroups(out).write();
    out.flush();
  }

  private void write() {
    for (int i = 0; i < FEW; i++) {
      String text = text(i);
      int number = (int) mix(i);
      long large = mix(i + FEW);
      if (i == 0) {
        number = 0;
        large = 0;
      }
      if (i == 1) {
        number = Integer.MIN_VALUE;
        large = Long.MIN_VALUE;
      }
      line("string", text, number, large, text);
      line("int", text, number, large, number);
      line("long", text, number, large, large);
      line("tuple1", text, number, large, Tuple1.of(text));
      line("tuple2", text, number, large, Tuple2.of(text, large));
      line("tuple3", text, number, large, Tuple3.of(large, text, number));
      line("row", text, number, large, Row.of(text, large));
      line("row-delete", text, number, large, Row.ofKind(RowKind.DELETE, large, text, number));
      line("row-null", text, number, large, Row.of(null, text));
      BinaryRowData row = new BinaryRowData(2);
      BinaryRowWriter writer = new BinaryRowWriter(row);
      writer.writeLong(0, large);
      writer.writeString(1, StringData.fromString(text));
      writer.complete();
      line("binary-row", text, number, large, row);
    }
    sum("string");
    sum("int");
    sum("long");
  }

  private void line(String shape, String text, int number, long large, Object key) {
    StringBuilder b = new StringBuilder();
    b.append("{\"shape\":\"").append(shape).append("\",\"text\":\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
        b.append(String.format("\\u%04x", (int) c));
      } else {
        b.append(c);
      }
    }
    b.append("\",\"int\":").append(number).append(",\"long\":\"").append(large);
    b.append("\",\"hash\":").append(key.hashCode()).append(",\"groups\":{");
    for (int i = 0; i < MAX_PARALLELISMS.length; i++) {
      int max = MAX_PARALLELISMS[i];
      b.append(i == 0 ? "\"" : ",\"").append(max).append("\":");
      b.append(KeyGroupRangeAssignment.assignToKeyGroup(key, max));
    }
    out.println(b.append("}}"));
  }

  /** Key groups are added as two bytes, the high one first, in the order of MAX_PARALLELISMS. */
  private void sum(String shape) {
    CRC32 sum = new CRC32();
    for (int i = 0; i < MANY; i++) {
      Object key = key(shape, i);
      for (int max : MAX_PARALLELISMS) {
        int group = KeyGroupRangeAssignment.assignToKeyGroup(key, max);
        sum.update(group >> 8);
        sum.update(group & 0xff);
      }
    }
    out.println(
        "{\"sum\":\"" + shape + "\",\"keys\":" + MANY + ",\"crc32\":" + sum.getValue() + "}");
  }

  private static Object key(String shape, int i) {
    switch (shape) {
      case "string":
        return text(i);
      case "int":
        return (int) mix(i);
      default:
        return mix(i);
    }
  }

  /** Zero to 24 code points, three of four of them ASCII. */
  private static String text(int i) {
    StringBuilder b = new StringBuilder();
    long x = mix(i);
    int length = (int) Long.remainderUnsigned(x, 25);
    for (int n = 0; n < length; n++) {
      x = mix(x);
      int point = (int) Long.remainderUnsigned(x, 95) + 32;
      if ((x >>> 62) == 0) {
        point = (int) Long.remainderUnsigned(x, 0x110000);
        if (point >= 0xd800 && point < 0xe000) {
          point = 'x';
        }
      }
      b.appendCodePoint(point);
    }
    return b.toString();
  }

  /** A step of SplitMix64 (G. Steele et al., 2014). */
  private static long mix(long x) {
    x += 0x9e3779b97f4a7c15L;
    x = (x ^ (x >>> 30)) * 0xbf58476d1ce4e5b9L;
    x = (x ^ (x >>> 27)) * 0x94d049bb133111ebL;
    return x ^ (x >>> 31);
  }
}
