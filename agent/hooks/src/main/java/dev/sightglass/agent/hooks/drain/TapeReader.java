// Size: one case for each record of the tape; apart, the counters that they share would need a home
// of their own.
package dev.sightglass.agent.hooks.drain;

import dev.sightglass.agent.core.AttemptRecorder;
import dev.sightglass.agent.core.DefinitionKind;
import dev.sightglass.agent.core.DetLane;
import dev.sightglass.agent.core.EventKind;
import dev.sightglass.agent.core.GapReason;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Lane;
import dev.sightglass.agent.core.OutLane;
import dev.sightglass.agent.core.SourceLane;
import dev.sightglass.agent.core.TraceLane;
import dev.sightglass.agent.core.WrittenRecord;
import dev.sightglass.bootstrap.ChannelContext;
import dev.sightglass.bootstrap.Clock;
import dev.sightglass.bootstrap.Completions;
import dev.sightglass.bootstrap.OutputContext;
import dev.sightglass.bootstrap.PathTable;
import dev.sightglass.bootstrap.SplitContext;
import dev.sightglass.bootstrap.Tape;
import dev.sightglass.bootstrap.TapeFormat;
import dev.sightglass.bootstrap.TaskContext;
import dev.sightglass.bootstrap.Transaction;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Reads the tape of one task and feeds its recorder. Used by the drain thread alone. */
final class TapeReader {
  private static final int NONE = AttemptRecorder.NONE;

  private final TaskContext context;
  private final Tape tape;
  private final AttemptRecorder recorder;
  private final OutLane out;
  private final DetLane det;
  private final SourceLane source;
  private final TraceLane trace;
  private final Tally tally;
  private final NoteReader notes;

  // What an index of the task's tables is for the recorder; NONE - 1 = not asked yet.
  private int[] partitions = {};
  private int[] channels = {};
  private int[] splits = {};
  private int[] texts = {};
  private int[] paths = {};
  private PathText[] pathTexts = {};

  private int[] parents = {};
  private String sourceCluster = "";
  private String[] sinkClusters = {};
  private final Map<String, Integer> sinkSplits = new HashMap<>();
  private long wall;
  private final Supplier<AttemptRecorder> keeper;
  private AttemptDescription description;
  private TapeReader lookBack;

  /** For a task that keeps nothing back. */
  TapeReader(TaskContext context, AttemptRecorder recorder, Tally tally) {
    this(context, recorder, tally, null);
  }

  /**
   * @param keeper makes the recorder of what is kept and not sent, when there is some
   */
  TapeReader(
      TaskContext context,
      AttemptRecorder recorder,
      Tally tally,
      Supplier<AttemptRecorder> keeper) {
    this.keeper = keeper;
    this.context = context;
    this.tape = context.tape;
    this.recorder = recorder;
    this.out = recorder.out();
    this.det = recorder.det();
    this.source = recorder.source();
    this.trace = recorder.trace();
    this.tally = tally;
    this.notes = new NoteReader(context, recorder, tally);
    this.wall = context.began;
    recorder.stamp(wall);
  }

  void describe(AttemptDescription d) {
    description = d;
    if (lookBack != null) {
      lookBack.describe(d);
    }
    parents = d.parents;
    sourceCluster = d.sourceCluster;
    sinkClusters = d.sinkClusters;
    for (PendingDefinition s : d.serializers) {
      recorder.define(s.kind, s.body);
    }
    recorder.describe(recorder.define(d.process.kind, d.process.body));
    recorder.describe(recorder.define(d.attempt.kind, d.attempt.body));
    for (int i = 0; i < d.partitions.size(); i++) {
      PendingDefinition p = d.partitions.get(i);
      partition(i, p == null ? NONE : recorder.define(p.kind, p.body));
    }
  }

  /** After rows that have a time of their own were written: what the task did has the tape's. */
  void resume() {
    recorder.stamp(wall);
  }

  /** Reads at most {@code max} records; true when there were some. */
  boolean read(int max) {
    int n = 0;
    for (; n < max && tape.next(); n++) {
      int head = tape.getInt();
      int a = head >>> 8 & 0xFF;
      int b = head >>> 16;
      switch (head & 0xFF) {
        case TapeFormat.STAMP:
          wall = tape.getLong();
          recorder.stamp(wall);
          if (lookBack != null) {
            lookBack.recorder.stamp(wall);
          }
          break;
        case TapeFormat.OUT:
          reader(a).element(a, b);
          break;
        case TapeFormat.RUN:
          run(a, b - 1);
          break;
        case TapeFormat.KAFKA:
          reader(a).kafka(a, b);
          break;
        case TapeFormat.OTHER:
          other(b);
          break;
        case TapeFormat.BARRIER_OUT:
          out.barrier(tape.getLong(), partition(b), a);
          tape.skip(8);
          break;
        case TapeFormat.BARRIER_IN:
          barrierIn(a);
          break;
        case TapeFormat.CHECKPOINT:
          checkpoint(a);
          break;
        case TapeFormat.CHECKPOINTED:
          long id = tape.getLong();
          recorder.checkpoint(id);
          if (lookBack != null) {
            lookBack.recorder.checkpoint(id);
          }
          break;
        case TapeFormat.RECOVERED:
          recovered();
          break;
        case TapeFormat.ENDED:
          ended();
          break;
        case TapeFormat.WATERMARK:
          det.watermark(tape.getLong(), b, tape.getLong());
          tally.add(Tally.Of.WATERMARK, 1);
          break;
        case TapeFormat.GAP:
          gap(a);
          break;
        case TapeFormat.RESYNC:
          resync();
          break;
        case TapeFormat.COUNTS:
          counts();
          break;
        case TapeFormat.LEVEL:
          int level = notes.text(tape.getInt());
          det.level(tape.getLong(), level);
          break;
        case TapeFormat.SENT:
          reader(a).sent(b);
          break;
        case TapeFormat.SOURCE_RUN:
          sourceRun(b);
          break;
        case TapeFormat.NOTE:
          notes.read(a, b - 1);
          break;
        default:
          throw new IllegalStateException("record of type " + (head & 0xFF) + " on a tape");
      }
    }
    return n > 0;
  }

  /** Who takes a record: this one, or the one for what is kept. */
  private TapeReader reader(int flags) {
    if ((flags & TapeFormat.LOOK_BACK) == 0) {
      return this;
    }
    if (lookBack == null) {
      lookBack = new TapeReader(context, keeper.get(), tally, null);
      if (description != null) {
        lookBack.describe(description);
      }
      lookBack.recorder.stamp(wall);
    }
    return lookBack;
  }

  /** The recorder of what is kept, or null while nothing is. */
  AttemptRecorder lookBack() {
    return lookBack == null ? null : lookBack.recorder;
  }

  // ---- lane out

  private void element(int flags, int output) {
    int subpartition = tape.getInt();
    long invocation = tape.getLong();
    int len = tape.getInt();
    if ((flags & TapeFormat.NUMBERED) != 0) {
      out.sent(partition(output), subpartition, tape.getLong());
    }
    if ((flags & TapeFormat.ORDERED) != 0) {
      out.order(tape.getInt());
    }
    boolean cut = (flags & TapeFormat.CUT) != 0;
    long full = cut ? tape.getLong() : 0;
    long hash = cut ? tape.getLong() : 0;
    byte[] bytes = tape.bytes();
    int at = tape.offset();
    int kind = EventKind.RECORD;
    long time = AttemptRecorder.NO_TIME;
    switch (len == 0 ? -1 : bytes[at]) {
      case 0:
        time = time(bytes, at + 1, len - 1);
        break;
      case 2:
        kind = EventKind.WATERMARK;
        time = time(bytes, at + 1, len - 1);
        break;
      case 3:
        kind = EventKind.LATENCY_MARKER;
        break;
      case 4:
        kind = EventKind.STATUS;
        break;
      case 5:
        kind = EventKind.ATTRIBUTES;
        break;
      case 6:
        kind = EventKind.INTERNAL_WATERMARK;
        time = time(bytes, at + 5, len - 5);
        break;
      default:
        break;
    }
    int operator = context.output(output).operator;
    int p = partition(output);
    if (cut) {
      out.recordCut(
          kind, invocation, operator, p, subpartition + 1, time, bytes, at, len, full, hash);
    } else {
      out.record(kind, invocation, operator, p, subpartition + 1, time, bytes, at, len);
    }
    tape.skip(len);
    tally.add(Tally.Of.OUT, 1);
  }

  private static long time(byte[] b, int at, int len) {
    if (len < 8) {
      return AttemptRecorder.NO_TIME;
    }
    long v = 0;
    for (int i = 0; i < 8; i++) {
      v = v << 8 | b[at + i] & 0xFF;
    }
    return v;
  }

  // ---- lane det

  private void run(int kind, int operator) {
    int channel = tape.getInt();
    int path = tape.getInt();
    int n = tape.getInt();
    long first = tape.getLong();
    long time = tape.getLong();
    int text = tape.getInt();
    long begin = tape.getLong();
    int p = path(path);
    if (begin != wall) {
      recorder.stamp(begin);
    }
    switch (kind) {
      case EventKind.ELEMENTS:
        det.elements(first, n, operator, channel(channel), p);
        tally.add(Tally.Of.IN, n);
        break;
      case EventKind.RECOVERED:
        det.recovered(first, n, operator, channel(channel), p);
        tally.add(Tally.Of.IN, n);
        break;
      case EventKind.SOURCE:
        det.source(first, n, operator, p);
        break;
      case EventKind.EVENT_TIMER:
      case EventKind.PROCESSING_TIMER:
        det.timer(kind, first, n, operator, time, p);
        tally.add(Tally.Of.TIMER, n);
        break;
      case EventKind.MAIL:
        det.mail(first, n, text(text), p);
        tally.add(Tally.Of.MAIL, n);
        break;
      case EventKind.PROCESSING_CALLBACK:
        det.callback(first, n, time, text(text), p);
        tally.add(Tally.Of.CALLBACK, n);
        break;
      default:
        throw new IllegalStateException("run of kind " + kind + " on a tape");
    }
    if (begin != wall) {
      recorder.stamp(wall);
    }
    boolean records =
        kind == EventKind.ELEMENTS || kind == EventKind.RECOVERED || kind == EventKind.SOURCE;
    if (path > 0) {
      flow(pathTexts[path], n, records);
    } else if (path == PathTable.NOT_TOLD && records) {
      entered(operator, n);
    }
  }

  private void flow(PathText p, long n, boolean records) {
    if (records && p.root >= 0) {
      det.flow(p.root, n, 0);
    }
    for (int operator : p.entered) {
      entered(operator, n);
    }
    for (int output : p.outputs) {
      left(output, n);
    }
    tally.add(Tally.Of.CHAIN, n * p.entered.length);
  }

  private void entered(int operator, long n) {
    det.flow(operator, n, 0);
    int parent = operator < parents.length ? parents[operator] : -1;
    if (parent >= 0) {
      det.flow(parent, 0, n);
    }
  }

  private void left(int output, long n) {
    int operator = output < context.outputs() ? context.output(output).operator : -1;
    if (operator >= 0) {
      det.flow(operator, 0, n);
    }
  }

  private void counts() {
    for (int i = tape.getInt(); i > 0; i--) {
      int code = tape.getInt();
      long n = tape.getLong();
      if ((code & 7) == PathTable.OUTPUT) {
        left(code >>> 3, n);
      } else {
        entered(code >>> 3, n);
      }
    }
  }

  private void barrierIn(int flags) {
    int channel = channel(tape.getInt());
    long checkpoint = tape.getLong();
    det.barrierIn(tape.getLong(), channel, checkpoint, flags);
  }

  private void checkpoint(int flags) {
    long checkpoint = tape.getLong();
    det.checkpoint(tape.getLong(), checkpoint, flags);
    for (int i = tape.getInt(); i > 0; i--) {
      int channel = channel(tape.getInt());
      det.barrier(checkpoint, channel, tape.getInt());
    }
  }

  private void recovered() {
    int channel = channel(tape.getInt());
    det.endOfRecovery(tape.getLong(), channel);
  }

  private void ended() {
    int channel = channel(tape.getInt());
    det.endOfChannel(tape.getLong(), channel);
  }

  // ---- lane source

  private void kafka(int flags, int split) {
    long offset = tape.getLong();
    long time = tape.getLong();
    long invocation = tape.getLong();
    int emitted = tape.getInt();
    int keyLen = tape.getInt();
    int valueLen = tape.getInt();
    int headersLen = tape.getInt();
    boolean cut = (flags & TapeFormat.CUT) != 0;
    long full = cut ? tape.getLong() : 0;
    long hash = cut ? tape.getLong() : 0;
    byte[] b = tape.bytes();
    int key = tape.offset();
    int value = key + Math.max(0, keyLen);
    int headers = value + Math.max(0, valueLen);
    int s = split(split);
    long splitTime = time < 0 ? AttemptRecorder.NO_TIME : time;
    int operator = sourceOperator();
    if (cut) {
      source.recordCut(
          invocation,
          operator,
          s,
          offset,
          splitTime,
          emitted,
          b,
          value,
          valueLen,
          b,
          key,
          keyLen,
          b,
          headers,
          headersLen,
          full,
          hash);
    } else {
      source.record(
          invocation,
          operator,
          s,
          offset,
          splitTime,
          emitted,
          b,
          value,
          valueLen,
          b,
          key,
          keyLen,
          b,
          headers,
          headersLen);
    }
    tape.skip(Math.max(0, keyLen) + Math.max(0, valueLen) + Math.max(0, headersLen));
    tally.add(Tally.Of.KAFKA, 1);
  }

  private void other(int split) {
    long position = tape.getLong();
    long invocation = tape.getLong();
    source.reference(invocation, sourceOperator(), split(split), position, tape.getLong());
    tally.add(Tally.Of.OTHER, 1);
  }

  /**
   * Sources stand at the head of their chain, but for those that are chained into a task with
   * several inputs.
   */
  private int sourceOperator() {
    return context.sourceOperator();
  }

  private void sourceRun(int split) {
    long offset = tape.getLong();
    int n = tape.getInt();
    int emitted = tape.getInt();
    source.run(tape.getLong(), n, sourceOperator(), split(split), offset, emitted);
    tally.add(context.split(split).topic == null ? Tally.Of.OTHER : Tally.Of.KAFKA, n);
  }

  private void sent(int output) {
    int p = partition(output);
    int subpartitions = context.output(output).subpartitions;
    for (int s = 0; s < subpartitions; s++) {
      out.sent(p, s, tape.getLong());
    }
  }

  // ---- losses

  private void gap(int lane) {
    lost(
        lane,
        tape.getLong(),
        tape.getLong(),
        tape.getLong(),
        tape.getLong(),
        tape.getLong(),
        tape.getLong());
  }

  void lost(int lane, long first, long last, long events, long bytes, long from, long to) {
    if (lane == TaskContext.LANE_KEPT) {
      return; // what is kept begins and ends where it does: nobody was promised more
    }
    recorder.gaps().lost(lane, GapReason.RING_FULL, first, last, events, bytes, from, to, null);
    tally.lost(events, bytes);
  }

  private void resync() {
    recorder.resync(tape.getLong());
    int outputs = tape.getInt();
    for (int o = 0; o < outputs; o++) {
      int p = partition(o);
      int subpartitions = tape.getInt();
      for (int s = 0; s < subpartitions; s++) {
        out.sent(p, s, tape.getLong());
      }
    }
    int n = tape.getInt();
    for (int c = 0; c < n; c++) {
      det.consumed(channel(c), tape.getLong());
    }
  }

  // ---- lane trace

  /** Takes the external writes that were acknowledged; true when there were some. */
  boolean readCompletions() {
    long dropped = context.completions.dropped();
    if (dropped > 0) {
      long now = Clock.read();
      recorder.gaps().lost(Lane.TRACE, GapReason.RING_FULL, 0, 0, dropped, 0, now, now, null);
      tally.lost(dropped, 0);
    }
    Completions.Ticket t = context.completions.take();
    if (t == null) {
      return false;
    }
    trace.stamp(Clock.read());
    long n = 0;
    for (; t != null; t = t.next(), n++) {
      int split = sinkSplit(t);
      WrittenRecord record = new WrittenRecord(t.key, t.value, t.headers, t.withheld);
      Transaction in = t.transaction;
      if (in != null && in.id != null) {
        record = record.in(recorder.define(DefinitionKind.STRING, in.id), in.producer, in.epoch);
      }
      if (t.error == null) {
        long time = t.time < 0 ? AttemptRecorder.NO_TIME : t.time;
        trace.written(t.invocation, t.operator, t.ordinal, split, t.offset, time, record);
      } else {
        int error = recorder.define(DefinitionKind.STRING, t.error);
        trace.failed(t.invocation, t.operator, t.ordinal, split, error, record);
      }
    }
    tally.add(Tally.Of.SINK, n);
    // Acknowledgements come late; what the task does has its own time.
    trace.stamp(wall);
    return true;
  }

  private int sinkSplit(Completions.Ticket t) {
    String cluster =
        t.operator >= 0 && t.operator < sinkClusters.length ? sinkClusters[t.operator] : "";
    String key = t.topic + "/" + t.partition + "/" + cluster;
    Integer known = sinkSplits.get(key);
    if (known == null) {
      known = kafkaSplit(t.topic, t.partition, cluster);
      sinkSplits.put(key, known);
    }
    return known;
  }

  private int kafkaSplit(String topic, int partition, String cluster) {
    return recorder.define(
        DefinitionKind.SPLIT,
        new JsonWriter()
            .beginObject()
            .name("kind")
            .value("kafka")
            .name("topic")
            .value(topic)
            .name("partition")
            .value(partition)
            .name("id")
            .value(topic + "-" + partition)
            .name("cluster")
            .value(cluster)
            .endObject()
            .toString());
  }

  // ---- tables

  private static int[] room(int[] a, int index) {
    if (index < a.length) {
      return a;
    }
    int[] b = Arrays.copyOf(a, Math.max(index + 1, a.length * 2));
    Arrays.fill(b, a.length, b.length, NONE - 1);
    return b;
  }

  private int partition(int output) {
    return partition(output, NONE);
  }

  private int partition(int output, int definition) {
    partitions = room(partitions, output);
    if (partitions[output] < NONE) {
      OutputContext o = context.output(output);
      partitions[output] = recorder.partition(o.partition, o.subpartitions, definition);
    }
    return partitions[output];
  }

  private int channel(int index) {
    channels = room(channels, index);
    if (channels[index] < NONE) {
      ChannelContext c = context.channel(index);
      int p = recorder.partition(c.partition, 0, NONE);
      channels[index] = recorder.channel(p, c.subpartition, c.gate, c.channel);
    }
    return channels[index];
  }

  private int split(int index) {
    splits = room(splits, index);
    if (splits[index] < NONE) {
      SplitContext s = context.split(index);
      splits[index] =
          s.topic != null
              ? kafkaSplit(s.topic, s.partition, sourceCluster)
              : recorder.define(
                  DefinitionKind.SPLIT,
                  new JsonWriter()
                      .beginObject()
                      .name("kind")
                      .value("source")
                      .name("topic")
                      .value("")
                      .name("partition")
                      .value(0)
                      .name("id")
                      .value(s.id)
                      .name("cluster")
                      .value("")
                      .endObject()
                      .toString());
    }
    return splits[index];
  }

  private int text(int number) {
    if (number == 0) {
      return NONE;
    }
    texts = room(texts, number);
    if (texts[number] < NONE) {
      texts[number] = recorder.define(DefinitionKind.STRING, context.text(number));
    }
    return texts[number];
  }

  private int path(int number) {
    if (number <= 0) {
      return NONE;
    }
    paths = room(paths, number);
    if (paths[number] < NONE) {
      if (number >= pathTexts.length) {
        pathTexts = Arrays.copyOf(pathTexts, paths.length);
      }
      PathText p = PathText.of(context.paths.codes(number));
      pathTexts[number] = p;
      paths[number] = recorder.definePath(p.text);
    }
    return paths[number];
  }
}
