package dev.sightglass.agent.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Puts prefix, header, section table, zones and sections together ({@code spec/block.md}, section
 * 1). One block after the other: {@link #begin}, {@link #section} and {@link #zone} in any order,
 * {@link #finish}.
 */
final class BlockAssembler {
  static final int FLAG_PAYLOAD_CUT = 2;
  static final int FLAG_CHANNELS_COLLAPSED = 4;
  static final int FLAG_SKIPS = 8;
  static final int FLAG_RECOVERED = 512;

  static final int SECTION_META = 1;
  static final int SECTION_IDS = 2;
  static final int SECTION_PAYLOAD = 4;
  static final int SECTION_DET = 5;

  static final int ZONE_COUNTS = 1;
  static final int ZONE_PARTITIONS = 2;
  static final int ZONE_CHANNELS = 3;
  static final int ZONE_WATERMARKS = 5;
  static final int ZONE_BARRIERS = 6;
  static final int ZONE_DROPS = 7;
  static final int ZONE_GAPS = 8;
  static final int ZONE_DEFINITIONS = 10;
  static final int ZONE_POSITIONS = 11;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int PREFIX = 24;
  private static final int HEADER_LENGTH_AT = 8;
  private static final int NUMBER_AT = PREFIX + 24;
  private static final int FIXED = 96;
  private static final int CRC_AT = 20;
  private static final int CODEC_NONE = 0;
  private static final int CODEC_LZ4 = 1;
  private static final int MAX_HEADER = 64 << 10;
  private static final int MAX_BLOCK = 8 << 20;

  /** Sections below this are not worth a try. */
  private static final int WORTH = 64;

  private Lz4 lz4;
  private final CRC32C crc = new CRC32C();
  private final Bytes table = new Bytes(64);
  private final Bytes zones = new Bytes(512);
  private final Bytes body = new Bytes(4096);
  private final Bytes raw = new Bytes(4096);
  private final Bytes scratch = new Bytes(512);
  private boolean compress;
  private int sections;

  void begin(boolean compress) {
    this.compress = compress;
    sections = 0;
    table.clear();
    zones.clear();
    body.clear();
  }

  /** An empty buffer for the columns of one section. */
  Bytes columns() {
    raw.clear();
    return raw;
  }

  /** An empty buffer for the value of a zone or of a column with a layout of its own. */
  Bytes scratch() {
    scratch.clear();
    return scratch;
  }

  /** Adds what is in {@link #columns} as a section, unless it is empty. */
  void section(int id) {
    int length = raw.size();
    if (length == 0) {
      return;
    }
    int codec = CODEC_NONE;
    int stored = length;
    body.room(Lz4.bound(length));
    if (compress && length >= WORTH) {
      if (lz4 == null) {
        lz4 = new Lz4();
      }
      int packed = lz4.compress(raw.array(), 0, length, body.array(), body.size());
      if (packed < length) {
        codec = CODEC_LZ4;
        stored = packed;
      }
    }
    if (codec == CODEC_NONE) {
      System.arraycopy(raw.array(), 0, body.array(), body.size(), length);
    }
    crc.reset();
    crc.update(body.array(), body.size(), stored);
    body.advance(stored);
    sections++;
    table.u8(id);
    table.u8(codec);
    table.u16(0);
    table.u32(stored);
    table.u32(length);
    table.u32((int) crc.getValue());
  }

  /** Adds what is in {@link #scratch} as a zone, unless it is empty. */
  void zone(int type) {
    if (scratch.size() > 0) {
      zones.uv(type);
      zones.uv(scratch.size());
      zones.put(scratch);
    }
  }

  /** A copy of a block with another number. */
  static byte[] numbered(byte[] block, long number) {
    byte[] copy = block.clone();
    LONG.set(copy, NUMBER_AT, number);
    int header = (int) INT.get(copy, HEADER_LENGTH_AT);
    CRC32C crc = new CRC32C();
    crc.update(copy, 0, CRC_AT);
    crc.update(copy, PREFIX, header);
    INT.set(copy, CRC_AT, (int) crc.getValue());
    return copy;
  }

  /** The block's bytes, or null when they pass a limit of the format. */
  byte[] finish(BlockHeader h) {
    int header = FIXED + table.size() + zones.size();
    int size = PREFIX + header + body.size();
    if (header > MAX_HEADER || size > MAX_BLOCK) {
      return null;
    }
    Bytes out = raw;
    out.clear();
    out.u8('S');
    out.u8('G');
    out.u8('B');
    out.u8('1');
    out.u8(1);
    out.u8(0);
    out.u16(h.flags);
    out.u32(header);
    out.u32(body.size());
    out.u8(sections);
    out.u8(h.lane);
    out.u16(0);
    out.u32(0);
    out.room(16);
    h.origin.copyRecording(out.array(), out.size());
    out.advance(16);
    out.key(h.origin.attempt());
    out.u64(h.number);
    out.u64(h.firstInvocation);
    out.u64(h.lastInvocation);
    out.u64(h.wallMin);
    out.u64(h.wallMax);
    out.u64(h.eventMin);
    out.u64(h.eventMax);
    out.u64(h.checkpoint);
    out.u32(h.events);
    out.u32(0);
    out.put(table);
    out.put(zones);
    byte[] block = new byte[size];
    System.arraycopy(out.array(), 0, block, 0, out.size());
    System.arraycopy(body.array(), 0, block, out.size(), body.size());
    crc.reset();
    crc.update(block, 0, CRC_AT);
    crc.update(block, PREFIX, header);
    INT.set(block, CRC_AT, (int) crc.getValue());
    return block;
  }
}
