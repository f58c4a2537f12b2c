package dev.sightglass.agent.hooks.drain;

import dev.sightglass.agent.core.AttemptRecorder;
import dev.sightglass.agent.core.BlockRecorder;
import dev.sightglass.agent.core.BlockSink;
import dev.sightglass.agent.core.Codec;
import dev.sightglass.agent.core.GapReason;
import dev.sightglass.agent.core.Origin;
import dev.sightglass.agent.core.Workspace;
import dev.sightglass.bootstrap.Clock;
import dev.sightglass.bootstrap.Hooks;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that reads all tapes of the process. It sleeps up to {@link #IDLE_NANOS} when there is
 * nothing to read; a task never wakes it.
 */
public final class Drain {
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /**
   * Between two rounds that found little. To wake up costs more than to read what few invocations
   * left, and what a task writes meanwhile is far less than its memory.
   */
  private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** A round that took so long found much: the next one follows at once. */
  private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Workspace workspace;
  private final BlockSink sink;
  private final BlockSink lookBack;
  private final Thread thread;
  private final ConcurrentLinkedQueue<Recording> added = new ConcurrentLinkedQueue<>();
  private final List<Recording> recordings = new ArrayList<>();

  /** How often blocks were to be closed, and were. Guarded by the object's monitor. */
  private long flushes;

  private long flushed;

  private volatile boolean stopping;
  private volatile boolean stopped;

  /**
   * @param lookBack takes blocks that are kept and not sent
   */
  public Drain(Codec codec, BlockSink sink, BlockSink lookBack) {
    this.lookBack = lookBack;
    this.workspace = new Workspace(codec);
    this.sink = sink;
    thread = new Thread(null, this::run, "sightglass-drain");
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
  }

  public void start() {
    thread.start();
  }

  /** A recorder that this drain will feed. Any thread. */
  public AttemptRecorder recorder(Origin origin) {
    return new BlockRecorder(origin, workspace, sink);
  }

  /** A recorder for what is kept and not sent of what {@code recorder} records. Any thread. */
  public AttemptRecorder keeper(AttemptRecorder recorder) {
    return BlockRecorder.lookBack(recorder, workspace, lookBack);
  }

  /** Takes care of a recording from now on. Any thread. */
  public void add(Recording r) {
    added.add(r);
  }

  /** Closes all blocks and waits for it, at most {@code millis} ms. At the end of the process. */
  public void finish(long millis) {
    stopping = true;
    LockSupport.unpark(thread);
    try {
      thread.join(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Reads what all tasks wrote so far and closes all blocks; waits for it, at most {@code millis}
   * ms.
   */
  public synchronized void flush(long millis) {
    long mine = ++flushes;
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    LockSupport.unpark(thread);
    try {
      long left = millis;
      while (flushed < mine && left > 0) {
        wait(left);
        left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized long toFlush() {
    return flushes == flushed ? 0 : flushes;
  }

  private synchronized void flushed(long until) {
    flushed = until;
    notifyAll();
  }

  /** True when nothing is read any more. */
  public boolean isStopped() {
    return stopped;
  }

  private void run() {
    long pause = SHORT_NANOS;
    long ticked = System.nanoTime();
    while (!stopping) {
      boolean some = false;
      boolean much = false;
      try {
        long began = System.nanoTime();
        long flush = toFlush();
        some = pollAll();
        if (flush > 0) {
          while (pollAll()) {
            // Until all tapes are empty: who wants it waits.
          }
          for (Recording r : recordings) {
            r.recorder.flush();
          }
          flushed(flush);
        }
        long now = System.nanoTime();
        much = some && now - began >= LONG_NANOS;
        if (now - ticked >= TICK_NANOS) {
          ticked = now;
          for (Recording r : recordings) {
            r.tick(now);
          }
        }
      } catch (Throwable t) {
        // Out of memory, most likely; nothing was half done outside of a recording, see
        // poll(Recording).
        Hooks.fail(t);
      }
      pause = some ? SHORT_NANOS : Math.min(pause * 2, IDLE_NANOS);
      if (!much) {
        LockSupport.parkNanos(pause);
      }
    }
    try {
      pollAll();
      for (Recording r : recordings) {
        end(r);
      }
    } catch (Throwable t) {
      Hooks.fail(t);
    }
    stopped = true;
  }

  private boolean pollAll() {
    boolean busy = false;
    for (Recording r; (r = added.poll()) != null; ) {
      recordings.add(r);
    }
    for (Iterator<Recording> i = recordings.iterator(); i.hasNext(); ) {
      Recording r = i.next();
      busy |= poll(r);
      if (r.isOver()) {
        i.remove();
        end(r);
      }
    }
    return busy;
  }

  /**
   * A fault while reading one recording ends that one: its place on the tape is no longer known.
   */
  private boolean poll(Recording r) {
    try {
      return r.poll();
    } catch (Throwable t) {
      Hooks.fail(t);
      r.fail();
      long now = Clock.read();
      r.recorder
          .gaps()
          .lost(0, GapReason.AGENT_FAULT, 0, 0, 0, 0, now, now, t.getClass().getName());
      return true;
    }
  }

  private static void end(Recording r) {
    try {
      r.end();
    } catch (Throwable t) {
      Hooks.fail(t);
    }
  }
}
