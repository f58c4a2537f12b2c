package dev.sightglass.agent.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * XXH64 with seed 0, as a stream: for payloads that are cut, where the whole is hashed and thrown
 * away. Algorithm: xxHash specification, version 0.1.1, section "XXH64".
 */
public final class XxHash64 {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long P1 = 0x9E3779B185EBCA87L;
  private static final long P2 = 0xC2B2AE3D27D4EB4FL;
  private static final long P3 = 0x165667B19E3779F9L;
  private static final long P4 = 0x85EBCA77C2B2AE63L;
  private static final long P5 = 0x27D4EB2F165667C5L;

  private final byte[] stripe = new byte[32];
  private int held;
  private long total;
  private long v1;
  private long v2;
  private long v3;
  private long v4;

  /** Ready for the first update. */
  public XxHash64() {
    reset();
  }

  /** The hash of one stretch of bytes. */
  public static long hash(byte[] b, int off, int len) {
    XxHash64 h = new XxHash64();
    h.update(b, off, len);
    return h.value();
  }

  /** Forgets everything. */
  public void reset() {
    held = 0;
    total = 0;
    v1 = P1 + P2;
    v2 = P2;
    v3 = 0;
    v4 = -P1;
  }

  /** Adds bytes. */
  public void update(byte[] b, int off, int len) {
    int at = off;
    final int end = off + len;
    total += len;
    if (held > 0) {
      int take = Math.min(32 - held, len);
      System.arraycopy(b, at, stripe, held, take);
      held += take;
      at += take;
      if (held < 32) {
        return;
      }
      consume(stripe, 0);
      held = 0;
    }
    for (; at + 32 <= end; at += 32) {
      consume(b, at);
    }
    System.arraycopy(b, at, stripe, 0, end - at);
    held = end - at;
  }

  /** The hash of all bytes so far; more may follow. */
  public long value() {
    long h;
    if (total >= 32) {
      h =
          Long.rotateLeft(v1, 1)
              + Long.rotateLeft(v2, 7)
              + Long.rotateLeft(v3, 12)
              + Long.rotateLeft(v4, 18);
      h = merge(h, v1);
      h = merge(h, v2);
      h = merge(h, v3);
      h = merge(h, v4);
    } else {
      h = P5;
    }
    h += total;
    int at = 0;
    for (; at + 8 <= held; at += 8) {
      h ^= round(0, (long) LONG.get(stripe, at));
      h = Long.rotateLeft(h, 27) * P1 + P4;
    }
    if (at + 4 <= held) {
      h ^= ((int) INT.get(stripe, at) & 0xffffffffL) * P1;
      h = Long.rotateLeft(h, 23) * P2 + P3;
      at += 4;
    }
    for (; at < held; at++) {
      h ^= (stripe[at] & 0xff) * P5;
      h = Long.rotateLeft(h, 11) * P1;
    }
    h = (h ^ (h >>> 33)) * P2;
    h = (h ^ (h >>> 29)) * P3;
    return h ^ (h >>> 32);
  }

  private void consume(byte[] b, int at) {
    v1 = round(v1, (long) LONG.get(b, at));
    v2 = round(v2, (long) LONG.get(b, at + 8));
    v3 = round(v3, (long) LONG.get(b, at + 16));
    v4 = round(v4, (long) LONG.get(b, at + 24));
  }

  private static long round(long acc, long lane) {
    return Long.rotateLeft(acc + lane * P2, 31) * P1;
  }

  private static long merge(long h, long v) {
    return (h ^ round(0, v)) * P1 + P4;
  }
}
