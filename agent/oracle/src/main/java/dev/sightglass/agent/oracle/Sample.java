package dev.sightglass.agent.oracle;

/** A value and how a reader must show it. The second is made with the first, never from bytes. */
final class Sample {
  static final Sample NULL = new Sample(null, "null");

  final Object value;
  final String expect;

  Sample(Object value, String expect) {
    this.value = value;
    this.expect = expect;
  }
}
