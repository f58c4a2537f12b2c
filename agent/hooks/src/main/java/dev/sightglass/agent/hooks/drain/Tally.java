package dev.sightglass.agent.hooks.drain;

import java.util.concurrent.atomic.AtomicLongArray;

/** How much came through the hooks that run too often to count in place. Written by the drain. */
public final class Tally {
  /** What is counted; each belongs to the hooks of that id. */
  public enum Of {
    OUT("out"),
    IN("in"),
    CHAIN("chain.push"),
    KAFKA("source.kafka"),
    OTHER("source.output"),
    SINK("sink.kafka"),
    TIMER("timer"),
    MAIL("mail"),
    CALLBACK("mail.callback"),
    WATERMARK("in.watermark"),
    READ("env.read");

    final String hook;

    Of(String hook) {
      this.hook = hook;
    }
  }

  private final AtomicLongArray counts = new AtomicLongArray(Of.values().length);
  private volatile long lostEvents;
  private volatile long lostBytes;

  void add(Of of, long n) {
    int i = of.ordinal();
    counts.lazySet(i, counts.get(i) + n);
  }

  /** The drain is the only one who writes. */
  void lost(long events, long bytes) {
    lostEvents = lostEvents + events;
    lostBytes = lostBytes + bytes;
  }

  public long lostEvents() {
    return lostEvents;
  }

  public long lostBytes() {
    return lostBytes;
  }

  /** How often a hook ran as far as it is known here, else 0. */
  public long of(String hook) {
    for (Of of : Of.values()) {
      if (of.hook.equals(hook)) {
        return counts.get(of.ordinal());
      }
    }
    return 0;
  }
}
