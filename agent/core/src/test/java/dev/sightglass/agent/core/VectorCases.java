// Size: one list of cases; apart, the list would have to be looked for.
package dev.sightglass.agent.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** The blocks of {@code spec/vectors/blocks}: one case for each lane and feature. */
final class VectorCases {
  private static final int NONE = AttemptRecorder.NONE;
  private static final long NO_TIME = AttemptRecorder.NO_TIME;
  private static final long WALL = 1_790_000_000_000_000L;
  private static final long MS = 1_790_000_000_000L;
  private static final long PARTITION = 0x9f3a61c2d07b4e15L;

  final String name;
  final String about;
  final int lane;
  final Codec codec;
  final Consumer<Oracle> life;

  private VectorCases(String name, int lane, Codec codec, String about, Consumer<Oracle> life) {
    this.name = name;
    this.about = about;
    this.lane = lane;
    this.codec = codec;
    this.life = life;
  }

  /** What the recorder made of the case. */
  Oracle run() {
    byte[] recording = new byte[16];
    for (int i = 0; i < recording.length; i++) {
      recording[i] = (byte) (0xa0 + i);
    }
    Oracle o = new Oracle(new Origin(recording, 0x0123456789abcdefL), codec);
    o.stamp(WALL);
    life.accept(o);
    o.recorder.flush();
    o.sink.drainGaps();
    return o;
  }

  static List<VectorCases> all() {
    List<VectorCases> list = new ArrayList<>();
    add(
        list,
        "out-unicast",
        Lane.OUT,
        "records on two partitions, some with event time",
        VectorCases::unicast);
    add(
        list,
        "out-broadcast",
        Lane.OUT,
        "watermarks, a latency marker and a status broadcast between unicast records",
        VectorCases::broadcast);
    add(
        list,
        "out-barrier",
        Lane.OUT,
        "zone 6 of an unaligned checkpoint",
        o -> {
          int p = o.partition(PARTITION, 3, NONE);
          o.out(EventKind.RECORD, 7, 0, p, 2, MS, bytes("a"));
          o.barrierOut(41, p, RowFlags.UNALIGNED | RowFlags.RECOVERING);
        });
    add(
        list,
        "out-barrier-alone",
        Lane.OUT,
        "a block of no rows, for the sake of its barriers",
        o -> o.barrierOut(42, o.partition(PARTITION, 2, NONE), 0));
    add(
        list,
        "out-withheld",
        Lane.OUT,
        "a value that was withheld, and an empty one",
        o -> {
          int p = o.partition(PARTITION, 1, NONE);
          o.out(EventKind.RECORD, 1, 0, p, 1, NO_TIME, null);
          o.out(EventKind.RECORD, 2, 0, p, 1, NO_TIME, bytes(""));
        });
    addLz4(
        list,
        "out-cut",
        Lane.OUT,
        "values over 4 MiB: one cut by the encoder, one before it",
        VectorCases::cut);
    add(
        list,
        "out-collapsed",
        Lane.OUT,
        "a broadcast to 300 subpartitions: zone 3 has one range for the partition",
        o -> {
          int p = o.partition(PARTITION, 300, NONE);
          o.out(EventKind.RECORD, 1, 0, p, 0, NO_TIME, bytes("x"));
          o.out(EventKind.RECORD, 2, 0, p, 300, NO_TIME, bytes("y"));
          o.out(EventKind.WATERMARK, 3, NONE, p, 0, MS, bytes("w"));
        });
    addLz4(list, "out-lz4", Lane.OUT, "JSON values, compressed", VectorCases::compressed);
    add(
        list,
        "out-stamps",
        Lane.OUT,
        "a wall clock that moves on and jumps back",
        o -> {
          int p = o.partition(PARTITION, 1, NONE);
          for (int i = 0; i < 8; i++) {
            o.stamp(WALL + (i < 6 ? i / 2 * 1_500 : -70_000));
            o.out(EventKind.RECORD, 10 + i, 0, p, 1, NO_TIME, bytes("v" + i));
          }
        });
    add(
        list,
        "out-sent",
        Lane.OUT,
        "numbers that go on after a lost stretch",
        o -> {
          int p = o.partition(PARTITION, 2, NONE);
          o.sent(p, 0, 1_000_000);
          o.sent(p, 1, 5_000_000_000L);
          o.out(EventKind.RECORD, 90_000, 0, p, 1, NO_TIME, bytes("a"));
          o.out(EventKind.RECORD, 90_000, 0, p, 2, NO_TIME, bytes("b"));
          o.out(EventKind.WATERMARK, 90_001, NONE, p, 0, Long.MAX_VALUE, bytes("end"));
        });
    add(
        list,
        "out-skips",
        Lane.OUT,
        "elements without rows between those that have one, before a broadcast as well",
        o -> {
          int p = o.partition(PARTITION, 3, NONE);
          o.sent(p, 0, 40);
          o.out(EventKind.RECORD, 7, 0, p, 1, NO_TIME, bytes("a"));
          o.out(EventKind.WATERMARK, 8, NONE, p, 0, 1_000, bytes("w"));
          o.sent(p, 1, 300);
          o.out(EventKind.RECORD, 9, 0, p, 2, NO_TIME, bytes("b"));
          o.out(EventKind.WATERMARK, 10, NONE, p, 0, 2_000, bytes("w"));
          o.sent(p, 0, 50);
          o.out(EventKind.RECORD, 11, 0, p, 1, NO_TIME, bytes("c"));
          o.sent(p, 2, 60);
          o.out(EventKind.RECORD, 12, 0, p, 1, NO_TIME, bytes("d"));
        });
    add(
        list,
        "out-encodings",
        Lane.OUT,
        "columns that are constant, runs, fixed8 and uv",
        VectorCases::encodings);
    add(
        list,
        "out-definitions",
        Lane.OUT,
        "zone 10 names the attempt and the partition",
        o -> {
          AttemptRecorder r = o.recorder;
          r.describe(r.define(DefinitionKind.ATTEMPT, "{\"task\":\"map\"}"));
          int d = r.define(DefinitionKind.PARTITION, "{\"number\":3}");
          o.out(EventKind.RECORD, 1, 0, o.partition(PARTITION, 1, d), 1, NO_TIME, bytes("a"));
        });
    add(
        list,
        "det-invocations",
        Lane.DET,
        "runs of elements, timers, mails and callbacks with their paths",
        VectorCases::invocations);
    add(
        list,
        "det-checkpoint",
        Lane.DET,
        "barriers of three channels, the snapshot, zone 6",
        VectorCases::checkpoint);
    add(
        list,
        "det-recovery",
        Lane.DET,
        "recovered elements, then live ones from 0",
        o -> {
          int c = o.channel(o.partition(PARTITION, 0, NONE), 1, 0, 0);
          o.recovered(0, 12, 0, c, o.recorder.definePath("0(>0)"));
          o.endOfRecovery(12, c);
          o.elements(13, 3, 0, c, o.recorder.definePath("0(>0)"));
          o.endOfChannel(16, c);
        });
    add(
        list,
        "det-resync",
        Lane.DET,
        "after a lost stretch",
        o -> {
          int c = o.channel(o.partition(PARTITION, 0, NONE), 1, 0, 0);
          o.resync(5_000);
          o.consumed(c, 4_900);
          o.elements(5_000, 10, 0, c, NONE);
        });
    add(
        list,
        "det-flow",
        Lane.DET,
        "what operators took and gave; watermarks of two inputs",
        o -> {
          int c = o.channel(o.partition(PARTITION, 0, NONE), 0, 0, 0);
          o.elements(1, 40, 0, c, NONE);
          o.watermarkIn(40, 0, MS);
          o.watermarkIn(41, 1, MS - 5_000);
          o.watermarkIn(42, 0, MS + 200);
          o.flow(0, 40, 35);
          o.flow(1, 35, 0);
        });
    addLz4(
        list,
        "det-many-channels",
        Lane.DET,
        "as many channels as a block may have",
        o -> {
          for (int i = 0; i < 256; i++) {
            int p = o.partition(PARTITION + i, 0, NONE);
            o.elements(i * 3L, 3, 0, o.channel(p, i % 4, 0, i), NONE);
          }
        });
    add(
        list,
        "src-kafka",
        Lane.SRC,
        "Kafka records: keys, headers, a tombstone",
        VectorCases::kafka);
    add(
        list,
        "src-reference",
        Lane.SRC,
        "records of a source whose bytes are not known",
        o -> {
          int split = o.recorder.define(DefinitionKind.SPLIT, "{\"id\":\"numbers-1\"}");
          o.reference(1, 0, split, 0, NO_TIME);
          o.reference(2, 0, split, 1, MS);
          o.reference(3, 0, NONE, 2, MS + 1);
        });
    add(
        list,
        "trace-kafka",
        Lane.TRACE,
        "acknowledged writes and one that failed",
        VectorCases::writes);
    add(
        list,
        "trace-operator",
        Lane.TRACE,
        "a timer, two drops with their numbers, and a write",
        VectorCases::traced);
    add(
        list,
        "state",
        Lane.STATE,
        "a read, writes with the value before, a clear whose bytes were withheld",
        VectorCases::states);
    add(list, "env", Lane.ENV, "clocks and random numbers", VectorCases::environment);
    add(
        list,
        "job-task",
        Lane.JOB,
        "the life of a task",
        o -> {
          int d = o.recorder.define(DefinitionKind.ATTEMPT, "{\"task\":\"map\"}");
          o.job(
              EventKind.TASK_STARTED,
              0,
              "{\"definition\":\"" + Keys.hex(o.recorder.definitionId(d)) + "\"}",
              d);
          o.stamp(WALL + 2_000_000);
          o.job(EventKind.TASK_STATE, 900, "{\"from\":\"RUNNING\",\"to\":\"FINISHED\"}", NONE);
        });
    add(
        list,
        "job-code",
        Lane.JOB,
        "generated code with its text, and another operator that runs the same",
        o -> {
          String body = "{\"class\":\"Calc$1\",\"hash\":\"0123456789abcdef\",\"text\":\"here\"}";
          o.job(EventKind.CODE, 0, 1, body, "class Calc$1 {}");
          o.job(EventKind.CODE, 0, 3, body.replace("here", "before"), null);
        });
    add(
        list,
        "log-exception",
        Lane.LOG,
        "an exception; its body is payload",
        o ->
            o.log(
                EventKind.EXCEPTION,
                77,
                2,
                "{\"class\":\"java.lang.IllegalStateException\",\"message\":\"no such order\"}"));
    add(list, "gap", Lane.GAP, "two stretches that were lost", VectorCases::gaps);
    return list;
  }

  private static void add(
      List<VectorCases> list, String name, int lane, String about, Consumer<Oracle> life) {
    list.add(new VectorCases(name, lane, Codec.NONE, about, life));
  }

  private static void addLz4(
      List<VectorCases> list, String name, int lane, String about, Consumer<Oracle> life) {
    list.add(new VectorCases(name, lane, Codec.LZ4, about, life));
  }

  private static byte[] bytes(String s) {
    return s.getBytes(StandardCharsets.UTF_8);
  }

  private static void unicast(Oracle o) {
    int hash = o.partition(PARTITION, 4, NONE);
    int forward = o.partition(PARTITION + 1, 1, NONE);
    o.out(EventKind.RECORD, 100, 2, hash, 4, MS, bytes("first"));
    o.out(EventKind.RECORD, 100, 2, hash, 1, MS + 5, bytes("second"));
    o.out(EventKind.RECORD, 101, 1, forward, 1, NO_TIME, bytes("third"));
    o.stamp(WALL + 2_000);
    o.out(EventKind.RECORD, 105, NONE, hash, 4, MS - 1_000, bytes("fourth"));
    o.out(EventKind.RECORD, 104, 2, hash, 4, -1, bytes("before 1970"));
  }

  private static void broadcast(Oracle o) {
    int p = o.partition(PARTITION, 3, NONE);
    o.out(EventKind.RECORD, 1, 0, p, 2, MS, bytes("a"));
    o.out(EventKind.WATERMARK, 2, 0, p, 0, MS - 100, bytes("w1"));
    o.out(EventKind.RECORD, 3, 0, p, 2, MS + 1, bytes("b"));
    o.out(EventKind.LATENCY_MARKER, 4, NONE, p, 0, NO_TIME, bytes("m"));
    o.out(EventKind.RECORD, 5, 0, p, 1, MS + 2, bytes("c"));
    o.out(EventKind.STATUS, 6, NONE, p, 0, NO_TIME, bytes("s"));
    o.out(EventKind.WATERMARK, 7, 0, p, 0, MS + 900, bytes("w2"));
  }

  private static void cut(Oracle o) {
    int p = o.partition(PARTITION, 1, NONE);
    o.out(EventKind.RECORD, 1, 0, p, 1, NO_TIME, bytes("short"));
    o.outCut(2, 0, p, 1, bytes("the head of"), 9_000_000, 0x0fedcba987654321L);
    byte[] whole = new byte[(4 << 20) + 1];
    Arrays.fill(whole, (byte) 'z');
    o.out(EventKind.RECORD, 3, 0, p, 1, NO_TIME, whole);
  }

  private static void compressed(Oracle o) {
    int p = o.partition(PARTITION, 4, NONE);
    for (int i = 0; i < 120; i++) {
      String json =
          "{\"order\":"
              + (8_000 + i)
              + ",\"user\":\"u"
              + i % 7
              + "\",\"cents\":"
              + i * 13 % 977
              + "}";
      o.stamp(WALL + i * 400);
      o.out(EventKind.RECORD, 1_000 + i / 2, i % 3, p, 1 + i * 5 % 4, MS + i * 10, bytes(json));
    }
  }

  private static void encodings(Oracle o) {
    int[] partitions = new int[3];
    for (int i = 0; i < partitions.length; i++) {
      partitions[i] = o.partition(PARTITION + i, 400, NONE);
    }
    // Kind: runs. Operator: fixed8. Subpartition: uv. Partition: runs. Event time: zz.
    for (int i = 0; i < 30; i++) {
      int kind = i < 20 ? EventKind.RECORD : EventKind.LATENCY_MARKER;
      int operator = i * 7 % 11 - 1;
      o.out(kind, 50 + i, operator, partitions[i / 10], 1 + i * 13, MS + i * i, bytes("" + i));
    }
  }

  private static void invocations(Oracle o) {
    AttemptRecorder r = o.recorder;
    int c0 = o.channel(o.partition(PARTITION, 0, NONE), 2, 0, 0);
    int c1 = o.channel(o.partition(PARTITION + 1, 0, NONE), 2, 0, 1);
    int through = r.definePath("0(1(2(>0>0)))");
    int swallowed = r.definePath("0()");
    int mail = r.define(DefinitionKind.STRING, "checkpoint complete");
    o.elements(0, 500, 0, c0, through);
    o.elements(500, 1, 0, c1, swallowed);
    o.elements(501, 20, 0, c0, through);
    o.timer(EventKind.EVENT_TIMER, 521, 3, 1, MS, r.definePath("1(2(>0))"));
    o.timer(EventKind.PROCESSING_TIMER, 524, 1, 1, MS + 12, swallowed);
    o.stamp(WALL + 90_000);
    o.mail(525, 1, mail, r.definePath("~()"));
    o.callback(526, 2, MS + 77, NONE, NONE);
    o.sourceRun(528, 64, 0, through);
    o.elements(592, 300, 0, c1, through);
  }

  private static void checkpoint(Oracle o) {
    int[] channels = new int[3];
    for (int i = 0; i < channels.length; i++) {
      channels[i] = o.channel(o.partition(PARTITION + i, 0, NONE), 5, i / 2, i % 2);
      o.elements(10 * i, 1 + 4 * i, 0, channels[i], NONE);
    }
    for (int c : channels) {
      o.barrierIn(30, c, 17, RowFlags.UNALIGNED | RowFlags.PRIORITY);
    }
    o.checkpointRow(31, 17, RowFlags.UNALIGNED);
    for (int c : channels) {
      o.barrierAtSnapshot(17, c, RowFlags.UNALIGNED);
    }
  }

  private static void kafka(Oracle o) {
    int p0 = o.recorder.define(DefinitionKind.SPLIT, "{\"topic\":\"orders\",\"partition\":0}");
    int p1 = o.recorder.define(DefinitionKind.SPLIT, "{\"topic\":\"orders\",\"partition\":1}");
    byte[] headers = {2, 1, 't', 3, 'a', 'b', 2, 'n', 'o', 0};
    o.source(40, 0, p0, 88_121, MS, 1, bytes("{\"order\":1}"), bytes("k1"), headers);
    o.source(41, 0, p1, 5, MS + 3, 0, null, bytes("k2"), null);
    o.source(42, 0, p0, 88_122, NO_TIME, 3, bytes("x"), null, new byte[] {0});
    o.source(43, 0, NONE, 0, MS, 1, bytes("y"), bytes(""), null);
  }

  private static void writes(Oracle o) {
    int p0 = o.recorder.define(DefinitionKind.SPLIT, "{\"topic\":\"paid\",\"partition\":0}");
    int p1 = o.recorder.define(DefinitionKind.SPLIT, "{\"topic\":\"paid\",\"partition\":1}");
    int error = o.recorder.define(DefinitionKind.STRING, "org.example.TimeoutException");
    o.written(70, 3, 0, p0, 1_000, MS);
    o.written(70, 3, 1, p1, 2_000, MS);
    byte[] headers = {1, 1, 't', 3, 'a', 'b'};
    o.written(69, 3, 0, p0, 1_001, NO_TIME, record(bytes("k"), bytes("{\"paid\":7}"), headers));
    o.written(70, 3, 2, p0, 1_002, MS, record(bytes("k"), null, null));
    o.written(71, 3, 0, p1, -1, NO_TIME);
    o.writeFailed(72, 3, 0, p1, error);
    int id = o.recorder.define(DefinitionKind.STRING, "paid-0-7");
    o.written(73, 3, 0, p1, 2_001, MS, record(bytes("k"), null, null).in(id, 4_001, 3));
    o.note(Lane.TRACE, transaction(1, id, 70));
    o.note(Lane.TRACE, transaction(4, id, 74));
  }

  private static Note transaction(int what, int id, long invocation) {
    Note n = note(EventKind.TRANSACTION, invocation, 3);
    n.what = what;
    n.text = id;
    n.number = 4_001;
    n.number2 = 3;
    return n;
  }

  private static void traced(Oracle o) {
    int reason = o.recorder.define(DefinitionKind.STRING, "watermark of input 0");
    Note n = note(EventKind.TIMER_REGISTERED, 90, 1);
    n.time = MS + 60_000;
    n.flags = 1;
    stretch(n.key, "m-1");
    stretch(n.namespace, "");
    o.note(Lane.TRACE, n);
    n = note(EventKind.DROPPED, 91, 2);
    n.reason = 1;
    n.time = MS - 9_000;
    n.number = MS;
    n.number2 = 5_000;
    n.text = reason;
    stretch(n.key, "m-2");
    o.note(Lane.TRACE, n);
    o.note(Lane.TRACE, n);
    int split = o.recorder.define(DefinitionKind.SPLIT, "{\"topic\":\"paid\",\"partition\":0}");
    o.written(92, 3, 1, split, 7, MS);
  }

  private static void states(Oracle o) {
    int total = o.recorder.define(DefinitionKind.STATE, "{\"name\":\"total\"}");
    int seen = o.recorder.define(DefinitionKind.STATE, "{\"name\":\"seen\"}");
    Note n = note(EventKind.STATE_READ, 70, 1);
    n.state = total;
    stretch(n.key, "m-1");
    o.note(Lane.STATE, n);
    n.kind = EventKind.STATE_WRITTEN;
    n.ordinal = 1;
    n.what = 2;
    stretch(n.value, "20");
    stretch(n.before, "10");
    o.note(Lane.STATE, n);
    n = note(EventKind.STATE_WRITTEN, 70, 1);
    n.ordinal = 2;
    n.state = seen;
    n.number = MS;
    stretch(n.key, "m-1");
    stretch(n.namespace, "w");
    stretch(n.mapKey, "o-7");
    stretch(n.value, "");
    o.note(Lane.STATE, n);
    n = note(EventKind.STATE_CLEARED, 71, 1);
    n.state = total;
    n.withheld = true;
    o.note(Lane.STATE, n);
  }

  private static void environment(Oracle o) {
    for (int i = 0; i < 3; i++) {
      Note n = note(EventKind.ENV_READ, 40 + 7 * i, 0);
      n.what = 1 + i;
      n.ordinal = i;
      n.number = i == 2 ? Long.MIN_VALUE : MS + i;
      o.note(Lane.ENV, n);
    }
  }

  private static Note note(int kind, long invocation, int operator) {
    Note n = new Note();
    n.kind = kind;
    n.invocation = invocation;
    n.operator = operator;
    return n;
  }

  private static void stretch(Note.Stretch s, String text) {
    byte[] b = bytes("__" + text);
    s.set(b, 2, b.length - 2);
  }

  private static WrittenRecord record(byte[] key, byte[] value, byte[] headers) {
    return new WrittenRecord(key, value, headers, false);
  }

  private static void gaps(Oracle o) {
    GapLane gaps = o.recorder.gaps();
    gaps.lost(Lane.OUT, GapReason.BUFFER_FULL, 100, 180, 81, 9_000, WALL, WALL + 500, null);
    gaps.lost(Lane.OUT, GapReason.BUFFER_FULL, 181, 200, 20, 1_000, WALL + 500, WALL + 900, null);
    gaps.lost(0, GapReason.RING_FULL, 0, 0, 7, 70, WALL + 1_000, WALL + 2_000, "tape was full");
  }
}
