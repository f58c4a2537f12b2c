package dev.sightglass.agent.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads the number formats of {@code spec/block.md}; anything that does not fit is an error. */
final class ByteReader {
  private final byte[] bytes;
  private final int end;
  private int at;

  ByteReader(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  ByteReader(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  boolean hasMore() {
    return at < end;
  }

  int left() {
    return end - at;
  }

  int u8() {
    need(1);
    return bytes[at++] & 0xff;
  }

  int u16() {
    return fixed(2).getShort() & 0xffff;
  }

  int u32() {
    int v = fixed(4).getInt();
    if (v < 0) {
      throw new IllegalStateException("a length of more than 2 GiB");
    }
    return v;
  }

  int crc() {
    return fixed(4).getInt();
  }

  long u64() {
    return fixed(8).getLong();
  }

  String key() {
    return Keys.hex(take(8));
  }

  long uv() {
    long v = 0;
    for (int shift = 0; ; shift += 7) {
      if (shift > 63) {
        throw new IllegalStateException("a number of more than 10 bytes");
      }
      int b = u8();
      v |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        return v;
      }
    }
  }

  int small() {
    long v = uv();
    if (v < 0 || v > Integer.MAX_VALUE) {
      throw new IllegalStateException("an index of " + v);
    }
    return (int) v;
  }

  long zz() {
    long v = uv();
    return v >>> 1 ^ -(v & 1);
  }

  byte[] take(int n) {
    need(n);
    byte[] out = new byte[n];
    System.arraycopy(bytes, at, out, 0, n);
    at += n;
    return out;
  }

  ByteReader sub(int n) {
    need(n);
    ByteReader r = new ByteReader(bytes, at, at + n);
    at += n;
    return r;
  }

  void done() {
    if (at != end) {
      throw new IllegalStateException((end - at) + " bytes too many");
    }
  }

  private ByteBuffer fixed(int n) {
    return ByteBuffer.wrap(take(n)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void need(int n) {
    if (n < 0 || n > end - at) {
      throw new IllegalStateException("wants " + n + " bytes, " + (end - at) + " are there");
    }
  }
}
