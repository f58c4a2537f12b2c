// Size: a decoder is one walk through the page that it follows; tests only.
package dev.sightglass.agent.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Decodes blocks for tests, after {@code spec/block.md} and nothing else. Strict: what the page
 * does not allow is an {@link IllegalStateException}.
 */
public final class BlockDecoder {
  private static final int PREFIX = 24;
  private static final List<Integer> NOTES = List.of(Lane.TRACE, Lane.STATE, Lane.ENV);
  private static final List<Integer> WRITES = List.of(EventKind.WRITTEN, EventKind.WRITE_FAILED);
  private static final List<Integer> WITH_CHANNEL = List.of(16, 22, 24, 26, 27);

  private final byte[] raw;
  private final DecodedBlock out = new DecodedBlock();
  private final Map<Integer, Map<Integer, Column>> sections = new HashMap<>();
  private final List<String> partitions = new ArrayList<>();
  private final List<String> definitions = new ArrayList<>();
  private int lane;
  private int rows;

  private BlockDecoder(byte[] raw) {
    this.raw = raw;
  }

  public static DecodedBlock decode(byte[] raw) {
    BlockDecoder d = new BlockDecoder(raw);
    d.head();
    d.rows();
    return d.out;
  }

  private static final class Column {
    final int encoding;
    final byte[] data;

    Column(int encoding, byte[] data) {
      this.encoding = encoding;
      this.data = data;
    }
  }

  private static void check(boolean ok, String what) {
    if (!ok) {
      throw new IllegalStateException(what);
    }
  }

  private void head() {
    ByteReader r = new ByteReader(raw);
    check(new String(r.take(4), StandardCharsets.US_ASCII).equals("SGB1"), "magic");
    out.header.put("major", (long) r.u8());
    out.header.put("minor", (long) r.u8());
    out.header.put("flags", (long) r.u16());
    int header = r.u32();
    int body = r.u32();
    check(header <= 64 << 10 && PREFIX + header + body == raw.length, "lengths");
    check(raw.length <= 8 << 20, "size");
    int count = r.u8();
    lane = r.u8();
    out.header.put("lane", (long) lane);
    check(r.u16() == 0, "reserved");
    CRC32C crc = new CRC32C();
    crc.update(raw, 0, 20);
    crc.update(raw, PREFIX, header);
    check(r.crc() == (int) crc.getValue(), "header checksum");
    ByteReader h = r.sub(header);
    out.header.put("recording", Keys.hex(h.take(16)));
    out.header.put("attempt", h.key());
    for (String name :
        List.of(
            "number",
            "first_invocation",
            "last_invocation",
            "wall_min_us",
            "wall_max_us",
            "event_min_ms",
            "event_max_ms",
            "checkpoint")) {
      out.header.put(name, h.u64());
    }
    rows = h.u32();
    out.header.put("events", (long) rows);
    check(h.u32() == 0, "reserved");
    int at = PREFIX + header;
    for (int i = 0; i < count; i++) {
      at += section(h, at);
    }
    check(at == raw.length, "the body has more than the sections");
    zones(h);
  }

  private int section(ByteReader h, int at) {
    int id = h.u8();
    int codec = h.u8();
    check(h.u16() == 0, "section flags");
    int stored = h.u32();
    int length = h.u32();
    CRC32C crc = new CRC32C();
    crc.update(raw, at, stored);
    check(h.crc() == (int) crc.getValue(), "checksum of section " + id);
    byte[] bytes = Arrays.copyOfRange(raw, at, at + stored);
    if (codec == 1) {
      check(stored < length, "LZ4 must pay");
      bytes = Lz4Decoder.decode(bytes, length);
    }
    check(codec <= 1 && bytes.length == length, "codec of section " + id);
    Map<Integer, Column> columns = new HashMap<>();
    ByteReader r = new ByteReader(bytes);
    while (r.hasMore()) {
      int column = r.u8();
      int encoding = r.u8();
      check(columns.put(column, new Column(encoding, r.take(r.small()))) == null, "column twice");
    }
    check(sections.put(id, columns) == null, "section twice");
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("id", (long) id);
    entry.put("codec", (long) codec);
    entry.put("stored", (long) stored);
    entry.put("raw", (long) length);
    out.sections.add(entry);
    return stored;
  }

  private void zones(ByteReader h) {
    Map<Integer, ByteReader> values = new TreeMap<>();
    while (h.hasMore()) {
      int type = h.small();
      check(values.put(type, h.sub(h.small())) == null, "zone twice");
    }
    table(values.get(2), partitions);
    table(values.get(10), definitions);
    out.zones.put("counts", entries(values.get(1), this::count));
    out.zones.put("partitions", new ArrayList<>(partitions));
    out.zones.put("channels", entries(values.get(3), this::channelRange));
    out.zones.put("watermarks", entries(values.get(5), this::watermark));
    out.zones.put("barriers", entries(values.get(6), this::barrier));
    out.zones.put("drops", entries(values.get(7), this::drop));
    out.zones.put("gaps", entries(values.get(8), this::gap));
    out.zones.put("definitions", new ArrayList<>(definitions));
    out.zones.put("positions", entries(values.get(11), this::position));
    out.zones.values().removeIf(List::isEmpty);
  }

  private static void table(ByteReader r, List<String> into) {
    while (r != null && r.hasMore()) {
      into.add(r.key());
    }
  }

  private interface Entry {
    Object read(ByteReader r);
  }

  private static List<Object> entries(ByteReader r, Entry entry) {
    List<Object> list = new ArrayList<>();
    while (r != null && r.hasMore()) {
      list.add(entry.read(r));
    }
    return list;
  }

  private Object count(ByteReader r) {
    Map<String, Object> e = new LinkedHashMap<>();
    int operator = r.small();
    if (operator > 0) {
      e.put("operator", operator - 1L);
    }
    e.put("kind", r.uv());
    e.put("count", r.uv());
    return e;
  }

  private Object channelRange(ByteReader r) {
    Map<String, Object> e = new LinkedHashMap<>();
    e.put("role", r.uv() == 0 ? "out" : "in");
    e.put("partition", partitions.get(r.small()));
    e.put("subpartition", r.uv());
    e.put("first", r.uv());
    e.put("last", r.uv());
    e.put("count", r.uv());
    return e;
  }

  private Object watermark(ByteReader r) {
    Map<String, Object> e = new LinkedHashMap<>();
    if (r.uv() == 0) {
      e.put("role", "out");
      e.put("partition", partitions.get(r.small()));
    } else {
      e.put("role", "in");
      e.put("input", r.uv());
    }
    e.put("first", r.zz());
    e.put("last", r.zz());
    return e;
  }

  private Object barrier(ByteReader r) {
    Map<String, Object> e = new LinkedHashMap<>();
    e.put("checkpoint", r.uv());
    e.put("role", r.uv() == 0 ? "out" : "in");
    e.put("partition", partitions.get(r.small()));
    e.put("subpartition", r.uv());
    e.put("seq", r.uv());
    e.put("flags", r.uv());
    return e;
  }

  private Object drop(ByteReader r) {
    Map<String, Object> e = new LinkedHashMap<>();
    int operator = r.small();
    if (operator > 0) {
      e.put("operator", operator - 1L);
    }
    e.put("reason", r.uv());
    e.put("count", r.uv());
    return e;
  }

  private Object gap(ByteReader r) {
    Map<String, Object> e = new LinkedHashMap<>();
    for (String name : List.of("lane", "reason", "first", "last", "events", "bytes")) {
      e.put(name, r.uv());
    }
    return e;
  }

  private Object position(ByteReader r) {
    Map<String, Object> e = new LinkedHashMap<>();
    e.put("role", r.uv() == 0 ? "source" : "sink");
    e.put("split", definitions.get(r.small()));
    e.put("first", r.zz());
    e.put("last", r.zz());
    e.put("count", r.uv());
    return e;
  }

  private Column column(int section, int id) {
    return sections.getOrDefault(section, Map.of()).get(id);
  }

  private long[] unsigned(int section, int id, long absent) {
    long[] v = new long[rows];
    Column c = column(section, id);
    if (c == null) {
      Arrays.fill(v, absent);
      return v;
    }
    ByteReader r = new ByteReader(c.data);
    switch (c.encoding) {
      case 0:
        for (int i = 0; i < rows; i++) {
          v[i] = r.u8();
        }
        break;
      case 1:
        for (int i = 0; i < rows; i++) {
          v[i] = r.uv();
        }
        break;
      case 3:
        for (int i = 0; i < rows; ) {
          int n = r.small();
          check(n >= 1 && n <= rows - i, "run");
          long value = r.uv();
          Arrays.fill(v, i, i + n, value);
          i += n;
        }
        break;
      case 5:
        Arrays.fill(v, r.uv());
        break;
      default:
        throw new IllegalStateException("encoding of column " + id);
    }
    r.done();
    return v;
  }

  private long[] signed(int section, int id, int count, long base, long absent) {
    long[] v = new long[count];
    Column c = column(section, id);
    if (c == null) {
      Arrays.fill(v, absent);
      return v;
    }
    ByteReader r = new ByteReader(c.data);
    if (c.encoding == 5) {
      Arrays.fill(v, r.uv());
    } else {
      check(c.encoding == 2, "encoding of column " + id);
      long last = base;
      for (int i = 0; i < count; i++) {
        last += r.zz();
        v[i] = last;
      }
    }
    r.done();
    return v;
  }

  private byte[][] strings(int section, int id) {
    byte[][] v = new byte[rows][];
    Column c = column(section, id);
    if (c == null) {
      return v;
    }
    check(c.encoding == 6, "encoding of column " + id);
    ByteReader r = new ByteReader(c.data);
    int[] lengths = new int[rows];
    for (int i = 0; i < rows; i++) {
      lengths[i] = r.small() - 1;
    }
    for (int i = 0; i < rows; i++) {
      v[i] = lengths[i] < 0 ? null : r.take(lengths[i]);
    }
    r.done();
    return v;
  }

  private ByteReader own(int section, int id) {
    Column c = column(section, id);
    if (c == null) {
      return null;
    }
    check(c.encoding == 7, "encoding of column " + id);
    return new ByteReader(c.data);
  }

  private void rows() {
    long first = out.headerLong("first_invocation");
    long[] kinds = unsigned(1, 1, -1);
    long[] operators = unsigned(1, 2, 0);
    long[] invocations = signed(1, 3, rows, first, first);
    long[] runs = unsigned(1, 4, 1);
    Long[] times = eventTimes();
    long[] walls = walls();
    for (int i = 0; i < rows; i++) {
      Map<String, Object> row = new LinkedHashMap<>();
      check(kinds[i] > 0, "kind");
      row.put("kind", kinds[i]);
      if (operators[i] > 0) {
        row.put("operator", operators[i] - 1);
      }
      row.put("invocation", invocations[i]);
      row.put("n", runs[i]);
      row.put("wall_us", walls[i]);
      if (times[i] != null) {
        row.put("event_time_ms", times[i]);
      }
      out.rows.add(row);
      out.payloads.add(new LinkedHashMap<>());
    }
    switch (lane) {
      case Lane.OUT:
        outRows();
        break;
      case Lane.DET:
        detRows(kinds, runs);
        break;
      default:
        break;
    }
    numbers("ordinal", unsigned(2, 22, 0), 0);
    ids("path", unsigned(2, 21, 0));
    ids("text", unsigned(5, 67, 0));
    ids("split", unsigned(5, 80, 0));
    numbers("checkpoint", unsigned(5, 64, 0), 0);
    if (NOTES.contains(lane)) {
      notes();
    } else {
      numbers("time_ms", signed(5, 65, rows, 0, 0), 0);
    }
    numbers("flags", unsigned(5, 66, 0), 0);
    if (lane == Lane.SRC || lane == Lane.TRACE) {
      long[] offsets = signed(5, 81, rows, 0, 0);
      for (int i = 0; i < rows; i++) {
        if (lane == Lane.SRC || WRITES.contains((int) kinds[i])) {
          out.rows.get(i).put("offset", offsets[i]);
        }
      }
      long none = AttemptRecorder.NO_TIME;
      numbers("split_time_ms", signed(5, 82, rows, 0, lane == Lane.TRACE ? none : 0), none);
    }
    numbers("emitted", unsigned(5, 83, 0), 0);
    payload("value", strings(4, 48));
    payload("key", strings(4, 49));
    payload("headers", strings(4, 50));
    numbers("full_length", unsigned(4, 51, 0), 0);
    hashes();
    byte[][] bodies = strings(5, 96);
    for (int i = 0; i < rows; i++) {
      if (bodies[i] != null) {
        out.rows.get(i).put("body", new String(bodies[i], StandardCharsets.UTF_8));
      }
    }
  }

  private void notes() {
    numbers("time_ms", signed(5, 65, rows, 0, AttemptRecorder.NO_TIME), AttemptRecorder.NO_TIME);
    numbers("what", unsigned(5, 68, 0), 0);
    numbers("number", signed(5, 69, rows, 0, 0), 0);
    numbers("number2", signed(5, 70, rows, 0, 0), 0);
    numbers("reason", unsigned(5, 71, 0), 0);
    ids("state", unsigned(5, 84, 0));
    payload("namespace", strings(4, 53));
    payload("map_key", strings(4, 54));
    payload("before", strings(4, 55));
  }

  private Long[] eventTimes() {
    Long[] times = new Long[rows];
    Column mask = column(1, 6);
    if (mask == null) {
      check(column(1, 5) == null, "event times of no row");
      return times;
    }
    check(mask.encoding == 4 && mask.data.length == (rows + 7) / 8, "bits");
    int ones = 0;
    for (byte b : mask.data) {
      ones += Integer.bitCount(b & 0xff);
    }
    long[] v = signed(1, 5, ones, 0, 0);
    int next = 0;
    for (int i = 0; i < mask.data.length * 8; i++) {
      if ((mask.data[i / 8] >> i % 8 & 1) == 1) {
        check(i < rows, "padding");
        times[i] = v[next++];
      }
    }
    return times;
  }

  private long[] walls() {
    long[] walls = new long[rows];
    Arrays.fill(walls, out.headerLong("wall_min_us"));
    ByteReader r = own(1, 7);
    if (r == null) {
      return walls;
    }
    int row = 0;
    long at = out.headerLong("wall_min_us");
    for (int n = r.small(); n > 0; n--) {
      row += r.small();
      at += r.zz();
      check(row < rows && at <= out.headerLong("wall_max_us"), "stamp");
      Arrays.fill(walls, row, rows, at);
    }
    r.done();
    return walls;
  }

  private void outRows() {
    long[] indexes = unsigned(2, 16, 0);
    long[] subpartitions = unsigned(2, 17, 0);
    long[] skips = unsigned(2, 23, 0);
    boolean skipping = Arrays.stream(skips).anyMatch(s -> s > 0);
    check((out.headerLong("flags") & 8) != 0 == skipping, "flag of skips");
    Map<Integer, TreeMap<Long, Long>> next = new HashMap<>();
    ByteReader r = own(2, 18);
    if (r != null) {
      for (int n = r.small(); n > 0; n--) {
        TreeMap<Long, Long> of = next.computeIfAbsent(r.small(), k -> new TreeMap<>());
        check(of.put(r.uv(), r.uv()) == null, "base twice");
      }
      r.done();
    }
    for (int i = 0; i < rows; i++) {
      Map<String, Object> row = out.rows.get(i);
      row.put("partition", partitions.get((int) indexes[i]));
      TreeMap<Long, Long> of = next.get((int) indexes[i]);
      if (subpartitions[i] > 0) {
        long s = subpartitions[i] - 1;
        of.merge(s, skips[i], Long::sum);
        row.put("subpartition", s);
        row.put("seq", of.get(s));
        of.merge(s, 1L, Long::sum);
      } else {
        check(skips[i] == 0, "skip of a broadcast");
        row.put("seqs", pairs(of));
        of.replaceAll((s, seq) -> seq + 1);
      }
    }
  }

  static List<Object> pairs(Map<Long, Long> map) {
    List<Object> pairs = new ArrayList<>();
    map.forEach((k, v) -> pairs.add(List.of(k, v)));
    return pairs;
  }

  private void detRows(long[] kinds, long[] runs) {
    long[] indexes = unsigned(2, 19, 0);
    List<Map<String, Object>> channels = new ArrayList<>();
    List<Long> next = new ArrayList<>();
    ByteReader r = own(2, 20);
    if (r != null) {
      for (int n = r.small(); n > 0; n--) {
        Map<String, Object> c = new LinkedHashMap<>();
        c.put("partition", partitions.get(r.small()));
        c.put("subpartition", r.uv());
        c.put("gate", r.uv());
        c.put("channel", r.uv());
        channels.add(c);
        next.add(r.uv());
      }
      r.done();
    }
    for (int i = 0; i < rows; i++) {
      if (!WITH_CHANNEL.contains((int) kinds[i])) {
        continue;
      }
      int c = (int) indexes[i];
      out.rows.get(i).put("channel", channels.get(c));
      if (kinds[i] == EventKind.ELEMENTS) {
        out.rows.get(i).put("seq", next.get(c));
        next.set(c, next.get(c) + runs[i]);
      }
    }
  }

  private void numbers(String name, long[] values, long none) {
    for (int i = 0; i < rows; i++) {
      if (values[i] != none) {
        out.rows.get(i).put(name, values[i]);
      }
    }
  }

  private void ids(String name, long[] plus1) {
    for (int i = 0; i < rows; i++) {
      if (plus1[i] > 0) {
        out.rows.get(i).put(name, definitions.get((int) plus1[i] - 1));
      }
    }
  }

  private void payload(String name, byte[][] values) {
    for (int i = 0; i < rows; i++) {
      if (values[i] != null) {
        out.rows.get(i).put(name, Oracle.payload(values[i]));
        out.payloads.get(i).put(name, values[i]);
      }
    }
  }

  private void hashes() {
    Column c = column(4, 52);
    if (c == null) {
      return;
    }
    check(c.encoding == 8, "encoding of column 52");
    ByteReader r = new ByteReader(c.data);
    for (int i = 0; i < rows; i++) {
      long hash = r.u64();
      if (out.rows.get(i).containsKey("full_length")) {
        out.rows.get(i).put("hash", Keys.hex(hash));
      }
    }
    r.done();
  }
}
