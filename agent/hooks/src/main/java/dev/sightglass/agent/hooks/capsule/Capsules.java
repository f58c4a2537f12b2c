package dev.sightglass.agent.hooks.capsule;

import dev.sightglass.agent.core.EventKind;
import dev.sightglass.agent.hooks.drain.Attempt;
import dev.sightglass.agent.hooks.drain.PendingDefinition;
import dev.sightglass.agent.hooks.drain.Recording;
import dev.sightglass.agent.hooks.secrets.Secrets;
import dev.sightglass.bootstrap.Hooks;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Makes ready what rebuilds tasks, on a thread of its own. Forms are made at once, so that nothing
 * of a job is held; they are cleaned and told when the server has said what is secret.
 */
public final class Capsules {
  private static final int MAX_WAITING = 2000;
  private static final long MAX_HELD = 48 << 20;
  private static final long LOOK_MILLIS = 100;

  /** At the end of the process. */
  private static final long FINISH_MILLIS = 500;

  private final Keeper keeper;
  private final Supplier<Secrets> secrets;
  private final UserJars userJars = new UserJars();
  private final StateCopies copies = new StateCopies();
  private final BlockingQueue<Package> taken = new LinkedBlockingQueue<>(MAX_WAITING);
  private final Deque<Package> ready = new ArrayDeque<>();
  private long held;
  private volatile Thread thread;
  private volatile boolean finishing;

  public Capsules(Keeper keeper, Supplier<Secrets> secrets) {
    this.keeper = keeper;
    this.secrets = secrets;
  }

  /** A task starts, on its thread. */
  public void starting(Attempt attempt, ClassLoader loader, String invokable, Object environment) {
    add(new Capsule(attempt, loader, invokable, environment, userJars));
  }

  /** A job was submitted; gives its graph without secrets. */
  public void graph(Recording job, Function<Secrets, PendingDefinition> graph) {
    add(new Graph(job, graph));
  }

  /** Tells something of a job when it is known what is secret. */
  public void told(Recording job, Consumer<Secrets> tell) {
    add(new Told(job, tell));
  }

  /**
   * A task's state comes from a checkpoint.
   *
   * @param copied bytes of its files that are copied at most; 0 = none are
   */
  public void restored(
      Attempt attempt, long checkpoint, boolean withheld, long copied, Supplier<?> restore) {
    StateFiles files = new StateFiles(copied, copies);
    add(new Handles(attempt, EventKind.RESTORED, checkpoint, 0, withheld, files, restore));
  }

  /** A task reported a snapshot; {@code copied} as of {@link #restored}. */
  public void snapshot(
      Attempt attempt,
      long checkpoint,
      long bytes,
      boolean withheld,
      long copied,
      Supplier<?> snapshot) {
    StateFiles files = new StateFiles(copied, copies);
    add(new Handles(attempt, EventKind.SNAPSHOT, checkpoint, bytes, withheld, files, snapshot));
  }

  private void add(Package p) {
    if (!taken.offer(p)) {
      p.drop("too many were on their way");
      p.done();
      return;
    }
    if (thread == null) {
      start();
    }
  }

  private synchronized void start() {
    if (thread == null) {
      Thread t = new Thread(null, this::run, "sightglass-capsules");
      t.setDaemon(true);
      t.setContextClassLoader(null);
      t.setPriority(Thread.MIN_PRIORITY);
      thread = t;
      t.start();
    }
  }

  private void run() {
    while (!finishing) {
      try {
        step(taken.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS));
      } catch (InterruptedException e) {
        return; // nobody does
      } catch (Throwable t) {
        Hooks.fail(t);
      }
    }
    try {
      for (Package p; (p = taken.poll()) != null; ) {
        step(p);
      }
    } catch (Throwable t) {
      Hooks.fail(t);
    }
  }

  private void step(Package p) {
    if (p != null) {
      try {
        p.prepare();
        ready.add(p);
        held += p.held();
      } catch (RuntimeException | LinkageError e) {
        p.drop("it could not be taken: " + e.getClass().getName());
        p.done();
      }
    }
    boolean welcome = keeper.wasWelcomed();
    while (!ready.isEmpty() && (welcome || held > MAX_HELD || ready.size() > MAX_WAITING)) {
      Package first = ready.poll();
      held -= first.held();
      try {
        if (welcome) {
          first.finish(keeper, secrets.get());
        } else {
          first.drop("no server was there in time");
        }
      } finally {
        first.done();
      }
    }
  }

  /** Tells what is on its way, as far as it can; at the end of the process. */
  public void finish() {
    Thread t = thread;
    if (t == null) {
      return;
    }
    // No interrupt: it would close the file that is read just now.
    finishing = true;
    try {
      t.join(FINISH_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
