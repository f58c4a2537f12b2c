package dev.sightglass.agent.wire;

import dev.sightglass.agent.core.Block;
import dev.sightglass.agent.core.BlockSink;
import dev.sightglass.agent.core.Definition;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Origin;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The newest minutes of what tasks did, as finished blocks that nobody has asked for: the oldest go
 * when there is no room, to disk if there is some, else for good. {@link #ship} sends what is there
 * of some recordings, and what comes of them within the next seconds.
 *
 * <p>Lanes here are those of {@code spec/block.md} 1 with 16 added. A block gets its number when it
 * is sent, so that numbers stay dense and nothing looks lost that was never promised.
 */
public final class LookBack implements BlockSink {
  /** How long after {@link #ship} what comes is sent as well: blocks that were open, µs. */
  static final long SHIP_NANOS = 2_000_000_000L;

  /** A block's share of objects and queues. */
  private static final int OVERHEAD = 256;

  private final long limit;
  private final BlockSink sink;
  private final Consumer<String> report;
  private Runnable wake = () -> {};

  // Guarded by this.
  private BlockFiles files;
  private final Deque<Entry> kept = new ArrayDeque<>();
  private final Deque<Entry> shipping = new ArrayDeque<>();
  private final Map<Origin, Map<Integer, Long>> numbers = new HashMap<>();
  private final Map<String, Long> until = new HashMap<>();
  private long memory;
  private long shippedBlocks;
  private long shippedBytes;

  /** A block, here or on disk. */
  private static final class Entry {
    Block block;
    BlockFiles.Place place;
    final int size;

    Entry(Block block) {
      this.block = block;
      this.size = block.bytes().length;
    }
  }

  /**
   * @param limit bytes of memory for what is kept
   * @param files for what memory has no room for, or null
   * @param sink is told of definitions, which blocks that are sent later name
   * @param report takes a line that a person should see
   */
  LookBack(long limit, BlockFiles files, BlockSink sink, Consumer<String> report) {
    this.limit = limit;
    this.files = files;
    this.sink = sink;
    this.report = report;
  }

  /** Called when there is something to send. */
  void onShip(Runnable wake) {
    this.wake = wake;
  }

  @Override
  public void define(Origin origin, Definition definition) {
    sink.define(origin, definition);
  }

  @Override
  public void accept(Block block) {
    boolean ships;
    synchronized (this) {
      Entry e = new Entry(block);
      ships = ships(block.origin(), System.nanoTime());
      (ships ? shipping : kept).add(e);
      memory += e.size + OVERHEAD;
      makeRoom();
    }
    if (ships) {
      wake.run();
    }
  }

  private boolean ships(Origin origin, long now) {
    if (until.isEmpty()) {
      return false;
    }
    until.values().removeIf(t -> now - t > 0);
    return until.containsKey(origin.recordingHex());
  }

  private void makeRoom() {
    for (Iterator<Entry> i = kept.iterator(); memory > limit && i.hasNext(); ) {
      Entry e = i.next();
      if (e.place != null) {
        continue;
      }
      if (!toDisk(e)) {
        i.remove();
        memory -= OVERHEAD;
      }
      memory -= e.size;
    }
  }

  /** False: it is gone. The oldest on disk make room for it. */
  private boolean toDisk(Entry e) {
    if (files == null) {
      return false;
    }
    try {
      while ((e.place = files.add(e.block.bytes())) == null) {
        Entry oldest = kept.peek();
        if (oldest == null || oldest.place == null || oldest == e) {
          return false;
        }
        kept.poll();
        files.free(oldest.place);
        memory -= OVERHEAD;
      }
      e.block = e.block.with(null);
      return true;
    } catch (IOException | RuntimeException x) {
      files = null;
      report.accept(
          "the look-back buffer uses memory alone from now on, its folder failed: "
              + x.getClass().getName());
      return false;
    }
  }

  @Override
  public void gapped(GapSource gaps) {
    sink.gapped(gaps);
  }

  @Override
  public void ended(Origin origin) {
    // What was kept of it may still be wanted.
  }

  /** Sends what is kept of recordings, 32 hex digits each. Any thread. */
  public void ship(Collection<String> recordings) {
    synchronized (this) {
      for (Iterator<Entry> i = kept.iterator(); i.hasNext(); ) {
        Entry e = i.next();
        if (recordings.contains(e.block.origin().recordingHex())) {
          i.remove();
          shipping.add(e);
        }
      }
      long end = System.nanoTime() + SHIP_NANOS;
      recordings.forEach(r -> until.put(r, end));
    }
    wake.run();
  }

  /** The next block to send, or null. */
  synchronized Block next() {
    for (Entry e; (e = shipping.poll()) != null; ) {
      memory -= OVERHEAD;
      byte[] bytes = e.block.bytes();
      if (e.place == null) {
        memory -= e.size;
      } else {
        bytes = read(e);
      }
      if (bytes == null) {
        continue;
      }
      long number =
          numbers
              .computeIfAbsent(e.block.origin(), o -> new HashMap<>())
              .merge(e.block.lane(), 1L, Long::sum);
      shippedBlocks++;
      shippedBytes += bytes.length;
      return e.block.with(bytes).numbered(number - 1);
    }
    return null;
  }

  private byte[] read(Entry e) {
    if (files == null) {
      return null;
    }
    try {
      byte[] bytes = files.read(e.place);
      files.free(e.place);
      return bytes;
    } catch (IOException x) {
      return null; // it is missing, and what is there says from when on
    }
  }

  synchronized boolean isEmpty() {
    return shipping.isEmpty();
  }

  /** Bytes of memory in use. */
  public synchronized long memory() {
    return memory;
  }

  /** Adds what is kept to a STATUS. */
  public synchronized void status(JsonWriter json) {
    json.beginObject();
    json.name("blocks").value(kept.size());
    json.name("memory").value(memory);
    json.name("disk").value(files == null ? 0 : files.bytes());
    json.name("from_us").value(kept.isEmpty() ? 0 : kept.peek().block.wallMin());
    json.name("sending").value(shipping.size());
    json.name("sent_blocks").value(shippedBlocks);
    json.name("sent_bytes").value(shippedBytes);
    json.endObject();
  }

  /** Removes its files; at the end of the process. */
  synchronized void close() {
    try {
      if (files != null) {
        files.close();
      }
    } catch (IOException e) {
      report.accept("files of the look-back buffer stay: " + e.getClass().getName());
    }
  }
}
