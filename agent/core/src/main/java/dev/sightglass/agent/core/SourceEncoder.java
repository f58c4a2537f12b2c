package dev.sightglass.agent.core;

final class SourceEncoder extends LaneEncoder implements SourceLane {
  private final EventTimes times = new EventTimes();
  private final RecordColumns payload = new RecordColumns();
  private final NumberColumn emitted = new NumberColumn(83, 0);
  private final Positions positions = new Positions(0);

  SourceEncoder(BlockRecorder recorder) {
    super(recorder, Lane.SRC);
  }

  @Override
  public void record(
      long invocation,
      int operator,
      int split,
      long offset,
      long splitTime,
      int emitted,
      byte[] value,
      int valueOff,
      int valueLen,
      byte[] key,
      int keyOff,
      int keyLen,
      byte[] headers,
      int headersOff,
      int headersLen) {
    recordCut(
        invocation,
        operator,
        split,
        offset,
        splitTime,
        emitted,
        value,
        valueOff,
        valueLen,
        key,
        keyOff,
        keyLen,
        headers,
        headersOff,
        headersLen,
        0,
        0);
  }

  @Override
  public void recordCut(
      long invocation,
      int operator,
      int split,
      long offset,
      long splitTime,
      int emitted,
      byte[] value,
      int valueOff,
      int valueLen,
      byte[] key,
      int keyOff,
      int keyLen,
      byte[] headers,
      int headersOff,
      int headersLen,
      long fullLength,
      long hash) {
    checkBytes(value, valueOff, valueLen);
    checkBytes(key, keyOff, keyLen);
    checkBytes(headers, headersOff, headersLen);
    if (recorder.ended()) {
      return;
    }
    open(RecordColumns.kept(valueLen, keyLen, headersLen));
    positions.add(definitionPlus1(split), offset, splitTime, true);
    row(EventKind.SOURCE_RECORD, invocation, 1, operator);
    times.add(AttemptRecorder.NO_TIME, false);
    this.emitted.add(emitted);
    int kept = payload.addValue(value, valueOff, valueLen, fullLength, hash);
    kept += payload.addKey(key, keyOff, keyLen);
    kept += payload.addHeaders(headers, headersOff, headersLen);
    close(kept);
  }

  @Override
  public void run(long invocation, int n, int operator, int split, long offset, int emitted) {
    if (recorder.ended()) {
      return;
    }
    open(0);
    positions.addRun(definitionPlus1(split), offset, n);
    row(EventKind.SOURCE_RUN, invocation, n, operator);
    times.add(AttemptRecorder.NO_TIME, false);
    this.emitted.add(emitted);
    payload.addNone();
    close(0);
  }

  @Override
  public void reference(long invocation, int operator, int split, long offset, long eventTime) {
    if (recorder.ended()) {
      return;
    }
    open(0);
    positions.add(definitionPlus1(split), offset, AttemptRecorder.NO_TIME, true);
    row(EventKind.OTHER_SOURCE_RECORD, invocation, 1, operator);
    times.add(eventTime, true);
    emitted.add(1);
    payload.addNone();
    close(0);
  }

  @Override
  EventTimes eventTimes() {
    return times;
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
    positions.write(columns);
    emitted.write(columns);
  }

  @Override
  int writeOwnZones(BlockAssembler a) {
    positions.writeZone(a.scratch());
    a.zone(BlockAssembler.ZONE_POSITIONS);
    return 0;
  }

  @Override
  void clearOwn() {
    times.clear();
    payload.clear();
    emitted.clear();
    positions.clear();
  }
}
