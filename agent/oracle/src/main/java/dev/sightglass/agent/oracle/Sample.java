package vectors;

/** A value and how the reader must show it. */
final class Sample {
  final Object value;
  final String expect;

  Sample(Object value, String expect) {
    this.value = value;
    this.expect = expect;
  }
}
