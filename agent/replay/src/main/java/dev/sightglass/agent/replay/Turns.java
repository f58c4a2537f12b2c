package dev.sightglass.agent.replay;

import dev.sightglass.bootstrap.Determinants;
import dev.sightglass.bootstrap.ServeProbe;
import dev.sightglass.bootstrap.TaskContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.core.memory.MemorySegmentFactory;
import org.apache.flink.runtime.event.AbstractEvent;
import org.apache.flink.runtime.io.network.api.EndOfData;
import org.apache.flink.runtime.io.network.api.serialization.EventSerializer;
import org.apache.flink.runtime.io.network.buffer.Buffer;
import org.apache.flink.runtime.io.network.buffer.NetworkBuffer;
import org.apache.flink.runtime.io.network.partition.consumer.BufferOrEvent;

/**
 * The order of what a recorded task did: gates ask for what came in next, the loop of the replay
 * for what else happened. Used by the task's thread.
 */
final class Turns {
  /** Bytes on their way to the server at which the task waits. */
  private static final long MAX_WAITING = 96L << 20;

  private final Feed feed;
  private final Determinants determinants;
  private final Report report;
  private final Lines lines;
  private final TimerChanges timers = new TimerChanges(this);
  private final StateChanges states;
  private ReplayGate[] gates = new ReplayGate[0];

  /** By gate: completed when its turn comes; null = nobody waits. */
  private List<CompletableFuture<?>> waiting = new ArrayList<>();

  /** Completed when the turn of a source comes; null = none waits. */
  private CompletableFuture<Void> source;

  private TaskContext context;

  /** The invocation behind the elements that were handed out. */
  private long given;

  private IOException broken;

  Turns(Feed feed, Determinants determinants, Report report, Lines lines) {
    this.lines = lines;
    this.feed = feed;
    this.determinants = determinants;
    this.report = report;
    this.states = new StateChanges(feed, determinants, report, ServeProbe::descriptor);
  }

  void serve(ReplayGate[] all, TaskContext task) {
    gates = all;
    context = task;
    states.tellOf(task);
    waiting = new ArrayList<>(Collections.nCopies(all.length, null));
  }

  /** The next step that is not a read; reads are put where they are taken from. */
  int peek() throws IOException {
    if (broken != null) {
      throw broken;
    }
    try {
      int op;
      while ((op = states.isWaiting() ? Feed.NOTHING : feed.peek()) == Feed.READ
          || op == Feed.OUTSIDE
          || op == Feed.TRACE
          || op == Feed.TIMER
          || op == Feed.WAITING
          || op == Feed.STATE && feed.change.isTimer) {
        if (op == Feed.WAITING || op == Feed.STATE) {
          if (op == Feed.STATE) {
            states.add(feed.change);
          } else {
            states.await();
          }
          feed.take();
          continue;
        }
        if (op == Feed.TIMER) {
          timers.add(feed.invocation, feed.time, feed.outside, feed.number);
          feed.take();
          continue;
        }
        if (op == Feed.TRACE) {
          lines.trace(feed.invocation, feed.number);
          feed.take();
          continue;
        }
        if (op == Feed.OUTSIDE) {
          determinants.addOutside(feed.invocation, feed.count);
          feed.take();
          continue;
        }
        determinants.add(
            feed.source,
            feed.invocation,
            feed.outside,
            feed.time,
            feed.number,
            feed.number2,
            feed.bytes.length == 0 ? null : feed.bytes);
        feed.take();
      }
      return op;
    } catch (IOException e) {
      broken = e;
      throw e;
    }
  }

  /** What becomes of timers otherwise than recorded. */
  TimerChanges timers() {
    return timers;
  }

  /** What becomes of state otherwise than recorded. */
  StateChanges states() {
    return states;
  }

  /** Whether all that was handed out is done, so that the next step may begin. */
  boolean isDone() {
    return context == null || context.nextInvocation() >= given;
  }

  /** Whether the next step comes in through a gate. */
  boolean isNext(int gate) {
    try {
      int op = peek();
      return (op == Feed.ELEMENTS || op == Feed.EVENT) && feed.gate == gate && isDone();
    } catch (IOException e) {
      // The gate that is asked for it throws.
      return true;
    }
  }

  /** The invocation at hand, or the one that comes next. */
  long invocation() {
    return context == null ? 0 : context.nextInvocation() - 1;
  }

  /** What a gate is available with when it is not its turn. */
  CompletableFuture<?> later(int gate) {
    CompletableFuture<?> f = waiting.get(gate);
    if (f == null) {
      f = new CompletableFuture<>();
      waiting.set(gate, f);
    }
    return f;
  }

  /** Wakes the gate whose turn it is. */
  void wake() throws IOException {
    int op = peek();
    if (op == Feed.RECORD && isDone() && source != null) {
      CompletableFuture<Void> f = source;
      source = null;
      f.complete(null);
    }
    if ((op == Feed.ELEMENTS || op == Feed.EVENT) && isDone()) {
      CompletableFuture<?> f = waiting.set(feed.gate, null);
      if (f != null) {
        f.complete(null);
      }
    }
  }

  /**
   * What the function of a legacy source did by itself, outside of all that is told, is not done
   * here: the numbers that it had are passed over.
   */
  void passOver() throws IOException {
    int op = peek();
    if (context != null && op != Feed.END && op != Feed.AGAIN && op != Feed.PAUSE) {
      context.comesTo(feed.invocation);
    }
  }

  /** Whether the next step is a record that a source reads. */
  boolean isNextRecord(String operator) {
    try {
      return peek() == Feed.RECORD && feed.operator.equals(operator) && isDone();
    } catch (IOException e) {
      // The loop of the replay throws.
      return false;
    }
  }

  /** What a source is available with when it is not its turn. */
  CompletableFuture<Void> laterRecord() {
    if (source == null) {
      source = new CompletableFuture<>();
    }
    return source;
  }

  /** What the next step is within a source: see {@link Feed}. */
  int sourceStep() throws IOException {
    peek();
    return (int) feed.number2;
  }

  /** Takes a step of a source that is no record. */
  Feed mark() {
    feed.take();
    return feed;
  }

  /**
   * Takes the step of what a source gives in an invocation of its own. It stays until the next one
   * is looked at.
   */
  Feed record() throws IOException {
    waitForRoom();
    number(feed.invocation);
    given = feed.invocation + 1;
    boolean value = feed.number2 != Feed.WATERMARK && feed.number2 != Feed.STATUS;
    report.elements(feed.invocation, value ? 1 : 0);
    feed.take();
    return feed;
  }

  Optional<BufferOrEvent> next(int gate) throws IOException {
    if (!isNext(gate)) {
      return Optional.empty();
    }
    int op = peek();
    ReplayGate g = gates[gate];
    BufferOrEvent next;
    if (op == Feed.ELEMENTS) {
      waitForRoom();
      number(feed.invocation);
      given = feed.invocation + feed.count;
      byte[] b = feed.bytes;
      Buffer buffer =
          new NetworkBuffer(
              MemorySegmentFactory.wrap(b), s -> {}, Buffer.DataType.DATA_BUFFER, b.length);
      next = new BufferOrEvent(buffer, g.channelInfo(feed.channel), true, false);
      report.elements(feed.invocation, feed.count);
    } else {
      AbstractEvent event =
          EventSerializer.fromSerializedEvent(
              ByteBuffer.wrap(feed.bytes), getClass().getClassLoader());
      if (event instanceof EndOfData) {
        g.endOfData();
      }
      next = new BufferOrEvent(event, false, g.channelInfo(feed.channel), true, 0, false);
    }
    feed.take();
    return Optional.of(next);
  }

  /** What the server has not taken yet is bounded: a replay loses nothing. */
  private void waitForRoom() throws IOException {
    while (Determinants.waiting() > MAX_WAITING) {
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        throw new IOException("interrupted", e);
      }
    }
  }

  /**
   * The recording's number of what comes next; where the task would count otherwise, it is told.
   */
  void number(long recorded) {
    long own = context == null ? recorded : context.nextInvocation();
    if (own != recorded) {
      report.numbered(recorded, own);
      context.renumber(recorded);
    }
  }
}
