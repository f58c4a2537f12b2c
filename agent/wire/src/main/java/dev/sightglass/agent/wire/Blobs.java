package dev.sightglass.agent.wire;

import dev.sightglass.agent.core.Keys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Byte strings that the server shall keep, on their way: one after the other, in small pieces of
 * which one is out at a time, behind the blocks and at a bounded rate. The server says how much it
 * has, so that what was interrupted goes on where it was, and what somebody else sends is not sent
 * again.
 *
 * <p>All state is guarded by the object's monitor; files are read under it, by the writer thread
 * alone.
 */
final class Blobs {
  static final int PIECE = 256 << 10;

  /** Bytes a second. */
  static final long RATE = 4 << 20;

  /** With blocks waiting, a piece goes out at most this often. */
  static final long BEHIND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int MAX_QUEUED = 4096;
  private static final int MAX_RESTARTS = 3;
  private static final int MAX_KNOWN = 1 << 16;
  private static final long MAX_HELD = 32 << 20;
  private static final long LATER_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final int HASH = 32;
  private static final int HEAD = HASH + 16;

  private static final int SEND = 0;
  private static final int COMPLETE = 1;
  private static final int REFUSED = 2;
  private static final int LATER = 3;

  /** Those in memory go first: they are small, and give their memory back. */
  private final Deque<Blob> inMemory = new ArrayDeque<>();

  private final Deque<Blob> files = new ArrayDeque<>();
  private final Set<String> queued = new HashSet<>();

  /** What the server at hand has. */
  private final Set<String> known = new LinkedHashSet<>();

  private long held;
  private boolean taken;
  private Blob current;
  private boolean out;
  private boolean asked;
  private long have;
  private int restarts;
  private long nextAt;
  private boolean timed;
  private boolean closing;

  /**
   * Takes over a blob.
   *
   * @return false when there is no room for it: it is released
   */
  synchronized boolean add(Blob b) {
    String id = Keys.hex(b.hash());
    if (known.contains(id) || queued.contains(id)) {
      b.release();
      return true;
    }
    if (queued.size() >= MAX_QUEUED || b.held() > 0 && held + b.held() > MAX_HELD) {
      b.release();
      return false;
    }
    queued.add(id);
    held += b.held();
    (b.held() > 0 || b.size() == 0 ? inMemory : files).add(b);
    return true;
  }

  /**
   * A connection begins.
   *
   * @param takes whether the server takes blobs
   */
  synchronized void connected(boolean takes) {
    taken = takes;
    known.clear();
    timed = false;
  }

  synchronized void disconnected() {
    taken = false;
    out = false;
    asked = false;
  }

  /** The rate does not matter any more. */
  synchronized void closing() {
    closing = true;
  }

  synchronized boolean isEmpty() {
    return !taken || queued.isEmpty();
  }

  /**
   * The next piece, or null.
   *
   * @param idle no block waits
   */
  synchronized Frame take(long nanos, boolean idle) {
    if (wait(nanos, idle) > 0) {
      return null;
    }
    while (true) {
      if (current == null) {
        current = inMemory.isEmpty() ? files.poll() : inMemory.poll();
        asked = false;
        have = 0;
        restarts = 0;
        if (current == null) {
          return null;
        }
      }
      try {
        int n = asked ? (int) Math.min(PIECE, current.size() - have) : 0;
        byte[] part = current.read(have, n);
        timed = true;
        nextAt = nanos + TimeUnit.SECONDS.toNanos(1) * n / RATE;
        out = true;
        return frame(part);
      } catch (IOException e) {
        // The server will miss it, and whoever reads the recording sees that it does.
        done();
      }
    }
  }

  private Frame frame(byte[] part) {
    byte[] head = new byte[HEAD];
    ByteBuffer.wrap(head)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(current.hash())
        .putLong(current.size())
        .putLong(asked ? have : 0);
    return new Frame(FrameType.BLOB, head, part);
  }

  /** Nanoseconds until {@link #take} may give something; a long time when nothing is due. */
  synchronized long wait(long nanos, boolean idle) {
    if (!taken || out || current == null && inMemory.isEmpty() && files.isEmpty()) {
      return Long.MAX_VALUE / 2;
    }
    if (!timed || closing && idle) {
      return 0;
    }
    return Math.max(0, nextAt + (idle ? 0 : BEHIND_NANOS) - nanos);
  }

  /** The server says what it has. */
  synchronized void had(ByteBuffer body, long nanos) {
    byte[] hash = new byte[HASH];
    body.get(hash);
    long bytes = body.getLong();
    int state = body.get() & 0xFF;
    if (current == null || !java.util.Arrays.equals(hash, current.hash())) {
      return;
    }
    out = false;
    switch (state) {
      case SEND:
        if (asked && bytes < have && ++restarts > MAX_RESTARTS) {
          done(); // what is sent is not what was promised: the file was changed
          break;
        }
        asked = true;
        have = Math.max(0, Math.min(bytes, current.size()));
        break;
      case COMPLETE:
        if (known.size() >= MAX_KNOWN) {
          Iterator<String> oldest = known.iterator();
          oldest.next();
          oldest.remove();
        }
        known.add(Keys.hex(hash));
        done();
        break;
      case LATER:
        Blob b = current;
        current = null;
        (b.held() > 0 ? inMemory : files).add(b);
        nextAt = nanos + LATER_NANOS;
        timed = true;
        break;
      case REFUSED:
      default:
        done();
    }
  }

  private void done() {
    queued.remove(Keys.hex(current.hash()));
    held -= current.held();
    current.release();
    current = null;
    out = false;
  }
}
