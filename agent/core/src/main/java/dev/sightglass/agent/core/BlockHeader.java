package dev.sightglass.agent.core;

/** The fixed fields of a block that is being finished. */
final class BlockHeader {
  final Origin origin;
  final int lane;
  int flags;
  long number;
  long firstInvocation;
  long lastInvocation;
  long wallMin;
  long wallMax;
  long eventMin = Long.MAX_VALUE;
  long eventMax = Long.MIN_VALUE;
  long checkpoint;
  int events;

  BlockHeader(Origin origin, int lane) {
    this.origin = origin;
    this.lane = lane;
  }
}
