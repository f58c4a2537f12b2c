package dev.sightglass.bootstrap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * External writes that were acknowledged, told by threads of clients and taken by the drain. A
 * stack of tickets without a lock; the ticket that was made for the write is its own link, so a
 * completion allocates nothing.
 */
public final class Completions {
  /** Tickets that may wait; more are only counted. The drain comes every few milliseconds. */
  static final int LIMIT = 1 << 20;

  private static final VarHandle TOP;
  private static final VarHandle WAITING;
  private static final VarHandle DROPPED;

  static {
    try {
      MethodHandles.Lookup l = MethodHandles.lookup();
      TOP = l.findVarHandle(Completions.class, "top", Ticket.class);
      WAITING = l.findVarHandle(Completions.class, "waiting", int.class);
      DROPPED = l.findVarHandle(Completions.class, "dropped", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private Ticket top;
  private int waiting;
  private long dropped;

  /** One write, from the call to its acknowledgement. */
  public static final class Ticket {
    private final Completions owner;
    public final long invocation;
    public final int operator;
    public final int ordinal;

    public String topic;
    public int partition;
    public long offset;
    public long time;

    /** Class of what went wrong, or null. */
    public String error;

    private Ticket next;

    Ticket(Completions owner, long invocation, int operator, int ordinal) {
      this.owner = owner;
      this.invocation = invocation;
      this.operator = operator;
      this.ordinal = ordinal;
    }

    /** The next one that {@link Completions#take} gave. */
    public Ticket next() {
      return next;
    }

    /** The write is over; any thread, once. */
    void complete(String topic, int partition, long offset, long time, Throwable error) {
      this.topic = topic;
      this.partition = partition;
      this.offset = offset;
      this.time = time;
      this.error = error == null ? null : error.getClass().getName();
      owner.push(this);
    }
  }

  private void push(Ticket t) {
    if ((int) WAITING.getAndAdd(this, 1) >= LIMIT) {
      WAITING.getAndAdd(this, -1);
      DROPPED.getAndAdd(this, 1L);
      return;
    }
    Ticket old;
    do {
      old = (Ticket) TOP.getAcquire(this);
      t.next = old;
    } while (!TOP.weakCompareAndSetRelease(this, old, t));
  }

  /** All that are there, oldest first, or null. */
  public Ticket take() {
    Ticket t = (Ticket) TOP.getAndSet(this, null);
    Ticket first = null;
    int n = 0;
    while (t != null) {
      Ticket after = t.next;
      t.next = first;
      first = t;
      t = after;
      n++;
    }
    if (n > 0) {
      WAITING.getAndAdd(this, -n);
    }
    return first;
  }

  /** How many were dropped since the last call. */
  public long dropped() {
    return (long) DROPPED.getAndSet(this, 0L);
  }
}
