package dev.sightglass.agent.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.airlift.compress.lz4.Lz4Decompressor;
import java.lang.reflect.Field;
import java.util.Arrays;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import org.junit.jupiter.api.Test;

class Lz4Test {
  private final Lz4 lz4 = new Lz4();
  private final LZ4SafeDecompressor other = LZ4Factory.safeInstance().safeDecompressor();
  private final Lz4Decompressor third = new Lz4Decompressor();

  /** Compresses from and to the middle of arrays, and decompresses with three decoders. */
  private int roundTrip(byte[] raw) {
    byte[] src = new byte[raw.length + 20];
    Arrays.fill(src, raw.length > 0 ? raw[0] : 0);
    System.arraycopy(raw, 0, src, 9, raw.length);
    byte[] dst = new byte[Lz4.bound(raw.length) + 5];
    int n = lz4.compress(src, 9, raw.length, dst, 5);
    assertTrue(n <= Lz4.bound(raw.length));
    byte[] packed = Arrays.copyOfRange(dst, 5, 5 + n);
    assertArrayEquals(raw, Lz4Decoder.decode(packed, raw.length));
    assertArrayEquals(raw, other.decompress(packed, raw.length));
    byte[] out = new byte[raw.length];
    if (raw.length > 0) {
      assertEquals(raw.length, third.decompress(packed, 0, n, out, 0, out.length));
    }
    assertArrayEquals(raw, out);
    return n;
  }

  @Test
  void everyShortLength() {
    for (int n = 0; n < 300; n++) {
      roundTrip(new byte[n]);
      roundTrip(Samples.random(n, n));
      roundTrip(Samples.patched(n, n));
    }
  }

  @Test
  void longAndVaried() {
    for (int seed = 0; seed < 60; seed++) {
      roundTrip(Samples.patched(1_000 + seed * 4_001, seed));
    }
    roundTrip(Samples.random(300_000, 1));
    roundTrip(new byte[1 << 20]);
  }

  @Test
  void matchesFurtherAwayThanAnOffsetReaches() {
    for (int distance : new int[] {65_534, 65_535, 65_536, 65_537}) {
      byte[] raw = new byte[distance + 1_000];
      System.arraycopy(Samples.random(500, 3), 0, raw, 0, 500);
      System.arraycopy(raw, 0, raw, distance, 500);
      int n = roundTrip(raw);
      assertEquals(distance <= 65_535, n < 900, "distance " + distance + " gives " + n);
    }
  }

  @Test
  void whatTheHashTableRemembersOfEarlierCallsDoesNoHarm() {
    byte[] first = Samples.orders(60_000, 1);
    int n = roundTrip(first);
    for (int i = 0; i < 20; i++) {
      roundTrip(Samples.orders(30_000, i));
      roundTrip(new byte[i]);
    }
    assertEquals(n, roundTrip(first), "the result depends on the input alone");
  }

  @Test
  void theTableIsClearedBeforeItsCounterRunsOver() throws ReflectiveOperationException {
    Field base = Lz4.class.getDeclaredField("base");
    base.setAccessible(true);
    byte[] raw = Samples.orders(50_000, 5);
    int n = roundTrip(raw);
    base.setInt(lz4, Integer.MAX_VALUE - 60_000);
    assertEquals(n, roundTrip(raw));
    assertEquals(n, roundTrip(raw));
    assertTrue(base.getInt(lz4) < 1 << 20);
  }

  @Test
  void ordersShrinkByHalf() {
    byte[] raw = Samples.orders(75_000, 1);
    int n = roundTrip(raw);
    assertTrue(n < raw.length / 2, n + " of " + raw.length);
  }
}
