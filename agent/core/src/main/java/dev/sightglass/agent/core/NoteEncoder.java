package dev.sightglass.agent.core;

/** Lanes state and env, and what they have in common with lane trace. */
class NoteEncoder extends LaneEncoder implements NoteLane {
  /** Reasons from here on are differences of a metric: their rows stand for so many records. */
  private static final int COUNTED = 254;

  private final NumberColumn ordinals = new NumberColumn(22, 0);
  private final RecordColumns payload = new RecordColumns();
  private final BytesColumn namespaces = new BytesColumn(53);
  private final BytesColumn mapKeys = new BytesColumn(54);
  private final BytesColumn befores = new BytesColumn(55);
  private final DeltaColumn times = new DeltaColumn(65);
  private final NumberColumn flags = new NumberColumn(66, 0);
  private final NumberColumn texts = new NumberColumn(67, 0);
  private final NumberColumn whats = new NumberColumn(68, 0);
  private final DeltaColumn numbers = new DeltaColumn(69);
  private final DeltaColumn numbers2 = new DeltaColumn(70);
  private final NumberColumn reasons = new NumberColumn(71, 0);
  private final NumberColumn states = new NumberColumn(84, 0);
  private final Drops drops = new Drops();

  NoteEncoder(BlockRecorder recorder, int lane) {
    super(recorder, lane);
  }

  @Override
  public void note(Note n) {
    check(n.key);
    check(n.namespace);
    check(n.mapKey);
    check(n.value);
    check(n.before);
    if (recorder.ended()) {
      return;
    }
    add(n, null);
  }

  private static void check(Note.Stretch s) {
    checkBytes(s.bytes, s.offset, s.length);
  }

  /** Adds a row; {@code headers} as of a Kafka record, or null. */
  final void add(Note n, byte[] headers) {
    int headersLen = headers == null ? -1 : headers.length;
    int textSlot = definitionPlus1(n.text);
    int stateSlot = definitionPlus1(n.state);
    int bytes = RecordColumns.kept(n.value.length, n.key.length, headersLen);
    bytes += Math.max(n.namespace.length, 0) + Math.max(n.mapKey.length, 0);
    bytes += PayloadColumns.kept(n.before.length);
    if (open(bytes)) {
      // The block that the definitions entered is gone.
      textSlot = definitionPlus1(n.text);
      stateSlot = definitionPlus1(n.state);
    }
    ordinals.add(n.ordinal);
    times.add(n.time);
    flags.add(n.flags);
    texts.add(textSlot);
    whats.add(n.what);
    numbers.add(n.number);
    numbers2.add(n.number2);
    reasons.add(n.reason);
    states.add(stateSlot);
    int kept = payload.addValue(n.value.bytes, n.value.offset, n.value.length, 0, 0);
    kept += payload.addKey(n.key.bytes, n.key.offset, n.key.length);
    kept += payload.addHeaders(headers, 0, headersLen);
    kept +=
        payload.addBounded(namespaces, n.namespace.bytes, n.namespace.offset, n.namespace.length);
    kept += payload.addBounded(mapKeys, n.mapKey.bytes, n.mapKey.offset, n.mapKey.length);
    kept += payload.addBounded(befores, n.before.bytes, n.before.offset, n.before.length);
    if (n.withheld) {
      payload.withhold();
    }
    addOwn(n);
    if (n.reason != 0) {
      drops.add(n.operator, n.reason, n.reason >= COUNTED ? Math.max(1, n.number) : 1);
    }
    row(n.kind, n.invocation, 1, n.operator);
    close(kept);
  }

  /** Columns of the lane's own. */
  void addOwn(Note n) {}

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
    namespaces.write(columns);
    mapKeys.write(columns);
    befores.write(columns);
  }

  @Override
  void writeDet(Bytes columns) {
    times.write(columns, 0, AttemptRecorder.NO_TIME);
    flags.write(columns);
    texts.write(columns);
    whats.write(columns);
    numbers.write(columns, 0, 0);
    numbers2.write(columns, 0, 0);
    reasons.write(columns);
    states.write(columns);
  }

  @Override
  int writeOwnZones(BlockAssembler a) {
    drops.write(a.scratch());
    a.zone(BlockAssembler.ZONE_DROPS);
    return 0;
  }

  @Override
  void clearOwn() {
    ordinals.clear();
    payload.clear();
    namespaces.clear();
    mapKeys.clear();
    befores.clear();
    times.clear();
    flags.clear();
    texts.clear();
    whats.clear();
    numbers.clear();
    numbers2.clear();
    reasons.clear();
    states.clear();
    drops.clear();
  }
}
