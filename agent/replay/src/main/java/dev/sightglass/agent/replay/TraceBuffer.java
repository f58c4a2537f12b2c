package dev.sightglass.agent.replay;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Bytes of a trace: varints and a table of strings (spec/replay.md, section 5). */
final class TraceBuffer {
  private final Map<String, Integer> strings = new HashMap<>();

  /** Where strings are told: before the record at hand, which is not written there yet. */
  private final TraceBuffer told;

  byte[] bytes = new byte[1 << 14];
  int size;

  TraceBuffer(TraceBuffer told) {
    this.told = told;
  }

  private void room(int n) {
    if (size + n > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(size + n, 2 * bytes.length));
    }
  }

  void put(int b) {
    room(1);
    bytes[size++] = (byte) b;
  }

  void number(long n) {
    room(10);
    long v = n;
    while ((v & ~0x7f) != 0) {
      bytes[size++] = (byte) (v & 0x7f | 0x80);
      v >>>= 7;
    }
    bytes[size++] = (byte) v;
  }

  void text(String s) {
    byte[] b = s.getBytes(StandardCharsets.UTF_8);
    number(b.length);
    room(b.length);
    System.arraycopy(b, 0, bytes, size, b.length);
    size += b.length;
  }

  /** A string by its number. One that is new is told first, in a record of its own. */
  void name(String s) {
    Integer known = strings.get(s);
    if (known == null) {
      known = strings.size();
      strings.put(s, known);
      told.put(LineTracer.STRING);
      told.text(s);
    }
    number(known);
  }

  void add(TraceBuffer b) {
    room(b.size);
    System.arraycopy(b.bytes, 0, bytes, size, b.size);
    size += b.size;
  }

  void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, size);
    size = 0;
  }
}
