package dev.sightglass.bootstrap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What one writer has to tell one reader: records of bytes in a chain of chunks.
 *
 * <p>The writer reserves room for a whole record, puts it, and publishes its end with a release
 * store; the reader takes the published position with an acquire load, so it sees whole records and
 * everything that they refer to (interned paths, contexts). Neither waits for the other and no
 * memory word is written by both, except the pool's queue.
 *
 * <p>When no chunk is to be had the record is dropped, and so is every record after it until {@link
 * Owner#room} succeeds: a small one must not slip into the rest of the old chunk past a big one
 * that was lost.
 *
 * <p>Records are described in {@link TapeFormat}.
 */
public final class Tape {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /**
   * Told when room is there again after records were lost; writes what the reader needs to go on.
   */
  interface Owner {
    /** Bytes that {@link #recovered} writes. */
    int recoverySize();

    /** Writes the gap and the new bases; room for them is there. */
    void recovered(Tape tape);
  }

  private final ChunkPool pool;
  private final Owner owner;

  private Chunk head;
  private byte[] data;
  private int position;
  private int limit;
  private boolean lost;

  private Chunk tail;
  private int read;

  Tape(ChunkPool pool, Owner owner) {
    this.pool = pool;
    this.owner = owner;
    head = pool.take(0);
    if (head == null) {
      // Without a first chunk there is no chain to hang later ones on. It is small and lives as
      // long as the attempt.
      head = new Chunk(0);
      lost = true;
    }
    tail = head;
    data = head.data;
    limit = data.length;
  }

  // ---- writer

  /** Makes room for a record of {@code size} bytes; false: there is none, the record is lost. */
  boolean room(int size) {
    return size <= limit - position || refill(size);
  }

  private boolean refill(int size) {
    int recovery = lost ? owner.recoverySize() : 0;
    Chunk c = pool.take(Math.addExact(size, recovery));
    if (c == null) {
      lost = true;
      limit = position;
      return false;
    }
    head.seal(c);
    head = c;
    data = c.data;
    position = 0;
    limit = data.length;
    if (lost) {
      lost = false;
      owner.recovered(this);
    }
    return true;
  }

  void putInt(int v) {
    INT.set(data, position, v);
    position += 4;
  }

  void putLong(long v) {
    LONG.set(data, position, v);
    position += 8;
  }

  void putBytes(byte[] src, int off, int len) {
    System.arraycopy(src, off, data, position, len);
    position += len;
  }

  /** The array to fill directly at {@link #position()}, for bytes that do not lie in an array. */
  byte[] array() {
    return data;
  }

  int position() {
    return position;
  }

  void advance(int len) {
    position += len;
  }

  void publish() {
    head.publish(position);
  }

  // ---- reader

  /**
   * True when a record begins here. Moves on to the next chunk when this one is done, giving the
   * old one back.
   */
  public boolean next() {
    while (true) {
      if (read < tail.published()) {
        return true;
      }
      Chunk after = tail.next();
      if (after == null) {
        return false;
      }
      // The last publish of this chunk came before it was sealed: look once more before leaving it.
      if (read < tail.published()) {
        return true;
      }
      Chunk done = tail;
      tail = after;
      read = 0;
      if (done.data.length > 0) {
        pool.give(done);
      }
    }
  }

  public int getInt() {
    int v = (int) INT.get(tail.data, read);
    read += 4;
    return v;
  }

  public long getLong() {
    long v = (long) LONG.get(tail.data, read);
    read += 8;
    return v;
  }

  /** The bytes of the record at hand; they stay until the next call of {@link #next()}. */
  public byte[] bytes() {
    return tail.data;
  }

  /** Where the reader stands in {@link #bytes()}. */
  public int offset() {
    return read;
  }

  public void skip(int len) {
    read += len;
  }

  /**
   * Gives chunks back when the reader is done.
   *
   * @param stopped the writer is known to have stopped; otherwise the chunk that it may still write
   *     to stays out of the pool
   */
  public void release(boolean stopped) {
    while (tail != null) {
      Chunk c = tail;
      tail = c.next();
      if (c.data.length > 0 && (stopped || tail != null)) {
        pool.give(c);
      }
    }
    tail = new Chunk(0);
    read = 0;
  }
}
