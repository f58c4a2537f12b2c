package dev.sightglass.agent.hooks.drain;

import dev.sightglass.agent.core.AttemptRecorder;
import dev.sightglass.agent.core.JsonWriter;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A recorder with a queue of events in front of it, which any thread fills and the drain empties.
 */
public abstract class Recording {
  final AttemptRecorder recorder;
  private final AtomicInteger holds = new AtomicInteger();
  private final ConcurrentLinkedQueue<Body> bodies = new ConcurrentLinkedQueue<>();

  Recording(AttemptRecorder recorder) {
    this.recorder = recorder;
  }

  /** Something of it is on its way and will be told: it stays open for a while. Any thread. */
  public final void hold() {
    holds.incrementAndGet();
  }

  /** It was told. Any thread, once for each {@link #hold}. */
  public final void release() {
    holds.decrementAndGet();
  }

  final boolean isHeld() {
    return holds.get() > 0;
  }

  /** An event of lane job. Any thread. */
  public final void event(int kind, JsonWriter body, PendingDefinition definition) {
    event(kind, body, definition, null);
  }

  /** {@link #event(int, JsonWriter, PendingDefinition)} with bytes beside the body, or null. */
  public final void event(int kind, JsonWriter body, PendingDefinition definition, byte[] payload) {
    bodies.add(new Body(false, kind, 0, AttemptRecorder.NONE, body.toBytes(), definition, payload));
  }

  /** An event of lane job of an operator, with bytes beside the body or null. Any thread. */
  public final void event(int kind, int operator, JsonWriter body, byte[] payload) {
    bodies.add(new Body(false, kind, 0, operator, body.toBytes(), null, payload));
  }

  /** An event of lane log. Any thread. */
  public final void log(int kind, long invocation, int operator, JsonWriter body) {
    bodies.add(new Body(true, kind, invocation, operator, body.toBytes(), null, null));
  }

  /** Writes what waits; true when there was something. */
  final boolean writeBodies(long wallMicros) {
    boolean any = false;
    for (Body b; (b = bodies.poll()) != null; any = true) {
      if (!any) {
        recorder.stamp(wallMicros);
      }
      int definition =
          b.definition == null
              ? AttemptRecorder.NONE
              : recorder.define(b.definition.kind, b.definition.body);
      (b.log ? recorder.log() : recorder.job())
          .event(b.kind, b.invocation, b.operator, b.json, definition, b.payload);
    }
    return any;
  }

  /** Lets blocks close that are open for long, {@link AttemptRecorder#tick}. */
  void tick(long nanos) {
    recorder.tick(nanos);
  }

  /** Takes what is there; true when there was something. */
  abstract boolean poll();

  /** What it reads cannot be understood any more: nothing is read from now on. */
  abstract void fail();

  /** Nothing will come any more: closes the recorder. */
  abstract void end();

  /** True when {@link #poll} said that it is over and {@link #end} is due. */
  abstract boolean isOver();
}
