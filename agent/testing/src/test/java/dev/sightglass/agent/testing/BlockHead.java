package dev.sightglass.agent.testing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** The head of a block, {@code spec/block.md} sections 1 and 3, as far as tests look at it. */
final class BlockHead {
  private static final int PREFIX = 24;
  private static final int HEADER = 96;

  final int lane;
  final String recording;
  final long attempt;
  final long number;
  final int events;
  final int flags;
  final List<long[]> counts = new ArrayList<>();
  final List<Barrier> barriers = new ArrayList<>();
  final List<long[]> gaps = new ArrayList<>();

  /** One end's counter at a barrier. */
  static final class Barrier {
    final String place;
    final boolean in;
    final long seq;
    final long flags;

    Barrier(String place, boolean in, long seq, long flags) {
      this.place = place;
      this.in = in;
      this.seq = seq;
      this.flags = flags;
    }
  }

  BlockHead(byte[] raw) {
    ByteBuffer b = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    check(b.getInt(0) == 0x31424753, "magic");
    int headerLength = b.getInt(8);
    int sections = b.get(16) & 0xFF;
    flags = b.getShort(6);
    lane = b.get(17) & 0xFF;
    CRC32C crc = new CRC32C();
    crc.update(raw, 0, 20);
    crc.update(raw, PREFIX, headerLength);
    check((int) crc.getValue() == b.getInt(20), "checksum");
    check(raw.length == PREFIX + headerLength + b.getInt(12), "length");
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < 16; i++) {
      id.append(String.format("%02x", raw[PREFIX + i]));
    }
    recording = id.toString();
    attempt = Long.reverseBytes(b.getLong(PREFIX + 16));
    number = b.getLong(PREFIX + 24);
    events = b.getInt(PREFIX + 88);
    long[] partitions = {};
    List<byte[]> barrierZones = new ArrayList<>();
    b.position(PREFIX + HEADER + 16 * sections);
    while (b.position() < PREFIX + headerLength) {
      int type = (int) number(b);
      byte[] value = new byte[(int) number(b)];
      b.get(value);
      ByteBuffer v = ByteBuffer.wrap(value);
      if (type == 1) {
        while (v.hasRemaining()) {
          counts.add(new long[] {number(v) - 1, number(v), number(v)});
        }
      } else if (type == 2) {
        partitions = new long[value.length / 8];
        v.asLongBuffer().get(partitions);
      } else if (type == 6) {
        barrierZones.add(value);
      } else if (type == 8) {
        while (v.hasRemaining()) {
          gaps.add(
              new long[] {number(v), number(v), number(v), number(v), number(v), number(v)});
        }
      }
    }
    for (byte[] zone : barrierZones) {
      ByteBuffer v = ByteBuffer.wrap(zone);
      while (v.hasRemaining()) {
        long checkpoint = number(v);
        boolean in = number(v) == 1;
        String place =
            checkpoint + " " + Long.toHexString(partitions[(int) number(v)]) + "/" + number(v);
        barriers.add(new Barrier(place, in, number(v), number(v)));
      }
    }
  }

  private static long number(ByteBuffer b) {
    long v = 0;
    for (int shift = 0; ; shift += 7) {
      byte x = b.get();
      v |= (long) (x & 0x7F) << shift;
      if (x >= 0) {
        return v;
      }
    }
  }

  private static void check(boolean ok, String what) {
    if (!ok) {
      throw new AssertionError("block with a wrong " + what);
    }
  }
}
