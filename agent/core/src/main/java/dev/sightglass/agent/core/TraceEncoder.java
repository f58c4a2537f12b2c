package dev.sightglass.agent.core;

final class TraceEncoder extends LaneEncoder implements TraceLane {
  private final NumberColumn ordinals = new NumberColumn(22, 0);
  private final NumberColumn texts = new NumberColumn(67, 0);
  private final Positions positions = new Positions(1);

  TraceEncoder(BlockRecorder recorder) {
    super(recorder, Lane.TRACE);
  }

  @Override
  public void written(
      long invocation, int operator, int ordinal, int split, long offset, long splitTime) {
    add(
        EventKind.WRITTEN,
        invocation,
        operator,
        ordinal,
        split,
        offset,
        splitTime,
        AttemptRecorder.NONE);
  }

  @Override
  public void failed(long invocation, int operator, int ordinal, int split, int text) {
    add(
        EventKind.WRITE_FAILED,
        invocation,
        operator,
        ordinal,
        split,
        -1,
        AttemptRecorder.NO_TIME,
        text);
  }

  private void add(
      int kind,
      long invocation,
      int operator,
      int ordinal,
      int split,
      long offset,
      long splitTime,
      int text) {
    if (recorder.ended()) {
      return;
    }
    int splitSlot = definitionPlus1(split);
    int textSlot = definitionPlus1(text);
    positions.add(splitSlot, offset, splitTime, offset >= 0);
    texts.add(textSlot);
    ordinals.add(ordinal);
    row(kind, invocation, 1, operator);
    close(0);
  }

  @Override
  public void stamp(long wallMicros) {
    wall(wallMicros);
  }

  @Override
  void writeIds(Bytes columns, Bytes scratch) {
    ordinals.write(columns);
  }

  @Override
  void writeDet(Bytes columns) {
    texts.write(columns);
    positions.write(columns);
  }

  @Override
  int writeOwnZones(BlockAssembler a) {
    positions.writeZone(a.scratch());
    a.zone(BlockAssembler.ZONE_POSITIONS);
    return 0;
  }

  @Override
  void clearOwn() {
    ordinals.clear();
    texts.clear();
    positions.clear();
  }
}
