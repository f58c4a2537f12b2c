package dev.sightglass.bootstrap;

/** The first place where an exception was seen. */
public final class Thrown {
  public final Throwable throwable;
  public final long invocation;
  public final int operator;

  /** The element or Kafka record being handled; empty when there was none. */
  public final String element;

  public final boolean source;

  Thrown(Throwable throwable, long invocation, int operator, String element, boolean source) {
    this.throwable = throwable;
    this.invocation = invocation;
    this.operator = operator;
    this.element = element;
    this.source = source;
  }

  /** Whether {@code cause} is {@code t} or one of its causes. */
  static boolean caused(Throwable t, Throwable cause) {
    for (int i = 0; t != null && i < 64; i++, t = t.getCause()) {
      if (t == cause) {
        return true;
      }
    }
    return false;
  }
}
