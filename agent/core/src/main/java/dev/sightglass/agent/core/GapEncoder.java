package dev.sightglass.agent.core;

import java.util.ArrayList;
import java.util.List;

/**
 * Lane 8. A loss joins the last pending one of its lane and reason when it continues it; when
 * {@link #MAX_PENDING} wait, it joins in any case, so no loss is ever lost.
 */
final class GapEncoder implements GapLane, BlockSink.GapSource {
  private static final int MAX_PENDING = 128;
  private static final int MAX_TEXT = 512;

  /** A block of so many is well under 64 KiB even with the longest texts. */
  private static final int MAX_IN_BLOCK = 32;

  private final Origin origin;
  private final BlockSink sink;

  // Guards the fields below; nothing else is locked while it is held.
  private final Object lock = new Object();
  private final List<Loss> pending = new ArrayList<>();
  private boolean announced;
  private long number;

  GapEncoder(Origin origin, BlockSink sink) {
    this.origin = origin;
    this.sink = sink;
  }

  @Override
  public Origin origin() {
    return origin;
  }

  @Override
  public void lost(
      int lane,
      int reason,
      long first,
      long last,
      long events,
      long bytes,
      long fromMicros,
      long toMicros,
      String text) {
    synchronized (lock) {
      Loss loss = find(lane, reason, first, last);
      if (loss == null) {
        loss = new Loss(lane, reason, first, last, fromMicros, toMicros, text);
        pending.add(loss);
      } else {
        loss.extend(first, last, fromMicros, toMicros);
      }
      loss.events += events;
      loss.bytes += bytes;
      if (announced) {
        return;
      }
      announced = true;
    }
    sink.gapped(this);
  }

  private Loss find(int lane, int reason, long first, long last) {
    Loss same = null;
    for (int i = pending.size() - 1; i >= 0; i--) {
      Loss p = pending.get(i);
      if (p.lane == lane && p.reason == reason) {
        if (p.touches(first, last)) {
          return p;
        }
        same = same == null ? p : same;
      }
    }
    return pending.size() < MAX_PENDING ? null : same;
  }

  @Override
  public Block drain() {
    synchronized (lock) {
      int n = Math.min(pending.size(), MAX_IN_BLOCK);
      if (n == 0) {
        announced = false;
        return null;
      }
      List<Loss> now = new ArrayList<>(pending.subList(0, n));
      pending.subList(0, n).clear();
      return block(now);
    }
  }

  private Block block(List<Loss> losses) {
    NumberColumn kinds = new NumberColumn(1, -1);
    DeltaColumn invocations = new DeltaColumn(3);
    BytesColumn bodies = new BytesColumn(96);
    Stamps stamps = new Stamps();
    BlockHeader h = new BlockHeader(origin, Lane.GAP);
    h.number = number++;
    h.firstInvocation = Long.MAX_VALUE;
    h.wallMax = Long.MIN_VALUE;
    for (Loss loss : losses) {
      kinds.add(EventKind.GAP);
      invocations.add(loss.first);
      stamps.row(h.events, loss.from);
      byte[] body = loss.body();
      bodies.add(body, 0, body.length);
      h.firstInvocation = Math.min(h.firstInvocation, loss.first);
      h.lastInvocation = Math.max(h.lastInvocation, loss.last);
      h.wallMax = Math.max(h.wallMax, loss.to);
      h.events++;
    }
    h.wallMin = stamps.min();
    BlockAssembler a = new BlockAssembler();
    a.begin(false);
    Bytes columns = a.columns();
    kinds.write(columns);
    invocations.write(columns, h.firstInvocation, h.firstInvocation);
    stamps.write(columns, a.scratch());
    a.section(BlockAssembler.SECTION_META);
    bodies.write(a.columns());
    a.section(BlockAssembler.SECTION_DET);
    Counts counts = new Counts();
    counts.add(AttemptRecorder.NONE, EventKind.GAP, h.events);
    counts.write(a.scratch());
    a.zone(BlockAssembler.ZONE_COUNTS);
    Bytes zone = a.scratch();
    for (Loss loss : losses) {
      loss.write(zone);
    }
    a.zone(BlockAssembler.ZONE_GAPS);
    return new Block(h, this, a.finish(h));
  }

  /** One pending event. */
  private static final class Loss {
    private final int lane;
    private final int reason;
    private final String text;
    private long first;
    private long last;
    private long events;
    private long bytes;
    private long from;
    private long to;

    Loss(int lane, int reason, long first, long last, long from, long to, String text) {
      this.lane = lane;
      this.reason = reason;
      this.first = first;
      this.last = Math.max(first, last);
      this.from = from;
      this.to = Math.max(from, to);
      this.text = text == null || text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
    }

    /** Whether a loss of {@code [first, last]} continues or overlaps this one. */
    boolean touches(long first, long last) {
      return first <= this.last + 1 && last + 1 >= this.first;
    }

    void extend(long first, long last, long from, long to) {
      this.first = Math.min(this.first, first);
      this.last = Math.max(this.last, last);
      this.from = Math.min(this.from, from);
      this.to = Math.max(this.to, to);
    }

    void write(Bytes zone) {
      zone.uv(lane);
      zone.uv(reason);
      zone.uv(first);
      zone.uv(last);
      zone.uv(events);
      zone.uv(bytes);
    }

    byte[] body() {
      JsonWriter json = new JsonWriter().beginObject();
      json.name("lane").value(lane).name("reason").value(reason);
      json.name("first").value(first).name("last").value(last);
      json.name("events").value(events).name("bytes").value(bytes);
      json.name("from_us").value(from).name("to_us").value(to);
      if (text != null) {
        json.name("text").value(text);
      }
      return json.endObject().toBytes();
    }
  }
}
