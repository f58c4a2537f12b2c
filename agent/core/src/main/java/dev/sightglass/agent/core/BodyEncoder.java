package dev.sightglass.agent.core;

/** Lane job keeps bodies in column 96, lane log as payload in column 48: messages may hold data. */
final class BodyEncoder extends LaneEncoder implements BodyLane {
  static final int MAX_BODY = 1 << 20;

  private final int lane;
  private final boolean sensitive;
  private final BytesColumn bodies;
  private final BytesColumn payloads = new BytesColumn(48);
  private boolean cut;

  BodyEncoder(BlockRecorder recorder, int lane) {
    super(recorder, lane);
    this.lane = lane;
    this.sensitive = lane == Lane.LOG;
    this.bodies = new BytesColumn(sensitive ? 48 : 96);
  }

  @Override
  public void event(
      int kind, long invocation, int operator, byte[] body, int definition, byte[] payload) {
    if (sensitive && payload != null) {
      throw new IllegalArgumentException("a payload beside a body that is one");
    }
    if (recorder.ended()) {
      return;
    }
    if (body.length > MAX_BODY) {
      recorder
          .gaps()
          .lost(
              lane,
              GapReason.PAYLOAD_OVER_LIMIT,
              invocation,
              invocation,
              1,
              body.length,
              recorder.wall(),
              recorder.wall(),
              null);
      return;
    }
    boolean withheld = payload != null && payload.length > MAX_BODY;
    int extra = payload == null || withheld ? 0 : payload.length;
    open(body.length + extra);
    definitionPlus1(definition);
    row(kind, invocation, 1, operator);
    bodies.add(body, 0, body.length);
    if (!sensitive) {
      payloads.add(payload, 0, extra == 0 && (payload == null || withheld) ? -1 : extra);
      cut |= withheld;
    }
    close(body.length + extra);
  }

  @Override
  void writePayload(Bytes columns) {
    if (sensitive) {
      bodies.write(columns);
    } else {
      payloads.write(columns);
    }
  }

  @Override
  int flags() {
    return cut ? BlockAssembler.FLAG_PAYLOAD_CUT : 0;
  }

  @Override
  void writeDet(Bytes columns) {
    if (!sensitive) {
      bodies.write(columns);
    }
  }

  @Override
  void clearOwn() {
    bodies.clear();
    payloads.clear();
    cut = false;
  }
}
