package dev.sightglass.agent.hooks.flink;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Headers of a Kafka record in the layout of column 50, {@code spec/block.md}. */
final class KafkaHeaders {
  private static final int LIMIT = 1 << 20;

  private KafkaHeaders() {}

  /** Null when they are over a bound. */
  static byte[] encode(Object[] headers) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(64);
    number(out, headers.length);
    for (Object h : headers) {
      byte[] name = ((String) Mirror.call(h, "key")).getBytes(StandardCharsets.UTF_8);
      byte[] value = (byte[]) Mirror.call(h, "value");
      if (out.size() + name.length + (value == null ? 0 : value.length) > LIMIT) {
        return null;
      }
      number(out, name.length);
      out.write(name, 0, name.length);
      number(out, value == null ? 0 : value.length + 1);
      if (value != null) {
        out.write(value, 0, value.length);
      }
    }
    return out.toByteArray();
  }

  private static void number(ByteArrayOutputStream out, int v) {
    while (v > 127) {
      out.write(v & 127 | 128);
      v >>>= 7;
    }
    out.write(v);
  }
}
