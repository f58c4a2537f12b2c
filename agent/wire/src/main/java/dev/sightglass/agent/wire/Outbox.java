package dev.sightglass.agent.wire;

import dev.sightglass.agent.core.Block;
import dev.sightglass.agent.core.BlockSink;
import dev.sightglass.agent.core.Definition;
import dev.sightglass.agent.core.GapReason;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Lane;
import dev.sightglass.agent.core.Origin;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What waits to be sent and what waits for its ack. It decides what goes out next, keeps the books
 * of credit and memory, and turns what does not fit into gaps.
 *
 * <p>All state is guarded by the object's monitor, which is held for a few steps at a time and
 * never while something is sent. Under it only {@link BlockSink.GapSource#drain} and {@link
 * dev.sightglass.agent.core.GapLane#lost} are called, whose lock is inner: they never wait for this
 * one.
 */
final class Outbox implements BlockSink {
  /**
   * Bytes of gap blocks that may be held beside the buffer; beyond them gaps grow where they are.
   */
  static final long GAP_RESERVE = 256 << 10;

  /** Gaps are collected for so long before they are told, so that one outage is one gap. */
  static final long GAP_NANOS = 250_000_000;

  /** After a NACK that says that the server has no room. */
  static final long PAUSE_NANOS = 1_000_000_000;

  /** A block's share of objects and queues. */
  private static final int BLOCK_OVERHEAD = 256;

  private static final int MAX_ANSWERS = 64;
  private static final int MAX_TRIES = 3;
  private static final long MAX_CREDIT = 1L << 40;

  private final long limit;
  private final LookBack lookBack;

  /** For blocks that memory has no room for; null = there is no such place. */
  private BlockFiles files;

  private final Consumer<String> report;

  private final Deque<Parcel> unsent = new ArrayDeque<>();
  private final Deque<Parcel> unsentGaps = new ArrayDeque<>();
  private final Deque<Parcel> inFlight = new ArrayDeque<>();
  private final Deque<Frame> answers = new ArrayDeque<>();
  private final Set<GapSource> gapped = new LinkedHashSet<>();
  private final Senders senders = new Senders();

  private long held;
  private long heldGaps;
  private long credit;
  private long nextFrame = 1;
  private long pausedUntil;
  private boolean paused;
  private long nextGaps;
  private boolean gapsTimed;
  private boolean closing;
  private long changes;

  private long blocks;
  private long events;
  private long bytes;
  private long lostEvents;
  private long lostBytes;

  Outbox(long limit) {
    this(limit, null, null, line -> {});
  }

  /**
   * @param limit bytes of memory for blocks
   * @param lookBack has blocks to send when nothing else is to be sent; null = there is none
   * @param files for blocks beyond the limit, or null
   * @param report takes a line that a person should see
   */
  Outbox(long limit, LookBack lookBack, BlockFiles files, Consumer<String> report) {
    this.limit = limit;
    this.lookBack = lookBack;
    this.files = files;
    this.report = report;
  }

  /** A block on its way. */
  private static final class Parcel {
    Block block;
    BlockFiles.Place place;
    final int size;
    long frame;
    int tries;

    Parcel(Block block) {
      this.block = block;
      this.size = block.bytes().length;
    }

    boolean isGap() {
      return block.lane() == Lane.GAP;
    }

    long cost() {
      return (place == null ? size : 0) + BLOCK_OVERHEAD;
    }
  }

  @Override
  public synchronized void define(Origin origin, Definition definition) {
    senders.define(origin, definition);
    changed();
  }

  @Override
  public synchronized void accept(Block block) {
    Parcel p = new Parcel(block);
    senders.waiting(block);
    blocks++;
    events += block.events();
    bytes += block.bytes().length;
    // An eighth is left for what remains in memory of blocks on disk.
    if (held + p.cost() > limit - limit / 8) {
      toDisk(p);
    }
    held += p.cost();
    unsent.add(p);
    while (held > limit && !unsent.isEmpty()) {
      giveUp(unsent.poll(), GapReason.BUFFER_FULL, null);
    }
    changed();
  }

  /** It keeps its place among the others. */
  private void toDisk(Parcel p) {
    if (files == null) {
      return;
    }
    try {
      p.place = files.add(p.block.bytes());
      if (p.place != null) {
        p.block = p.block.with(null);
      }
    } catch (IOException | RuntimeException e) {
      files = null;
      report.accept(
          "blocks that wait stay in memory from now on, the folder for them failed: "
              + e.getClass().getName());
    }
  }

  /** Brings a block back to memory; false: it is lost. */
  private boolean fromDisk(Parcel p) {
    if (p.place == null) {
      return true;
    }
    try {
      if (files == null) {
        return false;
      }
      p.block = p.block.with(files.read(p.place));
      files.free(p.place);
      held -= p.cost();
      p.place = null;
      held += p.cost();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void giveUp(Parcel p, int reason, String text) {
    settled(p);
    if (p.place != null && files != null) {
      files.free(p.place);
    }
    lose(p, reason, text);
  }

  @Override
  public synchronized void gapped(GapSource gaps) {
    gapped.add(gaps);
    changed();
  }

  @Override
  public synchronized void ended(Origin origin) {
    senders.ended(origin);
  }

  private void lose(Parcel p, int reason, String text) {
    Block b = p.block;
    lostEvents += b.events();
    lostBytes += p.size;
    if (p.isGap()) {
      return; // a server that takes no gap would be told of gaps for ever
    }
    b.gaps()
        .lost(
            b.lane(),
            reason,
            b.firstInvocation(),
            b.lastInvocation(),
            b.events(),
            p.size,
            b.wallMin(),
            b.wallMax(),
            text);
  }

  /** The parcel needs no memory any more. */
  private void settled(Parcel p) {
    if (p.isGap()) {
      heldGaps -= p.cost();
    } else {
      held -= p.cost();
    }
    senders.answered(p.block);
  }

  /** A connection begins. */
  synchronized void connected(long credit) {
    this.credit = Math.min(Math.max(credit, 0), MAX_CREDIT);
    senders.defineAll();
    paused = false;
    changed();
  }

  /** The connection is gone: what was not acked goes out again, oldest first. */
  synchronized void disconnected() {
    while (!inFlight.isEmpty()) {
      Parcel p = inFlight.pollLast();
      (p.isGap() ? unsentGaps : unsent).addFirst(p);
    }
    answers.clear();
    nextFrame = 1;
    changed();
  }

  /** No more blocks come; gaps go out at once. */
  synchronized void closing() {
    closing = true;
    changed();
  }

  /** The next frame to send, or null when there is none or the credit does not allow it. */
  synchronized Frame take(long nanos) {
    Frame answer = answers.poll();
    if (answer != null) {
      return answer;
    }
    if (!senders.isAllDefined()) {
      return senders.defineFrame();
    }
    if (paused && nanos - pausedUntil < 0) {
      return null;
    }
    paused = false;
    collectGaps(nanos);
    Deque<Parcel> queue = unsentGaps.isEmpty() ? unsent : unsentGaps;
    Parcel p = queue.peek();
    if (p == null) {
      p = fromLookBack();
      queue = unsent;
    }
    if (p == null) {
      return null;
    }
    if (!fromDisk(p)) {
      queue.remove();
      giveUp(p, GapReason.AGENT_FAULT, "a block on disk cannot be read");
      return take(nanos);
    }
    Frame number = Frame.longs(FrameType.BLOCK, nextFrame);
    Frame frame = new Frame(FrameType.BLOCK, number.body, p.block.bytes());
    // With nothing in flight no ack can bring more credit, so a last block may overdraw it.
    if (credit < frame.size() && !(inFlight.isEmpty() && credit > 0)) {
      return null;
    }
    credit -= frame.size();
    queue.remove();
    p.frame = nextFrame++;
    p.tries++;
    inFlight.add(p);
    return frame;
  }

  /** What was kept goes out when nothing else does, one block at a time. */
  private Parcel fromLookBack() {
    Block block = lookBack == null ? null : lookBack.next();
    if (block == null) {
      return null;
    }
    Parcel p = new Parcel(block);
    senders.waiting(block);
    blocks++;
    events += block.events();
    bytes += p.size;
    held += p.cost();
    unsent.add(p);
    return p;
  }

  private void collectGaps(long nanos) {
    if (gapped.isEmpty() || heldGaps >= GAP_RESERVE) {
      return;
    }
    if (!closing && gapsTimed && nanos - nextGaps < 0) {
      return;
    }
    gapsTimed = true;
    nextGaps = nanos + GAP_NANOS;
    while (!gapped.isEmpty() && heldGaps < GAP_RESERVE) {
      GapSource source = gapped.iterator().next();
      Block block = source.drain();
      if (block == null) {
        gapped.remove(source);
        continue;
      }
      Parcel p = new Parcel(block);
      senders.waiting(block);
      blocks++;
      heldGaps += p.cost();
      unsentGaps.add(p);
    }
  }

  /** All frames up to {@code frame} are safe. */
  synchronized void acked(long frame, long more) throws IOException {
    if (frame < 0 || frame >= nextFrame || more < 0) {
      throw new IOException("the server acked what was not sent");
    }
    while (!inFlight.isEmpty() && inFlight.peek().frame <= frame) {
      settled(inFlight.poll());
    }
    credit = Math.min(credit + more, MAX_CREDIT);
    changed();
  }

  /** The server did not take one frame. */
  synchronized void nacked(long frame, int reason, long nanos) throws IOException {
    Parcel p = null;
    for (Parcel candidate : inFlight) {
      if (candidate.frame == frame) {
        p = candidate;
        break;
      }
    }
    if (p == null) {
      throw new IOException("the server refused a block that was not sent");
    }
    inFlight.remove(p);
    if (NackReason.isTransient(reason)) {
      again(p);
      paused = true;
      pausedUntil = nanos + PAUSE_NANOS;
    } else if (reason == NackReason.CHECKSUM && p.tries < MAX_TRIES) {
      again(p);
    } else {
      giveUp(p, NackReason.gap(reason), NackReason.text(reason));
    }
    changed();
  }

  private void again(Parcel p) {
    (p.isGap() ? unsentGaps : unsent).addFirst(p);
  }

  /** The server lacks a definition. */
  synchronized void needed(long id) {
    if (senders.needed(id)) {
      changed();
    }
  }

  /** A frame that answers the server; forgotten when the server asks faster than it reads. */
  synchronized void answer(Frame frame) {
    if (answers.size() < MAX_ANSWERS) {
      answers.add(frame);
      changed();
    }
  }

  /** No block waits to be sent. */
  synchronized boolean isIdle() {
    return unsent.isEmpty() && unsentGaps.isEmpty();
  }

  /** Everything was sent and acked. */
  synchronized boolean isDrained() {
    return unsent.isEmpty()
        && unsentGaps.isEmpty()
        && inFlight.isEmpty()
        && senders.isAllDefined()
        && gapped.isEmpty()
        && (lookBack == null || lookBack.isEmpty());
  }

  /** How often something changed; see {@link #await}. */
  synchronized long changes() {
    return changes;
  }

  /** Wakes who waits. */
  synchronized void changed() {
    changes++;
    notifyAll();
  }

  /** Waits until something changed since {@code seen} was read, at most {@code nanos}. */
  synchronized void await(long seen, long nanos) throws InterruptedException {
    long wait = paused || !gapped.isEmpty() ? Math.min(nanos, GAP_NANOS) : nanos;
    if (changes == seen && wait > 0) {
      wait(wait / 1_000_000, (int) (wait % 1_000_000));
    }
  }

  /** The members of STATUS' counters that are known here. */
  synchronized void counters(JsonWriter json, Telemetry telemetry) {
    json.name("errors").value(telemetry.errors());
    json.name("lost_events").value(lostEvents + telemetry.lostEvents());
    json.name("lost_bytes").value(lostBytes + telemetry.lostBytes());
    json.name("queued_bytes").value(held + heldGaps);
    json.name("spilled_bytes").value(files == null ? 0 : files.bytes());
    json.name("cpu_ns").value(telemetry.cpuNanos());
    json.name("blocks").value(blocks);
    json.name("events").value(events);
    json.name("bytes").value(bytes);
  }

  /** Bytes of memory that blocks take. */
  synchronized long held() {
    return held + heldGaps;
  }

  /** Bytes of all blocks that were made. */
  synchronized long made() {
    return bytes;
  }

  /** Removes its files; at the end of the process. */
  synchronized void close() {
    try {
      if (files != null) {
        files.close();
      }
    } catch (IOException e) {
      report.accept("files of blocks that waited stay: " + e.getClass().getName());
    }
  }

  /** The body of CLOSE. */
  synchronized String closed() {
    return senders.closed();
  }
}
