package dev.sightglass.agent.core;

final class TraceEncoder extends LaneEncoder implements TraceLane {
  private final NumberColumn ordinals = new NumberColumn(22, 0);
  private final NumberColumn texts = new NumberColumn(67, 0);
  private final RecordColumns payload = new RecordColumns();
  private final Positions positions = new Positions(1);

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
    int valueLen = length(record.value);
    int keyLen = length(record.key);
    int headersLen = length(record.headers);
    open(RecordColumns.kept(valueLen, keyLen, headersLen));
    int splitSlot = definitionPlus1(split);
    int textSlot = definitionPlus1(text);
    positions.add(splitSlot, offset, splitTime, offset >= 0);
    texts.add(textSlot);
    ordinals.add(ordinal);
    int kept = payload.addValue(record.value, 0, valueLen, 0, 0);
    kept += payload.addKey(record.key, 0, keyLen);
    kept += payload.addHeaders(record.headers, 0, headersLen);
    if (record.withheld) {
      payload.withhold();
    }
    row(kind, invocation, 1, operator);
    close(kept);
  }

  private static int length(byte[] b) {
    return b == null ? -1 : b.length;
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
  int flags() {
    return payload.flags();
  }

  @Override
  void writePayload(Bytes columns) {
    payload.write(columns);
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
    payload.clear();
  }
}
