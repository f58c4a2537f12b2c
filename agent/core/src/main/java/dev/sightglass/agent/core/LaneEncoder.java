package dev.sightglass.agent.core;

import java.util.Objects;

/**
 * What the encoders of all lanes have in common: the meta section, counts, tables, when a block
 * closes, and how it is put together. A lane adds a row in this order: {@link #open}, its own
 * columns and {@link #row} in any order, {@link #close}.
 */
abstract class LaneEncoder {
  static final int MAX_ROWS = 512;
  static final int MAX_RAW = 128 << 10;
  static final long MAX_OPEN_NANOS = 250_000_000;

  /** More channels than this make zone 3 too long (spec/block.md, section 3). */
  static final int MAX_CHANNELS = 256;

  /** What a row's numbers are taken to cost, when raw bytes are counted. */
  private static final int ROW_BYTES = 8;

  final BlockRecorder recorder;
  final BlockTable partitions = new BlockTable();
  final BlockTable definitions = new BlockTable();
  final Counts counts = new Counts();

  private final int lane;
  private final NumberColumn kinds = new NumberColumn(1, -1);
  private final NumberColumn operators = new NumberColumn(2, 0);
  private final DeltaColumn invocations = new DeltaColumn(3);
  private final NumberColumn runs = new NumberColumn(4, 1);
  private final Stamps stamps = new Stamps();
  private long number;
  private int rows;
  private int raw;
  private long openSince;
  private boolean dirty;
  private long firstInvocation;
  private long lastInvocation;
  private long wall;

  LaneEncoder(BlockRecorder recorder, int lane) {
    this.recorder = recorder;
    this.lane = lane + recorder.laneOffset();
  }

  /** A wrong stretch is found before anything of its row is written. */
  static void checkBytes(byte[] buf, int off, int len) {
    if (len >= 0) {
      Objects.checkFromIndexSize(off, len, buf.length);
    }
  }

  /**
   * Makes room for a row with {@code bytes} of payload: a big one gets a block of its own.
   *
   * @return true when a block was closed, so that table indexes of the row must be taken anew
   */
  final boolean open(int bytes) {
    if (rows > 0 && raw + bytes > MAX_RAW && bytes > MAX_RAW / 2) {
      seal();
      return true;
    }
    return false;
  }

  /** Adds the meta columns of a row but for event time. */
  final void row(int kind, long invocation, int n, int operator) {
    touch();
    stamps.row(rows, wall);
    kinds.add(kind);
    operators.add(operator + 1);
    invocations.add(invocation);
    runs.add(n);
    long last = invocation + n - 1;
    firstInvocation = rows == 0 ? invocation : Math.min(firstInvocation, invocation);
    lastInvocation = rows == 0 ? last : Math.max(lastInvocation, last);
    counts.add(operator, kind, n);
    rows++;
  }

  /** Ends a row; closes the block when it is full. */
  final void close(int bytes) {
    raw += bytes + ROW_BYTES;
    if (rows >= MAX_ROWS || raw >= MAX_RAW || counts.size() >= Counts.MAX) {
      seal();
    }
  }

  /** Something is in the block that has to go out, be it only a zone. */
  final void touch() {
    if (!dirty) {
      dirty = true;
      openSince = recorder.now();
    }
  }

  final int rows() {
    return rows;
  }

  final void wall(long micros) {
    wall = micros;
  }

  final void tick(long nanos) {
    if (dirty && nanos - openSince >= MAX_OPEN_NANOS) {
      seal();
    }
  }

  /** Closes the block, if there is one, and hands it on. */
  final void seal() {
    if (!dirty) {
      return;
    }
    BlockAssembler a = recorder.assembler();
    a.begin(recorder.compress());
    BlockHeader h = new BlockHeader(recorder.origin(), lane);
    h.number = number;
    h.events = rows;
    h.firstInvocation = rows == 0 ? 0 : firstInvocation;
    h.lastInvocation = rows == 0 ? 0 : lastInvocation;
    h.wallMin = stamps.isEmpty() ? wall : stamps.min();
    h.wallMax = stamps.isEmpty() ? wall : stamps.max();
    h.checkpoint = recorder.openedBy();
    writeSections(a, h);
    writeZones(a, h);
    byte[] block = a.finish(h);
    number++;
    if (block != null) {
      recorder.sealed(new Block(h, recorder.gaps(), block));
    } else {
      String text = "a block passed the limits of the format";
      recorder
          .gaps()
          .lost(
              lane,
              GapReason.AGENT_FAULT,
              h.firstInvocation,
              h.lastInvocation,
              rows,
              raw,
              h.wallMin,
              h.wallMax,
              text);
    }
    clear();
  }

  private void writeSections(BlockAssembler a, BlockHeader h) {
    Bytes columns = a.columns();
    kinds.write(columns);
    operators.write(columns);
    invocations.write(columns, h.firstInvocation, h.firstInvocation);
    runs.write(columns);
    EventTimes times = eventTimes();
    if (times != null) {
      times.write(columns);
      h.eventMin = times.min();
      h.eventMax = times.max();
    }
    stamps.write(columns, a.scratch());
    a.section(BlockAssembler.SECTION_META);
    writeIds(a.columns(), a.scratch());
    a.section(BlockAssembler.SECTION_IDS);
    writePayload(a.columns());
    a.section(BlockAssembler.SECTION_PAYLOAD);
    writeDet(a.columns());
    a.section(BlockAssembler.SECTION_DET);
    h.flags |= flags();
  }

  private void writeZones(BlockAssembler a, BlockHeader h) {
    counts.write(a.scratch());
    a.zone(BlockAssembler.ZONE_COUNTS);
    // Partitions explain themselves: their definitions go along.
    Bytes value = a.scratch();
    for (int i = 0; i < partitions.size(); i++) {
      Partition p = recorder.partition(partitions.member(i));
      value.key(p.key);
      if (p.definition >= 0) {
        definitions.of(p.definition);
      }
    }
    a.zone(BlockAssembler.ZONE_PARTITIONS);
    h.flags |= writeOwnZones(a);
    recorder.describeIn(definitions);
    value = a.scratch();
    for (int i = 0; i < definitions.size(); i++) {
      value.key(recorder.definitionId(definitions.member(i)));
    }
    a.zone(BlockAssembler.ZONE_DEFINITIONS);
  }

  private void clear() {
    dirty = false;
    rows = 0;
    raw = 0;
    kinds.clear();
    operators.clear();
    invocations.clear();
    runs.clear();
    stamps.clear();
    counts.clear();
    partitions.clear();
    definitions.clear();
    clearOwn();
  }

  /** Index in zone 10 + 1 of a definition; 0 for {@link AttemptRecorder#NONE}. */
  final int definitionPlus1(int definition) {
    if (definition < 0) {
      return 0;
    }
    recorder.checkDefinition(definition);
    return definitions.of(definition) + 1;
  }

  /** The lane's event times, or null. */
  EventTimes eventTimes() {
    return null;
  }

  /** Flags that follow from what the lane wrote. */
  int flags() {
    return 0;
  }

  void writeIds(Bytes columns, Bytes scratch) {}

  void writePayload(Bytes columns) {}

  void writeDet(Bytes columns) {}

  /** Writes the lane's own zones, before zone 10. Returns flags that follow from them. */
  int writeOwnZones(BlockAssembler a) {
    return 0;
  }

  /** Forgets the lane's own columns and zones. */
  abstract void clearOwn();
}
