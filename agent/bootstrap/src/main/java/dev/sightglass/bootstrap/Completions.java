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

  /** Bytes of records that may wait; what comes on top is told without its bytes. */
  static final int BYTES_LIMIT = 16 << 20;

  private static final VarHandle TOP;
  private static final VarHandle WAITING;
  private static final VarHandle DROPPED;
  private static final VarHandle BYTES;

  static {
    try {
      MethodHandles.Lookup l = MethodHandles.lookup();
      TOP = l.findVarHandle(Completions.class, "top", Ticket.class);
      WAITING = l.findVarHandle(Completions.class, "waiting", int.class);
      DROPPED = l.findVarHandle(Completions.class, "dropped", long.class);
      BYTES = l.findVarHandle(Completions.class, "bytes", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private Ticket top;
  private int waiting;
  private long dropped;
  private int bytes;

  /** One write, from the call to its acknowledgement. */
  public static final class Ticket {
    private final Completions owner;
    public final long invocation;
    public final int operator;
    public final int ordinal;

    public String topic;
    public int partition;

    /** Null = it was written outside of one. */
    public Transaction transaction;

    public long offset;
    public long time;

    /** Class of what went wrong, or null. */
    public String error;

    /** What was written: the client's own arrays, null when there is none or it is withheld. */
    public byte[] key;

    public byte[] value;

    /** In the layout of column 50, {@code spec/block.md}. */
    public byte[] headers;

    /** There were bytes, and no room for them. */
    public boolean withheld;

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

    /** What is written. The client keeps its own copy, and nobody changes these arrays after. */
    void record(byte[] key, byte[] value, byte[] headers) {
      this.key = key;
      this.value = value;
      this.headers = headers;
    }

    private int bytes() {
      return (key == null ? 0 : key.length)
          + (value == null ? 0 : value.length)
          + (headers == null ? 0 : headers.length);
    }

    private void withhold() {
      key = null;
      value = null;
      headers = null;
      withheld = true;
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
    int size = t.bytes();
    if ((int) BYTES.getAndAdd(this, size) > BYTES_LIMIT - size) {
      BYTES.getAndAdd(this, -size);
      t.withhold();
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
    int size = 0;
    while (t != null) {
      Ticket after = t.next;
      t.next = first;
      first = t;
      size += t.bytes();
      t = after;
      n++;
    }
    if (n > 0) {
      WAITING.getAndAdd(this, -n);
      BYTES.getAndAdd(this, -size);
    }
    return first;
  }

  /** How many were dropped since the last call. */
  public long dropped() {
    return (long) DROPPED.getAndSet(this, 0L);
  }
}
