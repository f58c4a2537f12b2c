package dev.sightglass.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TapeTest {
  private static final int NORMAL = 1;
  private static final int RECOVERY = 2;

  /** Counts what was lost and says so in a record when there is room again. */
  private static final class Losses implements Tape.Owner {
    long lost;

    @Override
    public int recoverySize() {
      return 12;
    }

    @Override
    public void recovered(Tape tape) {
      tape.putInt(RECOVERY);
      tape.putLong(lost);
      tape.publish();
      lost = 0;
    }
  }

  private static boolean write(Tape t, long value, int padding) {
    if (!t.room(16 + padding)) {
      return false;
    }
    t.putInt(NORMAL);
    t.putLong(value);
    t.putInt(padding);
    byte[] b = new byte[padding];
    for (int i = 0; i < padding; i++) {
      b[i] = (byte) (value + i);
    }
    t.putBytes(b, 0, padding);
    t.publish();
    return true;
  }

  private static long read(Tape t) {
    assertEquals(NORMAL, t.getInt());
    long value = t.getLong();
    int padding = t.getInt();
    for (int i = 0; i < padding; i++) {
      if (t.bytes()[t.offset() + i] != (byte) (value + i)) {
        throw new AssertionError("byte " + i + " of record " + value);
      }
    }
    t.skip(padding);
    return value;
  }

  @Test
  void recordsComeOutInOrderAcrossChunks() {
    Tape t = new Tape(new ChunkPool(1 << 20), new Losses());
    for (int i = 0; i < 10_000; i++) {
      assertTrue(write(t, i, i % 50));
    }
    for (int i = 0; i < 10_000; i++) {
      assertTrue(t.next());
      assertEquals(i, read(t));
    }
    assertFalse(t.next());
  }

  @Test
  void recordLargerThanAChunkGetsOneOfItsOwn() {
    ChunkPool pool = new ChunkPool(8 << 20);
    Tape t = new Tape(pool, new Losses());
    assertTrue(write(t, 1, 10));
    assertTrue(write(t, 2, 3 << 20));
    assertTrue(write(t, 3, 10));
    for (int i = 1; i <= 3; i++) {
      assertTrue(t.next());
      assertEquals(i, read(t));
    }
    assertFalse(t.next());
    assertTrue(pool.allocated() < 1 << 20, "the large chunk goes back to the heap");
  }

  @Test
  void lossIsToldBeforeAnythingElseWhenRoomIsBack() {
    ChunkPool pool = new ChunkPool(2 * Chunk.SIZE);
    Losses losses = new Losses();
    Tape t = new Tape(pool, losses);
    int written = 0;
    while (write(t, written, 1000)) {
      written++;
    }
    losses.lost = 1;
    assertFalse(write(t, -1, 0), "a small record must not slip past the lost one");
    losses.lost++;
    for (int i = 0; i < written; i++) {
      assertTrue(t.next());
      assertEquals(i, read(t));
    }
    assertFalse(t.next());
    assertTrue(write(t, 77, 0));
    assertTrue(t.next());
    assertEquals(RECOVERY, t.getInt());
    assertEquals(2, t.getLong());
    assertTrue(t.next());
    assertEquals(77, read(t));
  }

  @Test
  void emptyPoolAtTheStartIsALossToo() {
    ChunkPool pool = new ChunkPool(Chunk.SIZE);
    Tape first = new Tape(pool, new Losses());
    Losses losses = new Losses();
    Tape second = new Tape(pool, losses);
    assertFalse(write(second, 1, 1));
    losses.lost = 1;
    first.release(true);
    assertTrue(write(second, 2, 1));
    assertTrue(second.next());
    assertEquals(RECOVERY, second.getInt());
    assertEquals(1, second.getLong());
    assertTrue(second.next());
    assertEquals(2, read(second));
  }

  @Test
  void releasedMemoryIsUsedAgain() {
    ChunkPool pool = new ChunkPool(4 * Chunk.SIZE);
    for (int i = 0; i < 50; i++) {
      Tape t = new Tape(pool, new Losses());
      for (int n = 0; n < 100; n++) {
        assertTrue(write(t, n, 1000), "round " + i);
      }
      t.release(true);
    }
    assertTrue(pool.allocated() <= 4L * Chunk.SIZE);
  }

  @Test
  void chunkThatAWriterMayStillUseIsNotReused() {
    ChunkPool pool = new ChunkPool(8 * Chunk.SIZE);
    Tape t = new Tape(pool, new Losses());
    write(t, 1, 10);
    t.release(false);
    Tape other = new Tape(pool, new Losses());
    write(other, 5, 10);
    write(t, 2, 10);
    assertTrue(other.next());
    assertEquals(5, read(other));
    assertFalse(other.next());
  }

  /**
   * One writer, one reader, a pool that runs dry again and again: every record arrives whole and in
   * order, or is counted in the loss that is told between its neighbours.
   */
  @Test
  void writerAndReaderAgreeOnEveryRecord() throws Exception {
    ChunkPool pool = new ChunkPool(6 * Chunk.SIZE);
    Losses losses = new Losses();
    Tape t = new Tape(pool, losses);
    long records = 2_000_000;
    AtomicReference<Throwable> failure = new AtomicReference<>();
    long[] seen = new long[2];
    Thread reader =
        new Thread(
            () -> {
              try {
                long expected = 0;
                while (expected < records) {
                  if (!t.next()) {
                    Thread.onSpinWait();
                    continue;
                  }
                  if (t.bytes()[t.offset()] == RECOVERY) {
                    t.getInt();
                    long lost = t.getLong();
                    expected += lost;
                    seen[1] += lost;
                  } else {
                    assertEquals(expected, read(t));
                    expected++;
                    seen[0]++;
                  }
                }
              } catch (Throwable e) {
                failure.set(e);
              }
            });
    reader.start();
    SplittableRandom random = new SplittableRandom(7);
    for (long i = 0; i < records; i++) {
      int padding = random.nextInt(64) == 0 ? random.nextInt(5000) : random.nextInt(40);
      if (!write(t, i, padding)) {
        losses.lost++;
      }
    }
    // The last loss is only told with the next record.
    while (losses.lost > 0 && reader.isAlive()) {
      if (t.room(16)) {
        break;
      }
    }
    reader.join(60_000);
    assertFalse(reader.isAlive(), "the reader waits for records that do not come");
    if (failure.get() != null) {
      throw new AssertionError(failure.get());
    }
    assertEquals(records, seen[0] + seen[1]);
    assertTrue(seen[0] > 0);
  }
}
