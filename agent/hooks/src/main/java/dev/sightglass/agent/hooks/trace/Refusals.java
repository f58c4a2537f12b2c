package dev.sightglass.agent.hooks.trace;

import java.util.concurrent.atomic.AtomicLong;

/** Values that a serializer would not write: counted, and named by what it threw. */
public final class Refusals {
  private final AtomicLong count = new AtomicLong();

  /** A serializer threw; gives the words for it. Messages stay out: they may hold values. */
  String of(Throwable t) {
    count.incrementAndGet();
    return "its serializer threw " + t.getClass().getName();
  }

  /** How many there were. */
  public long count() {
    return count.get();
  }
}
