package dev.sightglass.bootstrap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A piece of a tape. The writer moves {@code published} forward, the reader never goes past it. */
final class Chunk {
  static final int SIZE = 64 * 1024;

  private static final VarHandle PUBLISHED;
  private static final VarHandle NEXT;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      PUBLISHED = lookup.findVarHandle(Chunk.class, "published", int.class);
      NEXT = lookup.findVarHandle(Chunk.class, "next", Chunk.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final byte[] data;
  private int published;
  private Chunk next;

  Chunk(int size) {
    data = new byte[size];
  }

  /**
   * Everything written below {@code position}, here and in what it refers to, becomes visible to
   * the reader.
   */
  void publish(int position) {
    PUBLISHED.setRelease(this, position);
  }

  int published() {
    return (int) PUBLISHED.getAcquire(this);
  }

  /** Says that nothing more comes here and where it goes on. */
  void seal(Chunk after) {
    NEXT.setRelease(this, after);
  }

  Chunk next() {
    return (Chunk) NEXT.getAcquire(this);
  }

  /**
   * Back to empty, before a chunk goes to the pool; the pool's queue hands that over to the next
   * owner.
   */
  void reset() {
    published = 0;
    next = null;
  }
}
