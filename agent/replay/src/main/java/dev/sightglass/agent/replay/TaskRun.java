package dev.sightglass.agent.replay;

import dev.sightglass.bootstrap.Determinants;
import dev.sightglass.bootstrap.LineProbe;
import dev.sightglass.bootstrap.TaskContext;
import dev.sightglass.bootstrap.TaskProbe;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.runtime.checkpoint.CheckpointMetaData;
import org.apache.flink.runtime.checkpoint.JobManagerTaskRestore;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.executiongraph.ExecutionAttemptID;
import org.apache.flink.runtime.io.network.api.CheckpointBarrier;
import org.apache.flink.runtime.io.network.api.serialization.EventSerializer;
import org.apache.flink.runtime.jobgraph.JobVertexID;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.streaming.runtime.tasks.SourceOperatorStreamTask;
import org.apache.flink.streaming.runtime.tasks.StreamTask;
import org.apache.flink.streaming.runtime.tasks.TimerService;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.util.SerializedValue;

/**
 * One run of a task that the folder describes, on the feed, until the feed says that it begins
 * elsewhere or is over.
 */
final class TaskRun {
  /** What the agent looks for in Flink's {@code Task}; found by name. */
  static final class RecordedTask {
    final JobID jobId;
    final ExecutionAttemptID executionId;
    final TaskInfo taskInfo;

    RecordedTask(JobID jobId, ExecutionAttemptID executionId, TaskInfo taskInfo) {
      this.jobId = jobId;
      this.executionId = executionId;
      this.taskInfo = taskInfo;
    }
  }

  /** System property: what nobody looks at is not recorded. */
  private static final String QUIET = "sightglass.quiet";

  private static final long STUCK = 100_000;

  /** So often a task does nothing that has nothing more to do. */
  private static final long IDLE = 1000;

  private static final long PATIENCE = 30_000_000_000L;

  private final TaskFile file;
  private final Report report;
  private final Determinants determinants = new Determinants();
  private final Feed feed;
  private final Turns turns;
  private final Lines lines;
  private final OwnSnapshots own;
  private final ReplayTimers timers = new ReplayTimers(false);
  private ReplayEnvironment environment;
  private Substitutes substitutes;
  private ReplayMailbox mailbox;
  private Checkpoints checkpoints;
  private WaitingAnswers waitingAnswers;

  /** The task's source, if it is of the old interface; else null. */
  private LegacySource legacy;

  private StreamTask<?, ?> task;

  /** Of the job; null: there is none yet. */
  private URLClassLoader user;

  TaskRun(Path folder, Path parts, Feed feed, Report report, URLClassLoader user) throws Exception {
    this.user = user;
    this.file = new TaskFile(folder, parts);
    this.report = report;
    this.feed = feed;
    this.lines = new Lines(folder, report);
    this.turns = new Turns(feed, determinants, report, lines);
    this.own = new OwnSnapshots(parts, determinants, report);
  }

  void run() throws Exception {
    report.phase("building");
    waitForServer();
    Determinants.serve(determinants);
    Files.createDirectories(file.folder().resolve("tmp"));
    Files.createDirectories(file.folder().resolve("checkpoints"));
    Surroundings surroundings = new Surroundings(file);
    if (user == null) {
      user = surroundings.loader();
    }
    Thread.currentThread().setContextClassLoader(user);
    Configurations configurations = new Configurations(file, user);
    substitutes = new Substitutes(configurations.task, user);
    ReplayGate[] gates = surroundings.gates(turns);
    ReplayOutput[] outputs = surroundings.outputs();
    Start start = new Start(file);
    JobManagerTaskRestore restore = start.state(user);
    waitingAnswers = new WaitingAnswers(file);
    checkpoints = new Checkpoints(file, start, report, user, substitutes.strangers());
    environment =
        new ReplayEnvironment(file, user, configurations, restore, gates, outputs, checkpoints);
    Environment env = environment.proxy();
    JobID recording = JobID.fromHexString(file.text("recording"));
    TaskContext context = record(recording, env, user);
    turns.serve(gates, context);
    RecordedReader.serve(turns);
    RecordedAsync.forget();
    if (file.text("changed", "").equals("true")) {
      timers.change();
    }
    if (substitutes.legacy() != null) {
      legacy = new LegacySource(turns, substitutes.legacy());
    }
    if (substitutes.isSilent() || legacy != null) {
      // A legacy source registers some outside of its lock, where nobody counts.
      timers.renumber();
    }
    if (start.isCheckpoint()) {
      context.renumber(start.invocation + 1);
      timers.renumber();
    }
    // Reads that come before the first step.
    turns.peek();
    String how = "finished";
    try {
      task =
          (StreamTask<?, ?>)
              Class.forName(file.text("invokable"), true, user)
                  .getConstructor(Environment.class)
                  .newInstance(env);
      checkpoints.of(
          (StateBackend) Members.get(task, "stateBackend"), env, configurations.task, restore);
      Splits.of(task);
      time("timerService", timers);
      time("systemTimerService", new ReplayTimers(true));
      mailbox();
      task.restore();
      turns.states().of(new TaskStates(task));
      Timers.order(task, determinants, turns.timers());
      if (task instanceof SourceOperatorStreamTask) {
        // A task looks for input before anything else happens: a source gets its outputs by that.
        while (task.runMailboxStep()) {
          turns.peek();
        }
      }
      if (legacy != null) {
        legacy.begin(task);
      }
      RecordedReader.begin();
      if (start.isCheckpoint()) {
        waitingAnswers.give(substitutes);
        // What a start sends the task is no part of what comes now.
        while (task.hasMail()) {
          task.runMailboxStep();
        }
        mailbox.forget();
        context.renumber(start.invocation + 1);
        start.give(task, gates);
        determinants.know(start.lasts());
        determinants.forgive();
      }
      if (Boolean.getBoolean(QUIET)) {
        lines.quiet(context);
      }
      own.begin(start.invocation + 1);
      report.phase("running");
      how = loop();
    } catch (Exception e) {
      // An operator that waits for a mail throws when the task is to begin elsewhere.
      how = feed.op == Feed.AGAIN ? "" : failed(e);
    }
    end(context, how);
  }

  /** What is recorded of the replay must not change while it runs. */
  private static void waitForServer() throws InterruptedException {
    long until = System.nanoTime() + PATIENCE;
    while (!Determinants.isTold()) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException("the agent of this process found no server");
      }
      Thread.sleep(2);
    }
  }

  /** Puts a mailbox of the replay in the place of the task's. */
  private void mailbox() throws ReflectiveOperationException {
    Object processor = Members.get(task, "mailboxProcessor");
    TaskMailbox old = (TaskMailbox) Members.get(processor, "mailbox");
    mailbox = new ReplayMailbox(Thread.currentThread(), this::nested);
    old.drain().forEach(mailbox::put);
    Members.set(processor, "mailbox", mailbox);
    Members.set(Members.get(task, "mainMailboxExecutor"), "mailbox", mailbox);
  }

  /** An operator waits for a mail. */
  private boolean nested() throws Exception {
    int op = turns.peek();
    if (op == Feed.NOTHING) {
      turns.states().missed();
      op = turns.peek();
    }
    if (op == Feed.END
        || op == Feed.AGAIN
        || op == Feed.ELEMENTS
        || op == Feed.EVENT
        || op == Feed.RECORD) {
      return false;
    }
    if (op == Feed.SNAPSHOT) {
      own.take(task, feed.invocation, feed.number, true);
    } else {
      push(op);
    }
    feed.take();
    return true;
  }

  /** Puts a clock of the replay in the place of one that runs. */
  private void time(String field, ReplayTimers ours) throws ReflectiveOperationException {
    // The constructor has set timers of its own.
    ((TimerService) Members.get(task, field)).shutdownService();
    Members.set(task, field, ours);
    Object metrics = Members.get(Members.get(task, "mailboxProcessor"), "mailboxMetricsControl");
    Members.set(metrics, "timerService", ours);
  }

  /** The agent records the task under the recording that the replay makes. */
  private TaskContext record(JobID recording, Environment env, ClassLoader user) {
    Object context =
        TaskProbe.context(new RecordedTask(recording, env.getExecutionId(), env.getTaskInfo()));
    if (!(context instanceof TaskContext)) {
      throw new IllegalStateException("the agent of this process does not record");
    }
    TaskProbe.enter(context);
    TaskProbe.starting(user, file.text("invokable"), env);
    return (TaskContext) context;
  }

  /**
   * The job's classes for the next run of the task, loaded and compiled as they are. Null: one of
   * them may have kept something in a static field, and each run is to find them new.
   */
  URLClassLoader kept() throws IOException {
    if (LineProbe.statics() == null) {
      return user;
    }
    user.close();
    return null;
  }

  // ---- the loop

  private String loop() throws Exception {
    long idle = 0;
    while (task.isMailboxLoopRunning()) {
      if (legacy != null && !task.hasMail()) {
        legacy.join();
        turns.passOver();
      }
      int op = turns.peek();
      boolean pushed = false;
      switch (turns.isDone() ? op : Feed.ELEMENTS) {
        case Feed.END:
          if (!task.hasMail()) {
            return legacy == null || legacy.thrown() == null
                ? feed.text
                : failed(legacy.thrown(), legacy.thrownAt());
          }
          break;
        case Feed.AGAIN:
          return "";
        case Feed.RECORD:
          if (legacy != null) {
            legacy.give();
            pushed = true;
          }
          break;
        case Feed.ELEMENTS:
        case Feed.EVENT:
        case Feed.NOTHING:
          break;
        case Feed.STATE:
          // What was pushed before it runs first.
          if (!task.hasMail()) {
            pushed = true;
            turns.states().change(feed.change);
            feed.take();
          }
          break;
        default:
          pushed = true;
          if (op != Feed.CALLBACK || !overtake()) {
            pushed = push(op);
            feed.take();
          }
      }
      turns.wake();
      boolean worked = task.runMailboxStep();
      if (environment.failure() != null) {
        return failed(environment.failure());
      }
      boolean stuck = !pushed && !worked && turns.peek() == op && op != Feed.END;
      idle = stuck ? idle + 1 : 0;
      if (op == Feed.NOTHING && idle > IDLE) {
        turns.states().missed();
      }
      if (idle > STUCK) {
        report.problem(feed.invocation, "the task does not take what came in next");
        return "stuck";
      }
    }
    Members.call(task, "afterInvoke");
    return "finished";
  }

  /** Lets a callback run that only a changed feed has, before the recorded one that comes next. */
  private boolean overtake() throws Exception {
    mailbox.push();
    try {
      return timers.overtake(feed.time);
    } finally {
      mailbox.pushed();
    }
  }

  /** Lets the task do what is no input. */
  private boolean push(int op) throws Exception {
    if (op == Feed.MAIL && legacy != null && feed.text.equals(LegacySource.ENDS)) {
      legacy.end();
      if (!mailbox.await(feed.text)) {
        report.problem(feed.invocation, "the source's function did not end");
      }
    }
    if (op == Feed.MAIL && mailbox.release(feed.text)) {
      return true;
    }
    mailbox.push();
    try {
      return happens(op);
    } finally {
      mailbox.pushed();
    }
  }

  private boolean happens(int op) throws Exception {
    switch (op) {
      case Feed.CALLBACK:
        if (!timers.fire(feed.number, feed.time, feed.text)) {
          if (!substitutes.isSilenced(feed.text)) {
            report.problem(
                feed.invocation,
                "callback "
                    + feed.text
                    + " for "
                    + feed.time
                    + " ran, and it does not wait here; there wait: "
                    + timers.waiting());
          }
          // Its invocation has a number.
          mail(feed.text);
        }
        return true;
      case Feed.MAIL:
        if (waitingAnswers == null || !waitingAnswers.release(feed.text, substitutes)) {
          mail(feed.text);
        }
        return true;
      case Feed.NOTIFIED:
        notified();
        return true;
      case Feed.COORDINATOR:
        task.dispatchOperatorEvent(
            OperatorID.fromJobVertexID(JobVertexID.fromHexString(feed.operator)),
            SerializedValue.fromBytes(feed.bytes));
        return true;
      case Feed.CHECKPOINT:
        CheckpointBarrier b =
            (CheckpointBarrier)
                EventSerializer.fromSerializedEvent(
                    ByteBuffer.wrap(feed.bytes), getClass().getClassLoader());
        task.triggerCheckpointAsync(
            new CheckpointMetaData(b.getId(), b.getTimestamp()), b.getCheckpointOptions());
        return true;
      case Feed.ANSWER:
        if (!substitutes.answer(feed.operator, feed.number, feed.bytes, feed.text)) {
          report.problem(
              feed.invocation, "request " + feed.number + " was answered, and was not made here");
        }
        return true;
      case Feed.STATE:
        turns.states().change(feed.change);
        return true;
      case Feed.PAUSE:
        lines.pause(feed.invocation, feed.number);
        return true;
      case Feed.SNAPSHOT:
        own.take(task, turns.invocation() + 1, feed.number, false);
        return true;
      default:
        throw new IllegalStateException("step " + op);
    }
  }

  /** A mail that does nothing. */
  private void mail(String text) {
    task.getMailboxExecutorFactory().createExecutor(0).execute(() -> {}, text);
  }

  private void notified() throws Exception {
    switch ((int) feed.number2) {
      case 1:
        checkpoints.await(feed.number);
        task.notifyCheckpointCompleteAsync(feed.number);
        break;
      case 2:
        Notices.aborted(task, feed.number);
        break;
      default:
        Notices.subsumed(task, feed.number);
    }
  }

  private String failed(Throwable t) {
    return failed(t, turns.invocation());
  }

  private String failed(Throwable t, long invocation) {
    Throwable cause = t;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    StringWriter trace = new StringWriter();
    t.printStackTrace(new java.io.PrintWriter(trace));
    report.thrown(invocation, cause.toString(), trace.toString());
    return "failed";
  }

  private void end(TaskContext context, String how) throws Exception {
    long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    try {
      lines.end();
    } catch (IOException e) {
      report.problem(turns.invocation(), "the trace cannot be written: " + e);
    }
    TaskProbe.leave(context);
    if (!how.isEmpty()) {
      checkpoints.end(task);
      turns.timers().end(report);
      Determinants.flush();
      report.end(how, determinants, cpu);
    }
    try {
      if (task != null) {
        task.cleanUp(how.equals("finished") ? null : new InterruptedException("replay is over"));
      }
      environment.close();
    } catch (Exception e) {
      // It was told all that there was to tell.
      e.printStackTrace();
    }
  }
}
