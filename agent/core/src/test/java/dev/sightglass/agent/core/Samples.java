package dev.sightglass.agent.core;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Bytes of the kinds that meet a compressor. */
final class Samples {
  private Samples() {}

  /** About {@code size} bytes of JSON records of 145 bytes, as the reference load has them. */
  static byte[] orders(int size, long seed) {
    Random r = new Random(seed);
    StringBuilder s = new StringBuilder();
    for (int i = 0; s.length() < size; i++) {
      s.append("{\"order_id\":\"").append(Long.toHexString(r.nextLong()));
      s.append("\",\"customer\":{\"id\":").append(r.nextInt(100_000)).append(",\"tier\":\"");
      s.append(r.nextInt(3) == 0 ? "gold" : "basic").append("\"},\"items\":[{\"sku\":\"");
      s.append("SKU-").append(r.nextInt(900)).append("\",\"qty\":").append(1 + r.nextInt(9));
      s.append(",\"cents\":")
          .append(r.nextInt(50_000))
          .append("}],\"ts\":")
          .append(1_790_000_000L + i);
      s.append('}');
    }
    return s.toString().getBytes(StandardCharsets.UTF_8);
  }

  static byte[] random(int size, long seed) {
    byte[] b = new byte[size];
    new Random(seed).nextBytes(b);
    return b;
  }

  /** Runs and copies of all lengths and distances. */
  static byte[] patched(int size, long seed) {
    Random r = new Random(seed);
    byte[] b = new byte[size];
    int at = 0;
    while (at < size) {
      int n = Math.min(size - at, 1 + r.nextInt(r.nextInt(20) == 0 ? 2_000 : 40));
      int from = at == 0 ? 0 : r.nextInt(at);
      for (int i = 0; i < n; i++) {
        b[at + i] = at == 0 || r.nextInt(8) == 0 ? (byte) r.nextInt(6) : b[from + i];
      }
      at += n;
    }
    return b;
  }
}
