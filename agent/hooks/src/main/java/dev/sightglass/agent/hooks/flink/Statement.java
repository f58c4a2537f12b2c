package dev.sightglass.agent.hooks.flink;

/** A statement that the planner's parser took. Immutable but for {@link #made}. */
final class Statement {
  /** Grows with each statement of the process. */
  final long order;

  /** As the parser got it; what leaves the process is cleaned of secrets. */
  final String text;

  /** Simple name of the class of Flink's operation. */
  final String operation;

  final long atMicros;

  /** What statements of one table environment have in common. */
  final Session session;

  /** It became operators of some job. */
  volatile boolean made;

  Statement(long order, String text, String operation, long atMicros, Session session) {
    this.order = order;
    this.text = text;
    this.operation = operation;
    this.atMicros = atMicros;
    this.session = session;
  }
}
