package dev.sightglass.bootstrap;

import java.nio.ByteBuffer;

/** Writes the elements that leave a task to its tape. */
abstract class TaskElements extends TaskWriter {

  /**
   * Rows of lanes trace, state and env that the invocation of the element at hand made before, plus
   * 1; 0 = not told.
   */
  int order;

  TaskElements(ChunkPool pool) {
    super(pool);
  }

  /** Puts an element that leaves on the tape, as its operator's payload is to be kept. */
  void put(
      OutputContext o,
      ByteBuffer b,
      int subpartition,
      int from,
      int len,
      boolean record,
      long invocation) {
    boolean kept = record && o.kept;
    if (kept && subpartition < 0) {
      tellSent(o, TapeFormat.LOOK_BACK);
    }
    if (record && o.payload != Levels.FULL) {
      // Its tag and event time are kept, of its value the length, and the hash if wanted.
      int part = Math.min(len, b.get(from) == 0 ? 9 : 1);
      long hash = o.payload == Levels.HASHED ? hash(b, from, len) : 0;
      putPart(o, b, subpartition, from, len, part, hash, kept, invocation);
    } else if (len > TapeFormat.MAX_VALUE) {
      long hash = hash(b, from, len);
      putPart(o, b, subpartition, from, len, TapeFormat.KEPT, hash, kept, invocation);
    } else if (head(o, 0, kept, subpartition, len, len, invocation)) {
      copy(b, from, len);
      tape.publish();
    }
  }

  private void putPart(
      OutputContext o,
      ByteBuffer b,
      int subpartition,
      int from,
      int len,
      int part,
      long hash,
      boolean kept,
      long invocation) {
    if (head(o, TapeFormat.CUT, kept, subpartition, part, 16 + part, invocation)) {
      tape.putLong(len);
      tape.putLong(hash);
      copy(b, from, part);
      tape.publish();
    }
  }

  /** Begins the record of an element on the tape; false: it is lost. */
  private boolean head(
      OutputContext o,
      int flags,
      boolean kept,
      int subpartition,
      int len,
      int room,
      long invocation) {
    if (!tape.room(TapeFormat.OUT_SIZE + room)) {
      lose(kept ? LANE_KEPT : LANE_OUT, invocation, 1, len);
      return false;
    }
    boolean numbered = subpartition >= 0 && (kept || o.jumped);
    int all = flags | (kept ? TapeFormat.LOOK_BACK : 0) | (numbered ? TapeFormat.NUMBERED : 0);
    if (order > 0) {
      all |= TapeFormat.ORDERED;
    }
    tape.putInt(TapeFormat.OUT | all << 8 | o.index << 16);
    tape.putInt(subpartition);
    tape.putLong(invocation);
    tape.putInt(len);
    if (numbered) {
      tape.putLong(o.next(subpartition));
    }
    if (order > 0) {
      tape.putInt(order);
    }
    return true;
  }

  private static long hash(ByteBuffer b, int from, int len) {
    if (b.hasArray()) {
      return Xxh64.hash(b.array(), b.arrayOffset() + from, len);
    }
    byte[] all = new byte[len];
    ByteBuffer d = b.duplicate();
    d.position(from);
    d.get(all);
    return Xxh64.hash(all, 0, len);
  }

  private void copy(ByteBuffer b, int from, int len) {
    if (b.hasArray()) {
      tape.putBytes(b.array(), b.arrayOffset() + from, len);
    } else {
      ByteBuffer d = b.duplicate();
      d.position(from);
      d.get(tape.array(), tape.position(), len);
      tape.advance(len);
    }
  }
}
