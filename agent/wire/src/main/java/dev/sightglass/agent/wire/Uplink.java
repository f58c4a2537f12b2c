package dev.sightglass.agent.wire;

import dev.sightglass.agent.core.Block;
import dev.sightglass.agent.core.BlockSink;
import dev.sightglass.agent.core.Definition;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Origin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Brings blocks to the server and keeps them until they are acked. One daemon thread connects and
 * writes, one more for each connection reads. What is handed in is taken at once, whatever the
 * connection does.
 */
public final class Uplink implements BlockSink, AutoCloseable {
  private static final int PROTOCOL = 1;
  private static final long PING_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long STATUS_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long FINISH_MILLIS = 1_000;

  /** At the end, blobs are waited for so long. */
  private static final long BLOBS_NANOS = TimeUnit.MILLISECONDS.toNanos(1_200);

  private static final long MIN_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int MAX_REPORTS = 20;

  private final UplinkOptions options;
  private final Telemetry telemetry;
  private final Commands commands;
  private final Outbox outbox;
  private final Blobs blobs = new Blobs();
  private final LookBack lookBack;
  private final Dialer dialer;
  private final Backoff backoff;
  private final Thread writer;
  private final CountDownLatch closing = new CountDownLatch(1);
  private String lastReport = "";
  private int reports;
  private volatile boolean statusDue;
  private volatile boolean welcomed;
  private volatile Connection connection;

  private Uplink(UplinkOptions options, Telemetry telemetry, Commands commands, Backoff backoff) {
    this.backoff = backoff;
    this.options = options;
    this.telemetry = telemetry;
    this.commands = commands;
    BlockFiles kept = files(options.lookBackFolder, options.lookBackDisk, "look-back");
    this.lookBack = new LookBack(options.lookBackBytes, kept, this, options.report);
    BlockFiles spill = files(options.spillFolder, options.spillBytes, "waiting");
    this.outbox = new Outbox(options.bufferBytes, lookBack, spill, options.report);
    lookBack.onShip(outbox::changed);
    this.dialer = new Dialer(options);
    this.writer = daemon("sightglass-uplink", this::run);
  }

  private static BlockFiles files(Path folder, long limit, String name) {
    return folder == null
        ? null
        : new BlockFiles(folder, limit, name + "-" + ProcessHandle.current().pid());
  }

  /** What is kept and not sent. */
  public LookBack lookBack() {
    return lookBack;
  }

  /** Bytes of memory that blocks take, those that are kept included. */
  public long memory() {
    return outbox.held() + lookBack.memory();
  }

  /** Bytes of all blocks that were made to be sent. */
  public long made() {
    return outbox.made();
  }

  /** Begins to connect, and goes on doing so until {@link #close}. */
  public static Uplink start(UplinkOptions options, Telemetry telemetry, Commands commands) {
    return start(options, telemetry, commands, new Backoff());
  }

  static Uplink start(
      UplinkOptions options, Telemetry telemetry, Commands commands, Backoff backoff) {
    Uplink uplink = new Uplink(options, telemetry, commands, backoff);
    uplink.writer.start();
    return uplink;
  }

  @Override
  public void define(Origin origin, Definition definition) {
    outbox.define(origin, definition);
  }

  @Override
  public void accept(Block block) {
    outbox.accept(block);
  }

  @Override
  public void gapped(GapSource gaps) {
    outbox.gapped(gaps);
  }

  @Override
  public void ended(Origin origin) {
    outbox.ended(origin);
  }

  /**
   * Has the server keep a byte string.
   *
   * @return false when there is no room to wait
   */
  public boolean keep(Blob blob) {
    boolean room = blobs.add(blob);
    outbox.changed();
    return room;
  }

  /** Waits until the server has all blocks that were handed in, at most so many ms. */
  public void awaitAcks(long millis) {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    try {
      for (long seen = outbox.changes(); !outbox.isDrained(); seen = outbox.changes()) {
        long left = until - System.nanoTime();
        if (left <= 0) {
          return;
        }
        outbox.await(seen, left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether a server has welcomed this process once, and so has said what it wants. */
  public boolean wasWelcomed() {
    return welcomed;
  }

  /** What {@link Telemetry} tells has changed: a STATUS goes out soon. */
  public void statusChanged() {
    statusDue = true;
    outbox.changed();
  }

  /** Whether a server has welcomed this process and the connection stands. */
  public boolean isConnected() {
    Connection c = connection;
    return c != null && !c.isBroken();
  }

  /**
   * Registers a shutdown hook that runs {@code flush}, which hands in the last blocks, and then
   * {@link #close}.
   */
  public void closeAtShutdown(Runnable flush) {
    Thread hook =
        new Thread(
            () -> {
              try {
                flush.run();
              } finally {
                close();
              }
            },
            "sightglass-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Sends what is left for at most 2 s, says that this is an orderly end, and stops. */
  @Override
  public void close() {
    closing.countDown();
    blobs.closing();
    outbox.closing(); // wakes the writer, which then sees the first
    boolean interrupted = false;
    try {
      TimeUnit.NANOSECONDS.timedJoin(writer, CLOSE_NANOS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    Connection c = connection;
    if (c != null) {
      c.close();
    }
    outbox.close();
    lookBack.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static Thread daemon(String name, Runnable run) {
    Thread thread = new Thread(null, run, name);
    thread.setDaemon(true);
    // The creator's loader may be a job's; holding it would keep the job's classes.
    thread.setContextClassLoader(Uplink.class.getClassLoader());
    return thread;
  }

  private void run() {
    boolean last;
    do {
      last = isClosing();
      long wait;
      try {
        if (session()) {
          return;
        }
        wait = backoff.afterFailure();
      } catch (Refusal e) {
        wait = e.isLasting() ? backoff.afterRefusal() : backoff.afterFailure();
        reportTrouble(e.getMessage());
      } catch (IOException e) {
        wait = backoff.afterFailure();
        reportTrouble("no connection to " + options.host + ":" + options.port + " (" + e + ")");
      } catch (InterruptedException e) {
        return;
      } catch (Throwable e) {
        // Out of memory, a fault of our own: the job must not notice, the next try may do better.
        wait = backoff.afterFailure();
        reportTrouble("the connection to the server failed: " + e);
      } finally {
        connection = null;
        blobs.disconnected();
        outbox.disconnected();
      }
      if (!last) {
        pause(wait);
      }
    } while (!last);
  }

  private void pause(long nanos) {
    try {
      closing.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      closing.countDown();
    }
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  /** One connection from dialling to its end. Returns whether it was the orderly end of all. */
  private boolean session() throws IOException, InterruptedException {
    try (Connection c = new Connection(dialer.dial())) {
      Handshake.Welcome welcome = Handshake.run(c, hello(), commands);
      blobs.connected(welcome.blobs);
      outbox.connected(welcome.credit);
      welcomed = true;
      backoff.reset();
      if (reports > 0) {
        reportChange("connected to " + options.host + ":" + options.port);
      }
      connection = c;
      Thread reader = daemon("sightglass-uplink-reader", new Listener(c, outbox, blobs, commands));
      reader.start();
      try {
        pump(c);
        // To close while something is unread would make the socket forget what it has not sent.
        c.finish();
        reader.join(FINISH_MILLIS);
        return true;
      } finally {
        c.close();
        reader.join();
      }
    }
  }

  /** Sends until all is said and done. */
  private void pump(Connection c) throws IOException, InterruptedException {
    long nextPing = System.nanoTime() + PING_NANOS;
    long nextStatus = System.nanoTime() + STATUS_NANOS;
    long pings = 0;
    long closingSince = 0;
    statusDue = true;
    while (!c.isBroken()) {
      long seen = outbox.changes();
      long now = System.nanoTime();
      if (statusDue || now - nextStatus >= 0) {
        statusDue = false;
        nextStatus = now + STATUS_NANOS;
        c.write(Frame.text(FrameType.STATUS, status()));
      }
      if (now - nextPing >= 0) {
        nextPing = now + PING_NANOS;
        c.write(Frame.longs(FrameType.PING, ++pings, Clock.micros()));
      }
      Frame frame = outbox.take(now);
      if (frame == null) {
        frame = blobs.take(now, outbox.isIdle());
      }
      if (frame != null) {
        c.write(frame);
        continue;
      }
      c.flush();
      if (isClosing() && closingSince == 0) {
        closingSince = now == 0 ? 1 : now;
      }
      boolean late = closingSince != 0 && now - closingSince >= BLOBS_NANOS;
      if (isClosing() && outbox.isDrained() && (late || blobs.isEmpty())) {
        c.write(Frame.text(FrameType.CLOSE, outbox.closed()));
        return;
      }
      long wait = Math.min(nextPing, nextStatus) - now;
      wait = Math.min(wait, blobs.wait(now, outbox.isIdle()));
      if (closingSince != 0) {
        wait = Math.min(wait, Math.max(closingSince + BLOBS_NANOS - now, MIN_WAIT_NANOS));
      }
      outbox.await(seen, wait);
    }
    throw new IOException("the connection broke");
  }

  private String hello() {
    JsonWriter json = new JsonWriter().beginObject().name("protocol").value(PROTOCOL);
    telemetry.hello(json);
    if (options.token != null) {
      json.name("token").value(options.token);
    }
    json.name("now_us").value(Clock.micros());
    json.name("hooks").beginArray();
    telemetry.hooks(json);
    return json.endArray().endObject().toString();
  }

  private String status() {
    JsonWriter json = new JsonWriter().beginObject().name("hooks").beginArray();
    telemetry.hooks(json);
    json.endArray().name("counters").beginObject();
    outbox.counters(json, telemetry);
    json.endObject();
    json.name("off").value(telemetry.off()).name("reason").value(telemetry.offReason());
    json.name("look_back");
    lookBack.status(json);
    telemetry.status(json);
    return json.endObject().toString();
  }

  private void reportTrouble(String what) {
    reportChange(what + "; recording goes on into memory, trying again");
  }

  /** A person learns of changes, not of tries, and not for ever when they go back and forth. */
  private void reportChange(String line) {
    if (!line.equals(lastReport) && reports < MAX_REPORTS) {
      lastReport = line;
      options.report.accept(++reports < MAX_REPORTS ? line : line + "; no more of this kind");
    }
  }
}
