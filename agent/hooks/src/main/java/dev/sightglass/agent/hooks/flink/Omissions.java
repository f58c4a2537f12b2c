package dev.sightglass.agent.hooks.flink;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Reads what may not be readable: a failure leaves the field empty and is counted. */
public final class Omissions {
  private final AtomicLong count = new AtomicLong();

  public <T> T get(Supplier<T> read, T otherwise) {
    try {
      T v = read.get();
      return v == null ? otherwise : v;
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      count.incrementAndGet();
      return otherwise;
    }
  }

  long count() {
    return count.get();
  }
}
