package dev.sightglass.agent.hooks.drain;

/** An event with a JSON body, on its way from any thread to the drain. */
final class Body {
  final boolean log;
  final int kind;
  final long invocation;
  final int operator;
  final byte[] json;

  /** The definition that the body names, or null. */
  final PendingDefinition definition;

  /** Bytes beside the body, or null. */
  final byte[] payload;

  Body(
      boolean log,
      int kind,
      long invocation,
      int operator,
      byte[] json,
      PendingDefinition definition,
      byte[] payload) {
    this.payload = payload;
    this.log = log;
    this.kind = kind;
    this.invocation = invocation;
    this.operator = operator;
    this.json = json;
    this.definition = definition;
  }
}
