package dev.sightglass.agent.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.JobManagerTaskRestore;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.TaskStateSnapshot;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.streaming.api.graph.StreamConfig;
import org.apache.flink.streaming.runtime.tasks.StreamTask;

/**
 * Holds the state that the task takes into its snapshots against what the recorded attempt took
 * into the same ones, on a thread of its own.
 */
final class Checkpoints {
  private static final long PATIENCE_SECONDS = 120;

  /** Snapshots are written by other threads; so long all of them are waited for. */
  private static final long SNAPSHOT_MILLIS = 10_000;

  /** Of so many entries single ones are compared when their sums differ. */
  private static final long MANY = 2_000_000;

  private final TaskFile file;
  private final Start start;
  private final Report report;
  private final ClassLoader user;
  private final Set<Long> wanted = new HashSet<>();

  /** Names of snapshots that were recorded, as far as they are needed, the oldest first. */
  private final List<Long> recorded = new ArrayList<>();

  private final Placeholders own = new Placeholders();
  private final Map<String, TypeSerializer<?>> keys = new HashMap<>();
  private final Set<String> strangers;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          r -> {
            Thread t = new Thread(r, "state-at-checkpoints");
            t.setDaemon(true);
            return t;
          });
  private final Set<Long> taken = new HashSet<>();

  /** What is left of {@link #SNAPSHOT_MILLIS}; used by the task's thread. */
  private long patience = SNAPSHOT_MILLIS;

  private StateBackend backend;
  private Environment environment;
  private int known;

  /**
   * @param strangers operators, by id, that something stands in for: their state is not the job's
   */
  Checkpoints(TaskFile file, Start start, Report report, ClassLoader user, Set<String> strangers) {
    this.file = file;
    this.start = start;
    this.report = report;
    this.user = user;
    this.strangers = strangers;
    for (String c : file.text("compare.checkpoints", "").split(",")) {
      if (!c.isEmpty()) {
        wanted.add(Long.parseLong(c));
      }
    }
    for (String c : file.text("compare.snapshots", "").split(",")) {
      if (!c.isEmpty()) {
        recorded.add(Long.parseLong(c));
      }
    }
  }

  /**
   * The task is built.
   *
   * @param restore what it restores; null = nothing
   */
  void of(
      StateBackend backend,
      Environment environment,
      Configuration task,
      JobManagerTaskRestore restore) {
    this.backend = backend;
    this.environment = environment;
    for (StreamConfig c :
        new StreamConfig(task).getTransitiveChainedTaskConfigsWithSelf(user).values()) {
      keys.put(c.getOperatorID().toHexString(), c.getStateKeySerializer(user));
    }
    own.know(restore == null ? null : restore.getTaskStateSnapshot());
  }

  /**
   * The task took a snapshot; on whatever thread.
   *
   * @param acknowledged null: it has no state
   */
  void taken(long checkpoint, TaskStateSnapshot acknowledged) {
    if (wanted.isEmpty()) {
      return;
    }
    came(checkpoint);
    TaskStateSnapshot snapshot = acknowledged == null ? new TaskStateSnapshot() : acknowledged;
    if (thread.isShutdown()) {
      return;
    }
    thread.execute(
        () -> {
          Thread.currentThread().setContextClassLoader(user);
          try {
            compare(checkpoint, snapshot);
          } catch (Throwable t) {
            report.state(checkpoint, 0, 0, List.of(), reason(t));
          }
        });
  }

  private void came(long checkpoint) {
    synchronized (taken) {
      taken.add(checkpoint);
      taken.notifyAll();
    }
  }

  /** The task could not take a snapshot; on whatever thread. */
  void declined(long checkpoint, Throwable why) {
    if (!wanted.contains(checkpoint)) {
      return;
    }
    came(checkpoint);
    report.state(checkpoint, 0, 0, List.of(), "it could not be taken again: " + reason(why));
  }

  /**
   * The recorded attempt heard that a checkpoint is complete, so it had written its part: waits
   * until the replay has, since what is heard later may put an end to the writing.
   */
  void await(long checkpoint) throws InterruptedException {
    if (!wanted.contains(checkpoint)) {
      return;
    }
    long began = System.currentTimeMillis();
    synchronized (taken) {
      for (long left; !taken.contains(checkpoint); taken.wait(left)) {
        left = began + patience - System.currentTimeMillis();
        if (left <= 0) {
          patience = 0;
          return;
        }
      }
    }
    patience -= Math.min(patience, System.currentTimeMillis() - began);
  }

  private static String reason(Throwable t) {
    Throwable cause = t;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    String name = cause.getClass().getSimpleName();
    if (name.equals("FileNotFoundException")
        || name.equals("NoSuchFileException")
        || name.equals("AccessDeniedException")) {
      return "its files are not there";
    }
    cause.printStackTrace();
    return name;
  }

  private void compare(long checkpoint, TaskStateSnapshot ours) throws Exception {
    // Only here for later ones that name its files.
    own.know(ours);
    if (!wanted.contains(checkpoint)) {
      return;
    }
    own.fill(ours);
    for (; known < recorded.size() && recorded.get(known) < checkpoint; known++) {
      start.known().know(start.snapshot("recorded." + recorded.get(known), user));
    }
    TaskStateSnapshot theirs = start.snapshot("recorded." + checkpoint, user);
    if (theirs == null) {
      return;
    }
    start.known().know(theirs);
    start.known().fill(theirs);
    start.bring(theirs);
    List<Report.Differing> differing = new ArrayList<>();
    long[] count = new long[2];
    Set<OperatorID> operators = new HashSet<>();
    theirs.getSubtaskStateMappings().forEach(e -> operators.add(e.getKey()));
    ours.getSubtaskStateMappings().forEach(e -> operators.add(e.getKey()));
    for (OperatorID id : operators) {
      if (!strangers.contains(id.toHexString())) {
        operator(id, theirs, ours, differing, count);
      }
    }
    report.state(checkpoint, count[0], count[1], differing, "");
  }

  private void operator(
      OperatorID id,
      TaskStateSnapshot theirs,
      TaskStateSnapshot ours,
      List<Report.Differing> differing,
      long[] count)
      throws Exception {
    StateContents a = contents(id, theirs, false);
    StateContents b = contents(id, ours, false);
    Set<String> names = new TreeSet<>(a.sums.keySet());
    names.addAll(b.sums.keySet());
    boolean equal = true;
    long entries = 0;
    for (String name : names) {
      count[0]++;
      count[1] += a.sum(name).entries;
      entries += a.sum(name).entries + b.sum(name).entries;
      equal &= a.sum(name).isEqual(b.sum(name));
    }
    if (equal) {
      return;
    }
    boolean each = entries < MANY;
    if (each) {
      a = contents(id, theirs, true);
      b = contents(id, ours, true);
    }
    for (String name : names) {
      StateContents.Sum x = a.sum(name);
      StateContents.Sum y = b.sum(name);
      if (!x.isEqual(y)) {
        differing.add(
            new Report.Differing(
                id.toHexString(),
                name,
                x.entries,
                y.entries,
                each ? x.beyond(y) : -1,
                each ? y.beyond(x) : -1,
                each ? Math.max(x.keyGroup(y), y.keyGroup(x)) : -1));
      }
    }
  }

  private StateContents contents(OperatorID id, TaskStateSnapshot of, boolean keepsAll)
      throws Exception {
    StateContents c = new StateContents(backend, environment, keepsAll);
    OperatorSubtaskState state = of.getSubtaskStateByOperatorID(id);
    if (state != null) {
      c.read(id.toHexString(), state, keys.get(id.toHexString()));
    }
    return c;
  }

  private static boolean isPending(Object coordinator, Map<?, ?> pending)
      throws ReflectiveOperationException {
    synchronized (Members.get(coordinator, "lock")) {
      return !pending.isEmpty();
    }
  }

  /** Waits for what is written and compared still. */
  void end(StreamTask<?, ?> task) throws Exception {
    if (task != null && !wanted.isEmpty()) {
      Object coordinator = Members.get(task, "subtaskCheckpointCoordinator");
      Map<?, ?> pending = (Map<?, ?>) Members.get(coordinator, "checkpoints");
      long until = System.currentTimeMillis() + patience;
      while (isPending(coordinator, pending) && System.currentTimeMillis() < until) {
        Thread.sleep(2);
      }
    }
    thread.shutdown();
    if (!thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      thread.shutdownNow();
    }
  }
}
