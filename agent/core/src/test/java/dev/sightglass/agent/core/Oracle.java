package dev.sightglass.agent.core;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Feeds a recorder and writes down in the plainest way what its rows must be. Rows have the form of
 * {@link DecodedBlock}.
 */
final class Oracle {
  final CollectingSink sink = new CollectingSink();
  final BlockRecorder recorder;
  final List<Object> barriers = new ArrayList<>();
  final Map<String, Long> flows = new HashMap<>();

  private final Map<Integer, List<Map<String, Object>>> rows = new HashMap<>();
  private final List<String> partitionKeys = new ArrayList<>();
  private final List<long[]> sent = new ArrayList<>();
  private final List<Map<String, Object>> channels = new ArrayList<>();
  private final List<Long> consumed = new ArrayList<>();
  private long wall;

  Oracle(Origin origin, Codec codec) {
    recorder = new BlockRecorder(origin, new Workspace(codec), sink);
  }

  List<Map<String, Object>> rows(int lane) {
    return rows.computeIfAbsent(lane, k -> new ArrayList<>());
  }

  /** Bytes as vectors write them down. */
  static Object payload(byte[] value) {
    if (value.length <= 256) {
      return Keys.hex(value);
    }
    try {
      Map<String, Object> sum = new LinkedHashMap<>();
      sum.put("length", (long) value.length);
      sum.put("sha256", Keys.hex(MessageDigest.getInstance("SHA-256").digest(value)));
      return sum;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private Map<String, Object> row(int lane, int kind, long invocation, int n, int operator) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("kind", (long) kind);
    if (operator >= 0) {
      row.put("operator", (long) operator);
    }
    row.put("invocation", invocation);
    row.put("n", (long) n);
    row.put("wall_us", wall);
    rows(lane).add(row);
    return row;
  }

  private String id(int definition) {
    return Keys.hex(recorder.definitionId(definition));
  }

  private void putId(Map<String, Object> row, String name, int definition) {
    if (definition >= 0) {
      row.put(name, id(definition));
    }
  }

  private static void putUnless(Map<String, Object> row, String name, long value, long none) {
    if (value != none) {
      row.put(name, value);
    }
  }

  void stamp(long micros) {
    wall = micros;
    recorder.stamp(micros);
  }

  int partition(long key, int subpartitions, int definition) {
    int index = recorder.partition(key, subpartitions, definition);
    if (index == partitionKeys.size()) {
      partitionKeys.add(Keys.hex(key));
      sent.add(new long[subpartitions]);
    }
    return index;
  }

  int channel(int partition, int subpartition, int gate, int channel) {
    int index = recorder.channel(partition, subpartition, gate, channel);
    if (index == channels.size()) {
      Map<String, Object> c = new LinkedHashMap<>();
      c.put("partition", partitionKeys.get(partition));
      c.put("subpartition", (long) subpartition);
      c.put("gate", (long) gate);
      c.put("channel", (long) channel);
      channels.add(c);
      consumed.add(0L);
    }
    return index;
  }

  void out(int kind, long inv, int operator, int partition, int subPlus1, long time, byte[] value) {
    Map<String, Object> row = outRow(kind, inv, operator, partition, subPlus1, time);
    if (value == null) {
      recorder.out().record(kind, inv, operator, partition, subPlus1, time, null, 0, -1);
      return;
    }
    byte[] padded = new byte[value.length + 7];
    System.arraycopy(value, 0, padded, 3, value.length);
    recorder.out().record(kind, inv, operator, partition, subPlus1, time, padded, 3, value.length);
    if (value.length > PayloadColumns.MAX_VALUE) {
      byte[] cut = new byte[PayloadColumns.CUT];
      System.arraycopy(value, 0, cut, 0, cut.length);
      row.put("value", payload(cut));
      row.put("full_length", (long) value.length);
      row.put("hash", Keys.hex(XxHash64.hash(value, 0, value.length)));
    } else {
      row.put("value", payload(value));
    }
  }

  void outCut(
      long inv, int operator, int partition, int subPlus1, byte[] kept, long full, long hash) {
    Map<String, Object> row =
        outRow(EventKind.RECORD, inv, operator, partition, subPlus1, AttemptRecorder.NO_TIME);
    recorder
        .out()
        .recordCut(
            EventKind.RECORD,
            inv,
            operator,
            partition,
            subPlus1,
            AttemptRecorder.NO_TIME,
            kept,
            0,
            kept.length,
            full,
            hash);
    row.put("value", payload(kept));
    row.put("full_length", full);
    row.put("hash", Keys.hex(hash));
  }

  private Map<String, Object> outRow(
      int kind, long inv, int operator, int partition, int subPlus1, long time) {
    Map<String, Object> row = row(Lane.OUT, kind, inv, 1, operator);
    putUnless(row, "event_time_ms", time, AttemptRecorder.NO_TIME);
    row.put("partition", partitionKeys.get(partition));
    long[] counters = sent.get(partition);
    if (subPlus1 > 0) {
      row.put("subpartition", subPlus1 - 1L);
      row.put("seq", counters[subPlus1 - 1]++);
    } else {
      List<Object> seqs = new ArrayList<>();
      for (int s = 0; s < counters.length; s++) {
        seqs.add(List.of((long) s, counters[s]++));
      }
      row.put("seqs", seqs);
    }
    return row;
  }

  /** Elements leave that have no rows. */
  void skip(int partition, int subpartition, long elements) {
    sent(partition, subpartition, sent.get(partition)[subpartition] + elements);
  }

  void sent(int partition, int subpartition, long elements) {
    sent.get(partition)[subpartition] = elements;
    recorder.out().sent(partition, subpartition, elements);
  }

  void barrierOut(long checkpoint, int partition, int flags) {
    recorder.out().barrier(checkpoint, partition, flags);
    for (int s = 0; s < sent.get(partition).length; s++) {
      addBarrier(checkpoint, "out", partitionKeys.get(partition), s, sent.get(partition)[s], flags);
    }
  }

  private void addBarrier(
      long checkpoint, String role, Object partition, long subpartition, long seq, long flags) {
    Map<String, Object> e = new LinkedHashMap<>();
    e.put("checkpoint", checkpoint);
    e.put("role", role);
    e.put("partition", partition);
    e.put("subpartition", subpartition);
    e.put("seq", seq);
    e.put("flags", flags);
    barriers.add(e);
  }

  void elements(long first, int n, int operator, int channel, int path) {
    recorder.det().elements(first, n, operator, channel, path);
    Map<String, Object> row = row(Lane.DET, EventKind.ELEMENTS, first, n, operator);
    row.put("channel", channels.get(channel));
    row.put("seq", consumed.get(channel));
    consumed.set(channel, consumed.get(channel) + n);
    putId(row, "path", path);
  }

  void recovered(long first, int n, int operator, int channel, int path) {
    recorder.det().recovered(first, n, operator, channel, path);
    Map<String, Object> row = row(Lane.DET, EventKind.RECOVERED, first, n, operator);
    row.put("channel", channels.get(channel));
    putId(row, "path", path);
  }

  void sourceRun(long first, int n, int operator, int path) {
    recorder.det().source(first, n, operator, path);
    putId(row(Lane.DET, EventKind.SOURCE, first, n, operator), "path", path);
  }

  void timer(int kind, long first, int n, int operator, long time, int path) {
    recorder.det().timer(kind, first, n, operator, time, path);
    Map<String, Object> row = row(Lane.DET, kind, first, n, operator);
    putId(row, "path", path);
    putUnless(row, "time_ms", time, 0);
  }

  void mail(long first, int n, int text, int path) {
    recorder.det().mail(first, n, text, path);
    Map<String, Object> row = row(Lane.DET, EventKind.MAIL, first, n, AttemptRecorder.NONE);
    putId(row, "path", path);
    putId(row, "text", text);
  }

  void callback(long first, int n, long time, int text, int path) {
    recorder.det().callback(first, n, time, text, path);
    Map<String, Object> row =
        row(Lane.DET, EventKind.PROCESSING_CALLBACK, first, n, AttemptRecorder.NONE);
    putId(row, "path", path);
    putId(row, "text", text);
    putUnless(row, "time_ms", time, 0);
  }

  void barrierIn(long inv, int channel, long checkpoint, int flags) {
    recorder.det().barrierIn(inv, channel, checkpoint, flags);
    Map<String, Object> row = row(Lane.DET, EventKind.BARRIER_IN, inv, 1, AttemptRecorder.NONE);
    row.put("channel", channels.get(channel));
    row.put("checkpoint", checkpoint);
    putUnless(row, "flags", flags, 0);
  }

  void checkpointRow(long inv, long checkpoint, int flags) {
    recorder.det().checkpoint(inv, checkpoint, flags);
    Map<String, Object> row = row(Lane.DET, EventKind.CHECKPOINT, inv, 1, AttemptRecorder.NONE);
    row.put("checkpoint", checkpoint);
    putUnless(row, "flags", flags, 0);
  }

  void barrierAtSnapshot(long checkpoint, int channel, int flags) {
    recorder.det().barrier(checkpoint, channel, flags);
    Map<String, Object> c = channels.get(channel);
    addBarrier(
        checkpoint,
        "in",
        c.get("partition"),
        (long) c.get("subpartition"),
        consumed.get(channel),
        flags);
  }

  void endOfRecovery(long inv, int channel) {
    recorder.det().endOfRecovery(inv, channel);
    row(Lane.DET, EventKind.END_OF_RECOVERY, inv, 1, AttemptRecorder.NONE)
        .put("channel", channels.get(channel));
    consumed.set(channel, 0L);
  }

  void endOfChannel(long inv, int channel) {
    recorder.det().endOfChannel(inv, channel);
    row(Lane.DET, EventKind.END_OF_CHANNEL, inv, 1, AttemptRecorder.NONE)
        .put("channel", channels.get(channel));
  }

  void resync(long inv) {
    recorder.resync(inv);
    row(Lane.DET, EventKind.RESYNC, inv, 1, AttemptRecorder.NONE);
  }

  void consumed(int channel, long elements) {
    recorder.det().consumed(channel, elements);
    consumed.set(channel, elements);
  }

  void watermarkIn(long inv, int input, long time) {
    recorder.det().watermark(inv, input, time);
    putUnless(
        row(Lane.DET, EventKind.WATERMARK_IN, inv, 1, AttemptRecorder.NONE), "time_ms", time, 0);
  }

  void flow(int operator, long entered, long passed) {
    recorder.det().flow(operator, entered, passed);
    flows.merge(operator + "/128", entered, Long::sum);
    flows.merge(operator + "/129", passed, Long::sum);
  }

  void source(
      long inv,
      int operator,
      int split,
      long offset,
      long splitTime,
      int emitted,
      byte[] value,
      byte[] key,
      byte[] headers) {
    recorder
        .source()
        .record(
            inv,
            operator,
            split,
            offset,
            splitTime,
            emitted,
            value,
            0,
            length(value),
            key,
            0,
            length(key),
            headers,
            0,
            length(headers));
    Map<String, Object> row = row(Lane.SRC, EventKind.SOURCE_RECORD, inv, 1, operator);
    putId(row, "split", split);
    row.put("offset", offset);
    putUnless(row, "split_time_ms", splitTime, AttemptRecorder.NO_TIME);
    putUnless(row, "emitted", emitted, 0);
    putRecord(row, value, key, headers);
  }

  private static void putRecord(Map<String, Object> row, byte[] value, byte[] key, byte[] headers) {
    putBytes(row, "value", value, Integer.MAX_VALUE);
    putBytes(row, "key", key, RecordColumns.MAX_KEY);
    putBytes(row, "headers", headers, RecordColumns.MAX_KEY);
  }

  private static int length(byte[] b) {
    return b == null ? -1 : b.length;
  }

  private static void putBytes(Map<String, Object> row, String name, byte[] b, int limit) {
    if (b != null && b.length <= limit) {
      row.put(name, payload(b));
    }
  }

  void sourceRun(long inv, int n, int operator, int split, long offset, int emitted) {
    recorder.source().run(inv, n, operator, split, offset, emitted);
    Map<String, Object> row = row(Lane.SRC, EventKind.SOURCE_RUN, inv, n, operator);
    putId(row, "split", split);
    row.put("offset", offset);
    putUnless(row, "emitted", emitted, 0);
  }

  void reference(long inv, int operator, int split, long offset, long time) {
    recorder.source().reference(inv, operator, split, offset, time);
    Map<String, Object> row = row(Lane.SRC, EventKind.OTHER_SOURCE_RECORD, inv, 1, operator);
    putUnless(row, "event_time_ms", time, AttemptRecorder.NO_TIME);
    putId(row, "split", split);
    row.put("offset", offset);
    row.put("emitted", 1L);
  }

  void written(long inv, int operator, int ordinal, int split, long offset, long splitTime) {
    written(inv, operator, ordinal, split, offset, splitTime, WrittenRecord.NONE);
  }

  void written(
      long inv,
      int operator,
      int ordinal,
      int split,
      long offset,
      long splitTime,
      WrittenRecord record) {
    recorder.trace().written(inv, operator, ordinal, split, offset, splitTime, record);
    Map<String, Object> row = row(Lane.TRACE, EventKind.WRITTEN, inv, 1, operator);
    putUnless(row, "ordinal", ordinal, 0);
    putId(row, "split", split);
    row.put("offset", offset);
    putUnless(row, "split_time_ms", splitTime, AttemptRecorder.NO_TIME);
    putRecord(row, record.value, record.key, record.headers);
    Note transaction = new Note();
    record.tellTransaction(transaction);
    putId(row, "text", transaction.text);
    putUnless(row, "number", transaction.number, 0);
    putUnless(row, "number2", transaction.number2, 0);
  }

  void writeFailed(long inv, int operator, int ordinal, int split, int text) {
    recorder.trace().failed(inv, operator, ordinal, split, text, WrittenRecord.NONE);
    Map<String, Object> row = row(Lane.TRACE, EventKind.WRITE_FAILED, inv, 1, operator);
    putUnless(row, "ordinal", ordinal, 0);
    putId(row, "text", text);
    putId(row, "split", split);
    row.put("offset", -1L);
  }

  /** A note whose byte strings stand somewhere in longer arrays. */
  void note(int lane, Note n) {
    Map<String, Object> row = row(lane, n.kind, n.invocation, 1, n.operator);
    putUnless(row, "ordinal", n.ordinal, 0);
    putId(row, "text", n.text);
    putUnless(row, "flags", n.flags, 0);
    putUnless(row, "time_ms", n.time, AttemptRecorder.NO_TIME);
    putUnless(row, "what", n.what, 0);
    putUnless(row, "number", n.number, 0);
    putUnless(row, "number2", n.number2, 0);
    putUnless(row, "reason", n.reason, 0);
    putId(row, "state", n.state);
    putStretch(row, "value", n.value, Integer.MAX_VALUE);
    putStretch(row, "key", n.key, RecordColumns.MAX_KEY);
    putStretch(row, "namespace", n.namespace, RecordColumns.MAX_KEY);
    putStretch(row, "map_key", n.mapKey, RecordColumns.MAX_KEY);
    putStretch(row, "before", n.before, RecordColumns.MAX_KEY);
    NoteLane to =
        lane == Lane.STATE
            ? recorder.state()
            : lane == Lane.ENV ? recorder.env() : recorder.trace();
    to.note(n);
  }

  private static void putStretch(Map<String, Object> row, String name, Note.Stretch s, int limit) {
    if (s.length >= 0) {
      putBytes(row, name, Arrays.copyOfRange(s.bytes, s.offset, s.offset + s.length), limit);
    }
  }

  void job(int kind, long inv, String body, int definition) {
    recorder.job().event(kind, inv, AttemptRecorder.NONE, utf8(body), definition);
    row(Lane.JOB, kind, inv, 1, AttemptRecorder.NONE).put("body", body);
  }

  void job(int kind, long inv, int operator, String body, String value) {
    byte[] bytes = value == null ? null : utf8(value);
    recorder.job().event(kind, inv, operator, utf8(body), AttemptRecorder.NONE, bytes);
    Map<String, Object> row = row(Lane.JOB, kind, inv, 1, operator);
    row.put("body", body);
    if (value != null) {
      row.put("value", payload(bytes));
    }
  }

  void log(int kind, long inv, int operator, String body) {
    recorder.log().event(kind, inv, operator, utf8(body), AttemptRecorder.NONE);
    row(Lane.LOG, kind, inv, 1, operator).put("value", payload(utf8(body)));
  }

  static byte[] utf8(String s) {
    return s.getBytes(StandardCharsets.UTF_8);
  }
}
