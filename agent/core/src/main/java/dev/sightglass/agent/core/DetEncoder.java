package dev.sightglass.agent.core;

import java.util.Arrays;

final class DetEncoder extends LaneEncoder implements DetLane {
  private static final int NO_CHANNEL = -1;

  private final NumberColumn channelIndexes = new NumberColumn(19, 0);
  private final NumberColumn paths = new NumberColumn(21, 0);
  private final NumberColumn checkpoints = new NumberColumn(64, 0);
  private final DeltaColumn times = new DeltaColumn(65);
  private final NumberColumn rowFlags = new NumberColumn(66, 0);
  private final NumberColumn texts = new NumberColumn(67, 0);

  private final BlockTable channels = new BlockTable();
  private long[] firstSeq = new long[8];
  private final BlockTable inputs = new BlockTable();
  private final Ranges watermarks = new Ranges();
  private final Barriers barriers = new Barriers();
  private int lastChannel;
  private boolean recovered;

  DetEncoder(BlockRecorder recorder) {
    super(recorder, Lane.DET);
  }

  @Override
  public void elements(long first, int n, int operator, int channel, int path) {
    add(EventKind.ELEMENTS, first, n, operator, channel, path, 0, 0, 0, AttemptRecorder.NONE);
  }

  @Override
  public void recovered(long first, int n, int operator, int channel, int path) {
    add(EventKind.RECOVERED, first, n, operator, channel, path, 0, 0, 0, AttemptRecorder.NONE);
  }

  @Override
  public void source(long first, int n, int operator, int path) {
    add(EventKind.SOURCE, first, n, operator, NO_CHANNEL, path, 0, 0, 0, AttemptRecorder.NONE);
  }

  @Override
  public void timer(int kind, long first, int n, int operator, long time, int path) {
    add(kind, first, n, operator, NO_CHANNEL, path, 0, time, 0, AttemptRecorder.NONE);
  }

  @Override
  public void mail(long first, int n, int text, int path) {
    add(EventKind.MAIL, first, n, AttemptRecorder.NONE, NO_CHANNEL, path, 0, 0, 0, text);
  }

  @Override
  public void level(long invocation, int text) {
    add(
        EventKind.LEVEL,
        invocation,
        1,
        AttemptRecorder.NONE,
        NO_CHANNEL,
        AttemptRecorder.NONE,
        0,
        0,
        0,
        text);
  }

  @Override
  public void callback(long first, int n, long time, int text, int path) {
    add(
        EventKind.PROCESSING_CALLBACK,
        first,
        n,
        AttemptRecorder.NONE,
        NO_CHANNEL,
        path,
        0,
        time,
        0,
        text);
  }

  @Override
  public void barrierIn(long invocation, int channel, long checkpoint, int flags) {
    event(EventKind.BARRIER_IN, invocation, channel, checkpoint, 0, flags);
  }

  @Override
  public void checkpoint(long invocation, long checkpoint, int flags) {
    event(EventKind.CHECKPOINT, invocation, NO_CHANNEL, checkpoint, 0, flags);
  }

  @Override
  public void endOfRecovery(long invocation, int channel) {
    event(EventKind.END_OF_RECOVERY, invocation, channel, 0, 0, 0);
    consumed(channel, 0);
  }

  @Override
  public void endOfChannel(long invocation, int channel) {
    event(EventKind.END_OF_CHANNEL, invocation, channel, 0, 0, 0);
  }

  @Override
  public void watermark(long invocation, int input, long time) {
    if (recorder.ended()) {
      return;
    }
    open(0);
    boolean fresh = !inputs.contains(input);
    watermarks.add(inputs.of(input), time, fresh);
    event(EventKind.WATERMARK_IN, invocation, NO_CHANNEL, 0, time, 0);
  }

  void resync(long invocation) {
    event(EventKind.RESYNC, invocation, NO_CHANNEL, 0, 0, 0);
  }

  private void event(
      int kind, long invocation, int channel, long checkpoint, long time, int flags) {
    add(
        kind,
        invocation,
        1,
        AttemptRecorder.NONE,
        channel,
        AttemptRecorder.NONE,
        checkpoint,
        time,
        flags,
        AttemptRecorder.NONE);
  }

  private void add(
      int kind,
      long first,
      int n,
      int operator,
      int channel,
      int path,
      long checkpoint,
      long time,
      int flags,
      int text) {
    Channel c = channel == NO_CHANNEL ? null : recorder.channel(channel);
    if (recorder.ended()) {
      return;
    }
    if (c != null) {
      if (channels.size() >= MAX_CHANNELS && !channels.contains(channel)) {
        seal();
      }
      lastChannel = touchChannel(c, channel);
    }
    int pathSlot = definitionPlus1(path);
    int textSlot = definitionPlus1(text);
    row(kind, first, n, operator);
    if (kind == EventKind.ELEMENTS) {
      c.consumed += n;
    }
    recovered |= kind == EventKind.RECOVERED;
    channelIndexes.add(lastChannel);
    paths.add(pathSlot);
    checkpoints.add(checkpoint);
    times.add(time);
    rowFlags.add(flags);
    texts.add(textSlot);
    close(0);
  }

  private int touchChannel(Channel c, int channel) {
    if (channels.contains(channel)) {
      return channels.of(channel);
    }
    int slot = channels.of(channel);
    if (slot == firstSeq.length) {
      firstSeq = Arrays.copyOf(firstSeq, 2 * slot);
    }
    firstSeq[slot] = c.consumed;
    partitions.of(c.partition);
    return slot;
  }

  @Override
  public void barrier(long checkpoint, int channel, int flags) {
    barrier(checkpoint, channel, recorder.channel(channel).consumed, flags);
  }

  @Override
  public void barrier(long checkpoint, int channel, long consumed, int flags) {
    Channel c = recorder.channel(channel);
    if (recorder.ended()) {
      return;
    }
    if (barriers.needsNewBlock(checkpoint)) {
      seal();
    }
    touch();
    barriers.add(checkpoint, 1, partitions.of(c.partition), c.subpartition, consumed, flags);
  }

  @Override
  public void consumed(int channel, long elements) {
    Channel c = recorder.channel(channel);
    if (c.consumed == elements) {
      return;
    }
    if (channels.contains(channel)) {
      seal(); // within a block numbers are dense
    }
    c.consumed = elements;
  }

  @Override
  public long consumed(int channel) {
    return recorder.channel(channel).consumed;
  }

  @Override
  public void flow(int operator, long entered, long passed) {
    if (recorder.ended()) {
      return;
    }
    touch();
    if (entered != 0) {
      counts.add(operator, EventKind.ENTERED, entered);
    }
    if (passed != 0) {
      counts.add(operator, EventKind.PASSED, passed);
    }
  }

  @Override
  int flags() {
    return recovered ? BlockAssembler.FLAG_RECOVERED : 0;
  }

  @Override
  void writeIds(Bytes columns, Bytes scratch) {
    if (channels.size() > 0) {
      channelIndexes.write(columns);
      scratch.uv(channels.size());
      for (int i = 0; i < channels.size(); i++) {
        Channel c = recorder.channel(channels.member(i));
        scratch.uv(partitions.of(c.partition));
        scratch.uv(c.subpartition);
        scratch.uv(c.gate);
        scratch.uv(c.channel);
        scratch.uv(firstSeq[i]);
      }
      columns.u8(20);
      columns.u8(7);
      columns.uv(scratch.size());
      columns.put(scratch);
    }
    paths.write(columns);
  }

  @Override
  void writeDet(Bytes columns) {
    checkpoints.write(columns);
    times.write(columns, 0, 0);
    rowFlags.write(columns);
    texts.write(columns);
  }

  @Override
  int writeOwnZones(BlockAssembler a) {
    Bytes zone = a.scratch();
    for (int i = 0; i < channels.size(); i++) {
      Channel c = recorder.channel(channels.member(i));
      long count = c.consumed - firstSeq[i];
      if (count > 0) {
        zone.uv(1);
        zone.uv(partitions.of(c.partition));
        zone.uv(c.subpartition);
        zone.uv(firstSeq[i]);
        zone.uv(c.consumed - 1);
        zone.uv(count);
      }
    }
    a.zone(BlockAssembler.ZONE_CHANNELS);
    zone = a.scratch();
    for (int i = 0; i < inputs.size(); i++) {
      zone.uv(1);
      zone.uv(inputs.member(i));
      zone.zz(watermarks.first(i));
      zone.zz(watermarks.last(i));
    }
    a.zone(BlockAssembler.ZONE_WATERMARKS);
    barriers.write(a.scratch());
    a.zone(BlockAssembler.ZONE_BARRIERS);
    return 0;
  }

  @Override
  void clearOwn() {
    channelIndexes.clear();
    paths.clear();
    checkpoints.clear();
    times.clear();
    rowFlags.clear();
    texts.clear();
    channels.clear();
    inputs.clear();
    barriers.clear();
    lastChannel = 0;
    recovered = false;
  }
}
