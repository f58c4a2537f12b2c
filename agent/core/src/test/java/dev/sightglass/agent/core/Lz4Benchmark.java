package dev.sightglass.agent.core;

import io.airlift.compress.lz4.Lz4Compressor;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import org.junit.jupiter.api.Test;

/**
 * What compression costs: {@code mvn -f agent -pl core test -Dtest=Lz4Benchmark}. Not a part of the
 * tests. Prints per compressor the best of several rounds and the size.
 */
class Lz4Benchmark {
  private static final int EVENTS = 512;
  private static final int ROUNDS = 8;
  private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  private interface Compressor {
    int compress(byte[] src, byte[] dst);
  }

  @Test
  void compare() {
    Lz4 ours = new Lz4();
    Lz4Compressor air = new Lz4Compressor();
    LZ4Compressor safe = LZ4Factory.safeInstance().fastCompressor();
    CRC32C crc = new CRC32C();
    byte[] block = Samples.orders(EVENTS * 145, 1);
    byte[] noise = Samples.random(EVENTS * 145, 1);
    for (byte[] raw : new byte[][] {block, noise}) {
      System.out.println(raw == block ? "orders" : "random bytes");
      measure("ours", raw, (s, d) -> ours.compress(s, 0, s.length, d, 0));
      measure("aircompressor", raw, (s, d) -> air.compress(s, 0, s.length, d, 0, d.length));
      measure("lz4-java, safe", raw, (s, d) -> safe.compress(s, 0, s.length, d, 0));
      measure(
          "CRC32C alone",
          raw,
          (s, d) -> {
            crc.reset();
            crc.update(s);
            return s.length;
          });
    }
  }

  /** CPU time of this thread: other load on the machine must not count. */
  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static void measure(String name, byte[] raw, Compressor c) {
    byte[] dst = new byte[raw.length + raw.length / 100 + 1_024];
    double best = Double.MAX_VALUE;
    int size = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long begun = cpu();
      int calls = 0;
      while (cpu() - begun < ROUND_NANOS) {
        for (int i = 0; i < 20; i++) {
          size = c.compress(raw, dst);
        }
        calls += 20;
      }
      best = Math.min(best, (double) (cpu() - begun) / calls);
    }
    System.out.println(
        String.format(
            Locale.ROOT,
            "  %-16s %6.0f ns/event %6.0f MB/s %6.1f B/event of %.1f",
            name,
            best / EVENTS,
            raw.length * 1_000.0 / best,
            (double) size / EVENTS,
            (double) raw.length / EVENTS));
  }
}
