package dev.sightglass.bootstrap;

import java.nio.ByteBuffer;

/** Writes the elements that leave a task to its tape. */
abstract class TaskElements extends TaskWriter {
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
    if (record && o.payload != Levels.FULL) {
      putWithheld(o, b, subpartition, from, len, invocation);
    } else if (len > TapeFormat.MAX_VALUE) {
      putCut(o, b, subpartition, from, len, invocation);
    } else if (tape.room(TapeFormat.OUT_SIZE + len)) {
      tape.putInt(TapeFormat.OUT | o.index << 16);
      tape.putInt(subpartition);
      tape.putLong(invocation);
      tape.putInt(len);
      copy(b, from, len);
      tape.publish();
    } else {
      lose(LANE_OUT, invocation, 1, len);
    }
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

  /** The record's tag and event time are kept, of its value the length, and the hash if wanted. */
  private void putWithheld(
      OutputContext o, ByteBuffer b, int subpartition, int from, int len, long invocation) {
    int kept = Math.min(len, b.get(from) == 0 ? 9 : 1);
    long hash = o.payload == Levels.HASHED ? hash(b, from, len) : 0;
    if (!tape.room(TapeFormat.OUT_SIZE + 16 + kept)) {
      lose(LANE_OUT, invocation, 1, len);
      return;
    }
    tape.putInt(TapeFormat.OUT | TapeFormat.CUT << 8 | o.index << 16);
    tape.putInt(subpartition);
    tape.putLong(invocation);
    tape.putInt(kept);
    tape.putLong(len);
    tape.putLong(hash);
    copy(b, from, kept);
    tape.publish();
  }

  private void putCut(
      OutputContext o, ByteBuffer b, int subpartition, int from, int len, long invocation) {
    long hash = hash(b, from, len);
    if (!tape.room(TapeFormat.OUT_SIZE + 16 + TapeFormat.KEPT)) {
      lose(LANE_OUT, invocation, 1, len);
      return;
    }
    tape.putInt(TapeFormat.OUT | TapeFormat.CUT << 8 | o.index << 16);
    tape.putInt(subpartition);
    tape.putLong(invocation);
    tape.putInt(TapeFormat.KEPT);
    tape.putLong(len);
    tape.putLong(hash);
    copy(b, from, TapeFormat.KEPT);
    tape.publish();
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
