package dev.sightglass.agent.core;

import java.util.ArrayList;
import java.util.List;

final class OutEncoder extends LaneEncoder implements OutLane {
  private final EventTimes times = new EventTimes();
  private final NumberColumn partitionIndexes = new NumberColumn(16, 0);
  private final NumberColumn subpartitionsPlus1 = new NumberColumn(17, 0);
  private final NumberColumn orders = new NumberColumn(22, 0);
  private final NumberColumn skips = new NumberColumn(23, 0);
  private final PayloadColumns payload = new PayloadColumns();
  private final BlockTable watermarked = new BlockTable();
  private final Ranges watermarks = new Ranges();
  private final Barriers barriers = new Barriers();

  /** By partition index; null while nothing was sent. */
  private final List<SentCounters> counters = new ArrayList<>();

  /** How many subpartitions the block's elements touched. */
  private int channels;

  private boolean skipping;

  /** Of the next record; 0 = not told. */
  private int order;

  OutEncoder(BlockRecorder recorder) {
    super(recorder, Lane.OUT);
  }

  @Override
  public void record(
      int kind,
      long invocation,
      int operator,
      int partition,
      int subpartitionPlus1,
      long eventTime,
      byte[] buf,
      int off,
      int len) {
    recordCut(
        kind, invocation, operator, partition, subpartitionPlus1, eventTime, buf, off, len, 0, 0);
  }

  @Override
  public void recordCut(
      int kind,
      long invocation,
      int operator,
      int partition,
      int subpartitionPlus1,
      long eventTime,
      byte[] buf,
      int off,
      int len,
      long fullLength,
      long hash) {
    checkBytes(buf, off, len);
    SentCounters sent = counters(partition);
    if (subpartitionPlus1 < 0 || subpartitionPlus1 > sent.subpartitions()) {
      throw new IndexOutOfBoundsException("subpartition " + (subpartitionPlus1 - 1));
    }
    if (recorder.ended()) {
      return;
    }
    open(PayloadColumns.kept(len));
    makeRoomFor(sent, subpartitionPlus1);
    if (subpartitionPlus1 == 0 && sent.isSkipping()) {
      seal();
    }
    row(kind, invocation, 1, operator);
    channels += sent.fresh(subpartitionPlus1);
    long skip = sent.takeSkip(subpartitionPlus1);
    skipping |= skip > 0;
    skips.add(skip);
    orders.add(order);
    order = 0;
    sent.count(subpartitionPlus1);
    int slot = partitions.of(partition);
    partitionIndexes.add(slot);
    subpartitionsPlus1.add(subpartitionPlus1);
    times.add(eventTime, kind == EventKind.RECORD);
    if (kind == EventKind.WATERMARK && eventTime != AttemptRecorder.NO_TIME) {
      boolean fresh = !watermarked.contains(slot);
      watermarks.add(watermarked.of(slot), eventTime, fresh);
    }
    if (len < 0) {
      payload.withhold();
    }
    close(payload.add(buf, off, len, fullLength, hash));
  }

  /** Closes the block when the row would make zone 3 too long, unless nothing can help. */
  private void makeRoomFor(SentCounters sent, int subpartitionPlus1) {
    if (channels > 0
        && channels <= MAX_CHANNELS
        && channels + sent.fresh(subpartitionPlus1) > MAX_CHANNELS) {
      seal();
    }
  }

  @Override
  public void order(int rowsPlus1) {
    order = rowsPlus1;
  }

  @Override
  public void barrier(long checkpoint, int partition, int flags) {
    SentCounters sent = counters(partition);
    if (recorder.ended()) {
      return;
    }
    for (int s = 0; s < sent.subpartitions(); s++) {
      if (barriers.needsNewBlock(checkpoint)) {
        seal();
      }
      touch();
      barriers.add(checkpoint, 0, partitions.of(partition), s, sent.sent(s), flags);
    }
  }

  @Override
  public void sent(int partition, int subpartition, long elements) {
    SentCounters sent = counters(partition);
    if (!sent.jump(subpartition, elements)) {
      seal();
      sent.jump(subpartition, elements);
    }
  }

  private SentCounters counters(int partition) {
    while (counters.size() <= partition) {
      counters.add(null);
    }
    SentCounters sent = counters.get(partition);
    if (sent == null) {
      int subpartitions = recorder.partition(partition).subpartitions;
      if (subpartitions == 0) {
        throw new IndexOutOfBoundsException("partition " + partition + " is not written here");
      }
      sent = new SentCounters(subpartitions);
      counters.set(partition, sent);
    }
    return sent;
  }

  @Override
  EventTimes eventTimes() {
    return times;
  }

  @Override
  int flags() {
    return payload.flags() | (skipping ? BlockAssembler.FLAG_SKIPS : 0);
  }

  @Override
  void writeIds(Bytes columns, Bytes scratch) {
    if (rows() == 0) {
      return;
    }
    partitionIndexes.write(columns);
    subpartitionsPlus1.write(columns);
    orders.write(columns);
    skips.write(columns);
    int listed = 0;
    for (int i = 0; i < partitions.size(); i++) {
      listed += counters.get(partitions.member(i)).listed();
    }
    scratch.uv(listed);
    for (int i = 0; i < partitions.size(); i++) {
      SentCounters sent = counters.get(partitions.member(i));
      for (int k = 0; k < sent.listed(); k++) {
        int s = sent.listed(k);
        scratch.uv(i);
        scratch.uv(s);
        scratch.uv(sent.sentAtStart(s));
      }
    }
    columns.u8(18);
    columns.u8(7);
    columns.uv(scratch.size());
    columns.put(scratch);
  }

  @Override
  void writePayload(Bytes columns) {
    payload.write(columns);
  }

  @Override
  int writeOwnZones(BlockAssembler a) {
    boolean collapsed = channels > MAX_CHANNELS;
    Bytes zone = a.scratch();
    for (int i = 0; i < partitions.size(); i++) {
      writeChannels(zone, i, counters.get(partitions.member(i)), collapsed);
    }
    a.zone(BlockAssembler.ZONE_CHANNELS);
    zone = a.scratch();
    for (int i = 0; i < watermarked.size(); i++) {
      zone.uv(0);
      zone.uv(watermarked.member(i));
      zone.zz(watermarks.first(i));
      zone.zz(watermarks.last(i));
    }
    a.zone(BlockAssembler.ZONE_WATERMARKS);
    barriers.write(a.scratch());
    a.zone(BlockAssembler.ZONE_BARRIERS);
    return collapsed ? BlockAssembler.FLAG_CHANNELS_COLLAPSED : 0;
  }

  private static void writeChannels(Bytes zone, int slot, SentCounters sent, boolean collapsed) {
    long first = Long.MAX_VALUE;
    long last = 0;
    long count = 0;
    for (int k = 0; k < sent.listed(); k++) {
      int s = sent.listed(k);
      long from = sent.sentAtStart(s);
      long to = sent.toldEnd(s);
      long told = sent.told(s);
      if (!collapsed && told > 0) {
        writeChannel(zone, slot, s, from, to - 1, told);
      }
      first = Math.min(first, from);
      last = Math.max(last, to - 1);
      count += told;
    }
    if (collapsed && count > 0) {
      writeChannel(zone, slot, 0, first, last, count);
    }
  }

  private static void writeChannel(Bytes zone, int slot, int s, long first, long last, long n) {
    zone.uv(0);
    zone.uv(slot);
    zone.uv(s);
    zone.uv(first);
    zone.uv(last);
    zone.uv(n);
  }

  @Override
  void clearOwn() {
    times.clear();
    partitionIndexes.clear();
    subpartitionsPlus1.clear();
    orders.clear();
    skips.clear();
    skipping = false;
    payload.clear();
    watermarked.clear();
    barriers.clear();
    channels = 0;
    for (SentCounters sent : counters) {
      if (sent != null) {
        sent.nextBlock();
      }
    }
  }
}
