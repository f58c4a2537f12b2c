package dev.sightglass.agent.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Growable bytes with the number formats of {@code spec/block.md}. Reused; not for several threads.
 */
final class Bytes {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle BIG_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** Above this a cleared buffer gives its memory back. */
  private static final int KEEP = 256 << 10;

  private final int initial;
  private byte[] array;
  private int size;

  Bytes(int initial) {
    this.initial = initial;
    this.array = new byte[initial];
  }

  /** The first {@link #size} bytes are the content; valid until the next write. */
  byte[] array() {
    return array;
  }

  int size() {
    return size;
  }

  void clear() {
    size = 0;
    if (array.length > KEEP) {
      array = new byte[initial];
    }
  }

  void u8(int v) {
    room(1);
    array[size++] = (byte) v;
  }

  void u16(int v) {
    room(2);
    array[size++] = (byte) v;
    array[size++] = (byte) (v >> 8);
  }

  void u32(int v) {
    room(4);
    INT.set(array, size, v);
    size += 4;
  }

  void u64(long v) {
    room(8);
    LONG.set(array, size, v);
    size += 8;
  }

  /** 8 bytes, most significant first: keys and definition ids. */
  void key(long v) {
    room(8);
    BIG_LONG.set(array, size, v);
    size += 8;
  }

  void uv(long v) {
    room(10);
    if ((v & ~0x7fL) == 0) {
      array[size++] = (byte) v;
      return;
    }
    long rest = v;
    while ((rest & ~0x7fL) != 0) {
      array[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    array[size++] = (byte) rest;
  }

  void zz(long v) {
    uv(zigzag(v));
  }

  void put(byte[] from, int off, int len) {
    room(len);
    System.arraycopy(from, off, array, size, len);
    size += len;
  }

  void put(Bytes from) {
    put(from.array, 0, from.size);
  }

  /** Makes room for {@code len} bytes that are written into {@link #array} directly. */
  void room(int len) {
    int need = size + len;
    if (need > array.length) {
      array = Arrays.copyOf(array, Math.max(need, 2 * array.length));
    }
  }

  /** Counts {@code len} bytes that were written into the array behind {@link #size}. */
  void advance(int len) {
    size += len;
  }

  /** How many bytes {@link #uv} writes. */
  static int uvLength(long v) {
    return (70 - Long.numberOfLeadingZeros(v | 1)) / 7;
  }

  static long zigzag(long v) {
    return v << 1 ^ v >> 63;
  }
}
