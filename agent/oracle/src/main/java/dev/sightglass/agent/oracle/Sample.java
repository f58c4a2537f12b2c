package dev.sightglass.agent.oracle;

/** A value and how a reader must show it. The second is made with the first, never from bytes. */
final class Sample {
  static final Sample NULL = new Sample(null, "null");

  final Object value;
  final String expect;

  /** How it must be shown where the sidecar has the classes; null when that is no other way. */
  final String byJob;

  Sample(Object value, String expect) {
    this(value, expect, null);
  }

  Sample(Object value, String expect, String byJob) {
    this.value = value;
    this.expect = expect;
    this.byJob = byJob;
  }
}
