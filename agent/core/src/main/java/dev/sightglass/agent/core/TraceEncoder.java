package dev.sightglass.agent.core;

final class TraceEncoder extends NoteEncoder implements TraceLane {
  private final Positions positions = new Positions(1);
  private final Note write = new Note();

  // The place of the row at hand.
  private int split = AttemptRecorder.NONE;
  private long offset;
  private long splitTime = AttemptRecorder.NO_TIME;

  TraceEncoder(BlockRecorder recorder) {
    super(recorder, Lane.TRACE);
  }

  @Override
  public void written(
      long invocation,
      int operator,
      int ordinal,
      int split,
      long offset,
      long splitTime,
      WrittenRecord record) {
    add(
        EventKind.WRITTEN,
        invocation,
        operator,
        ordinal,
        split,
        offset,
        splitTime,
        AttemptRecorder.NONE,
        record);
  }

  @Override
  public void failed(
      long invocation, int operator, int ordinal, int split, int text, WrittenRecord record) {
    add(
        EventKind.WRITE_FAILED,
        invocation,
        operator,
        ordinal,
        split,
        -1,
        AttemptRecorder.NO_TIME,
        text,
        record);
  }

  private void add(
      int kind,
      long invocation,
      int operator,
      int ordinal,
      int split,
      long offset,
      long splitTime,
      int text,
      WrittenRecord record) {
    if (recorder.ended()) {
      return;
    }
    if (split >= 0) {
      recorder.checkDefinition(split);
    }
    write.clear();
    write.kind = kind;
    write.invocation = invocation;
    write.operator = operator;
    write.ordinal = ordinal;
    write.text = text;
    write.withheld = record.withheld;
    record.tellTransaction(write);
    set(write.value, record.value);
    set(write.key, record.key);
    this.split = split;
    this.offset = offset;
    this.splitTime = splitTime;
    try {
      add(write, record.headers);
    } finally {
      this.split = AttemptRecorder.NONE;
      this.offset = 0;
      this.splitTime = AttemptRecorder.NO_TIME;
    }
  }

  private static void set(Note.Stretch s, byte[] b) {
    if (b != null) {
      s.set(b, 0, b.length);
    }
  }

  @Override
  void addOwn(Note n) {
    positions.add(definitionPlus1(split), offset, splitTime, offset >= 0);
  }

  @Override
  public void stamp(long wallMicros) {
    wall(wallMicros);
  }

  @Override
  void writeDet(Bytes columns) {
    super.writeDet(columns);
    positions.write(columns);
  }

  @Override
  int writeOwnZones(BlockAssembler a) {
    super.writeOwnZones(a);
    positions.writeZone(a.scratch());
    a.zone(BlockAssembler.ZONE_POSITIONS);
    return 0;
  }

  @Override
  void clearOwn() {
    super.clearOwn();
    positions.clear();
  }
}
