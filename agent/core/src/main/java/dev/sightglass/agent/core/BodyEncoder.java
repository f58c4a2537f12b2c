package dev.sightglass.agent.core;

/** Lane job keeps bodies in column 96, lane log as payload in column 48: messages may hold data. */
final class BodyEncoder extends LaneEncoder implements BodyLane {
  static final int MAX_BODY = 1 << 20;

  private final int lane;
  private final boolean sensitive;
  private final BytesColumn bodies;

  BodyEncoder(BlockRecorder recorder, int lane) {
    super(recorder, lane);
    this.lane = lane;
    this.sensitive = lane == Lane.LOG;
    this.bodies = new BytesColumn(sensitive ? 48 : 96);
  }

  @Override
  public void event(int kind, long invocation, int operator, byte[] body, int definition) {
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
    open(body.length);
    definitionPlus1(definition);
    row(kind, invocation, 1, operator);
    bodies.add(body, 0, body.length);
    close(body.length);
  }

  @Override
  void writePayload(Bytes columns) {
    if (sensitive) {
      bodies.write(columns);
    }
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
  }
}
