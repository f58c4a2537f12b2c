package dev.sightglass.bootstrap;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Chunks of all tapes under one budget of bytes. A writer never waits: it takes a free chunk, makes
 * one while the budget lasts, or gets none.
 */
public final class ChunkPool {
  /** Free chunks kept for reuse; more go back to the heap. */
  private static final int KEEP = 128;

  private final long budget;
  private final AtomicLong allocated = new AtomicLong();
  private final AtomicLong freeCount = new AtomicLong();
  private final ConcurrentLinkedQueue<Chunk> free = new ConcurrentLinkedQueue<>();

  /**
   * @param budget bytes that all chunks together may take
   */
  public ChunkPool(long budget) {
    this.budget = budget;
  }

  /**
   * A chunk for at least {@code size} bytes, or null when the budget is spent. Larger ones than
   * usual are never reused.
   */
  Chunk take(int size) {
    if (size <= Chunk.SIZE) {
      Chunk c = free.poll();
      if (c != null) {
        freeCount.decrementAndGet();
        return c;
      }
      size = Chunk.SIZE;
    }
    if (allocated.addAndGet(size) > budget) {
      allocated.addAndGet(-size);
      return null;
    }
    try {
      return new Chunk(size);
    } catch (Throwable t) {
      allocated.addAndGet(-size);
      throw t;
    }
  }

  void give(Chunk c) {
    if (c.data.length == Chunk.SIZE && freeCount.get() < KEEP) {
      c.reset();
      freeCount.incrementAndGet();
      free.offer(c);
    } else {
      allocated.addAndGet(-c.data.length);
    }
  }

  /** Bytes that lie in chunks, in use or free. */
  public long allocated() {
    return allocated.get();
  }
}
