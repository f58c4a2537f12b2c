// Size: the one class behind the one door that bootstrap knows; what it answers with is made
// elsewhere.
package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.core.AttemptRecorder;
import dev.sightglass.agent.core.DefinitionKind;
import dev.sightglass.agent.core.EventKind;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Keys;
import dev.sightglass.agent.core.Origin;
import dev.sightglass.agent.hooks.capsule.Capsules;
import dev.sightglass.agent.hooks.capsule.Keeper;
import dev.sightglass.agent.hooks.drain.Attempt;
import dev.sightglass.agent.hooks.drain.Drain;
import dev.sightglass.agent.hooks.drain.PendingDefinition;
import dev.sightglass.agent.hooks.drain.Tally;
import dev.sightglass.agent.hooks.functions.UserFunction;
import dev.sightglass.agent.hooks.policy.Copying;
import dev.sightglass.agent.hooks.policy.Policy;
import dev.sightglass.agent.hooks.policy.Retreat;
import dev.sightglass.agent.hooks.reads.ReadWeaver;
import dev.sightglass.agent.hooks.secrets.Secrets;
import dev.sightglass.agent.hooks.serializers.SerializerDescriber;
import dev.sightglass.agent.hooks.trace.Refusals;
import dev.sightglass.agent.hooks.trace.StateTracer;
import dev.sightglass.agent.hooks.trace.TaskTrace;
import dev.sightglass.bootstrap.ChannelContext;
import dev.sightglass.bootstrap.ChunkPool;
import dev.sightglass.bootstrap.Clock;
import dev.sightglass.bootstrap.Completions;
import dev.sightglass.bootstrap.Determinants;
import dev.sightglass.bootstrap.GateContext;
import dev.sightglass.bootstrap.Hooks;
import dev.sightglass.bootstrap.Inspector;
import dev.sightglass.bootstrap.KeyProbe;
import dev.sightglass.bootstrap.Levels;
import dev.sightglass.bootstrap.OutputContext;
import dev.sightglass.bootstrap.TaskContext;
import dev.sightglass.bootstrap.TaskNote;
import dev.sightglass.bootstrap.Thrown;
import dev.sightglass.bootstrap.Tracer;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/** Looks into tasks and what belongs to them; the JobManager's side is {@link JobInspector}. */
public final class FlinkInspector implements Inspector {
  /** Fields through which an object leads to its operator. */
  private static final String[] WAYS = {
    "owner",
    "this$0",
    "operator",
    "mainOperator",
    "input",
    "ctx",
    "keyContext",
    "timerService",
    "windowTimerService",
    "internalTimerService"
  };

  private static final Retreat QUIET = new Retreat(Retreat.LAST, "nobody looks at it");

  private static final String STREAM_OPERATOR =
      "org.apache.flink.streaming.api.operators.StreamOperator";

  private final ProcessIdentity process;
  private final Drain drain;
  private final ChunkPool pool;
  private final Tally tally;
  private final JobInspector jobs;
  private final Omissions omissions = new Omissions();
  private final Refusals refusals = new Refusals();
  private final Tracer tracer = new StateTracer(new Tasks());
  private final Set<Attempt> attempts = ConcurrentHashMap.newKeySet();
  private volatile Policy policy = Policy.DEFAULT;
  private final FlinkSecrets flinkSecrets = new FlinkSecrets();
  private final Capsules capsules;
  private final ReadWeaver.Listener reads;

  /** A server said what is secret. */
  private volatile boolean told;

  private volatile Secrets secrets = new Secrets(flinkSecrets, List.of());
  private volatile Retreat retreat = Retreat.NONE;

  /** Why no task is recorded: a hook failed. */
  private volatile String refusal;

  /** Why no task is recorded: a hook does not fit this Flink. */
  private volatile String unfit;

  /**
   * @param keeper takes what rebuilds tasks
   * @param reads hears of functions whose reads are not told
   */
  public FlinkInspector(
      ProcessIdentity process,
      Drain drain,
      ChunkPool pool,
      Tally tally,
      Keeper keeper,
      ReadWeaver.Listener reads) {
    this.reads = reads;
    this.process = process;
    this.drain = drain;
    this.pool = pool;
    this.tally = tally;
    this.capsules = new Capsules(keeper, () -> secrets);
    this.jobs = new JobInspector(process, drain, omissions, capsules);
  }

  /** Tells what is on its way; at the end of the process. */
  public void finish() {
    capsules.finish();
  }

  /** Values that could not be read and were left out. */
  public long omitted() {
    return omissions.count();
  }

  /** Whether any task is recorded. */
  public boolean isRecording() {
    return !attempts.isEmpty();
  }

  /** Records what the policy says, from now on; any thread. */
  public void follow(Policy p) {
    policy = p;
    secrets = new Secrets(flinkSecrets, p.secrets());
    told = true;
    levelAll();
  }

  /** What is secret; null before a server said so. */
  public Secrets secrets() {
    return told ? secrets : null;
  }

  /** The policy that is followed. */
  public Policy policy() {
    return policy;
  }

  /** Goes back from what the policy says, or comes nearer to it again; any thread. */
  public void retreat(Retreat r) {
    retreat = r;
    levelAll();
  }

  /** How many tasks are recorded. */
  public int tasks() {
    return attempts.size();
  }

  /** How many of them have not changed over to what is wanted: they had nothing to do since. */
  public int behind() {
    int n = 0;
    for (Attempt a : attempts) {
      n += a.context().isBehind() ? 1 : 0;
    }
    return n;
  }

  private void levelAll() {
    for (Attempt a : attempts) {
      level(a.context());
    }
    askForHooks();
  }

  private synchronized void want(TaskContext t, Levels l) {
    t.willWant(l);
    // Before the task changes over: what meets no key is told in full, and what rests tells
    // nothing.
    askForHooks();
    t.want(l);
  }

  /**
   * Hooks rest that nothing needs of what is recorded now, and keys are asked for while some task
   * samples: what is done for each record is felt where records are many. Called again and again,
   * since tasks change over when their clock moves.
   */
  public synchronized void askForHooks() {
    boolean keys = false;
    boolean paths = false;
    boolean traces = false;
    for (Attempt a : attempts) {
      TaskContext t = a.context();
      keys |= t.isSampled();
      paths |= t.tellsPaths();
      traces |= t.traces();
    }
    KeyProbe.sampling(keys);
    Hooks.needed(paths, traces);
  }

  /** Tells a task its levels; those of one that has not started yet come when it does. */
  private void level(TaskContext t) {
    TrackedTask task = of(t);
    String[] operators = task.operators;
    if (operators != null) {
      String[] job = {task.jobName, task.recording};
      Retreat r = task.quiet ? QUIET : retreat;
      want(t, policy.levels(job, operators, task.senders, task.tags, r));
    }
  }

  /** Stops recording all tasks of this process; they run on. */
  public void switchOff() {
    attempts.forEach(Attempt::switchOff);
    attempts.clear();
  }

  /** Tasks are recorded again, if a hook failed before. */
  public void switchOn() {
    refusal = null;
  }

  /** A hook failed that recordings of tasks need. Any thread. */
  public void refuse(String why) {
    refusal = why;
    attempts.forEach(a -> a.fault(why));
    attempts.clear();
  }

  /** A hook does not fit that recordings of tasks need. Any thread. */
  public void unfit(String why) {
    unfit = unfit == null ? why : unfit;
    attempts.forEach(a -> a.fault(why));
    attempts.clear();
  }

  /** A hook failed that recordings of tasks do not need. Any thread. */
  public void without(String why) {
    attempts.forEach(a -> a.without(why));
  }

  /** Why no task is recorded; empty: tasks are. */
  public String refusal() {
    String why = unfit != null ? unfit : refusal;
    return why == null ? "" : why;
  }

  // ---- a task's life

  @Override
  public TaskContext task(Object task) {
    if (!refusal().isEmpty()) {
      return null;
    }
    byte[] job = Mirror.id(Mirror.field(task, "jobId"));
    Object execution = Mirror.field(task, "executionId");
    long key = AttemptIds.attempt(execution);
    AttemptRecorder recorder = drain.recorder(new Origin(job, key));
    Attempt attempt = new Attempt(recorder, () -> drain.keeper(recorder), tally);
    TrackedTask tracked =
        new TrackedTask(attempt, Keys.hex(job), key, execution, Mirror.field(task, "taskInfo"));
    TaskContext context = new TaskContext(tracked, pool);
    attempt.setContext(context);
    if (attempts.isEmpty()) {
      // The clock may have slept until now.
      Clock.update();
    }
    attempts.add(attempt);
    askForHooks();
    drain.add(attempt);
    return context;
  }

  private static TrackedTask of(TaskContext t) {
    return (TrackedTask) t.identity;
  }

  @Override
  public void starting(TaskContext t, ClassLoader loader, String invokable, Object environment) {
    TrackedTask task = of(t);
    task.invokable = invokable;
    task.user = loader;
    task.jobName =
        omissions.get(() -> Mirror.text(Mirror.call(environment, "getJobInfo"), "getJobName"), "");
    task.restored = omissions.get(() -> restored(environment), 0L);
    ClassLoader flink = environment.getClass().getClassLoader();
    task.chain =
        omissions.get(
            () ->
                new ChainReader(
                    flink, loader, Mirror.call(environment, "getTaskConfiguration"), omissions),
            (ChainReader) null);
    Object[] writers = (Object[]) Mirror.call(environment, "getAllWriters");
    task.writers = Arrays.asList(writers);
    task.outputs = new long[writers.length];
    for (int i = 0; i < writers.length; i++) {
      task.outputs[i] = AttemptIds.partition(Mirror.call(writers[i], "getPartitionId"));
      t.add(
          new OutputContext(
              t,
              i,
              task.outputs[i],
              Mirror.number(writers[i], "getNumberOfSubpartitions"),
              task.chain == null ? -1 : task.chain.operatorOf(i)));
    }
    if (task.chain != null) {
      for (ChainedOperator o : task.chain.chain()) {
        if (isSource(o, invokable)) {
          t.setSourceOperator(o.index);
          if (task.chain.chain().size() > 1 && o.out != null) {
            task.sourceValues = omissions.get(() -> new ValueBytes(o.out), null);
          }
          break;
        }
      }
    }
    task.senders = new int[writers.length];
    task.tags = new String[writers.length];
    for (int i = 0; i < writers.length; i++) {
      task.senders[i] = t.output(i).operator;
      task.tags[i] = task.chain == null ? "main" : task.chain.tagOf(i);
    }
    task.operators = task.chain == null ? new String[0] : task.chain.names();
    level(t);
    t.takeLevels();
    if (!Determinants.isServing()) {
      omissions.get(() -> capsule(t, task, loader, environment), false);
    }
  }

  /** A legacy source is the head of its chain; its factory is like any other's. */
  private static boolean isSource(ChainedOperator o, String invokable) {
    return OperatorKind.of("", o.factory).equals("source")
        || o.index == 0 && invokable.endsWith(".SourceStreamTask");
  }

  /** What rebuilds the task, and where its state is. */
  private boolean capsule(TaskContext t, TrackedTask task, ClassLoader loader, Object env) {
    flinkSecrets.know(env.getClass().getClassLoader());
    capsules.starting(task.attempt, loader, task.invokable, env);
    Object manager = Mirror.call(env, "getTaskStateManager");
    Object restore = Mirror.field(manager, "jobManagerTaskRestore");
    if (restore != null) {
      long copied = keepsPayload(t, task) ? copied(task) : 0;
      capsules.restored(task.attempt, task.restored, !keepsPayload(t, task), copied, () -> restore);
    }
    return true;
  }

  /** Bytes of state files that are copied of one snapshot, 0 = none. */
  private long copied(TrackedTask task) {
    Copying c = policy.snapshots(new String[] {task.jobName, task.recording});
    return c == null ? 0 : c.bytes;
  }

  /** {@link #copied}; -1 when the last snapshot that was copied is not long enough ago. */
  private long due(TrackedTask task) {
    Copying c = policy.snapshots(new String[] {task.jobName, task.recording});
    long now = System.nanoTime();
    if (c == null) {
      return 0;
    }
    if (task.snapshotCopied != 0
        && now - task.snapshotCopied < TimeUnit.MILLISECONDS.toNanos(c.everyMillis)) {
      return -1;
    }
    task.snapshotCopied = now;
    return c.bytes;
  }

  private static boolean keepsPayload(TaskContext t, TrackedTask task) {
    String[] operators = task.operators;
    for (int i = 0; operators != null && i < operators.length; i++) {
      if (!t.keepsPayload(i)) {
        return false;
      }
    }
    return true;
  }

  private static long restored(Object environment) {
    Object id =
        Mirror.present(
            Mirror.call(Mirror.call(environment, "getTaskStateManager"), "getRestoreCheckpointId"));
    return id == null ? 0 : (Long) id;
  }

  @Override
  public void operatorCreated(TaskContext t, Object factory, Object config, Object created) {
    TrackedTask task = of(t);
    if (task.chain == null) {
      return;
    }
    String id = Keys.hex(Mirror.id(Mirror.call(config, "getOperatorID")));
    for (ChainedOperator o : task.chain.chain()) {
      if (o.id.equals(id)) {
        o.madeBy = factory;
        o.operator = Mirror.field(created, "f0");
      }
    }
  }

  @Override
  public void chained(TaskContext t) {
    describe(t);
  }

  private void describe(TaskContext t) {
    TrackedTask task = of(t);
    if (task.described) {
      return;
    }
    task.described = true;
    AttemptDescriber d = new AttemptDescriber(process, omissions, task, task.user);
    task.attempt.describe(d.describe());
    task.parts = omissions.get(d::parts, new OperatorParts[0]);
    if (task.chain != null) {
      task.chain.chain().forEach(this::looksForReads);
      // The objects of the job were only needed for the description.
      task.chain.forget();
    }
    task.writers = List.of();
    task.user = null;
  }

  /** Functions that no loader of a job gave were not looked through for reads. */
  private void looksForReads(ChainedOperator o) {
    Object f = o.operator == null ? null : UserFunction.object(o.operator);
    if (f != null && !ReadWeaver.looksAt(f.getClass())) {
      reads.notCovered(f.getClass().getName(), "the application's own class loader gave it");
    }
  }

  @Override
  public void state(TaskContext t, Object from, Object to, Throwable cause) {
    TrackedTask task = of(t);
    String state = to.toString();
    long now = Clock.read();
    if (state.equals("RUNNING")) {
      task.running = true;
      describe(t);
    }
    task.attempt.setState(state);
    if (state.equals("FAILED") && cause != null && !Failure.isConsequence(cause)) {
      Thrown first = t.thrownBy(cause);
      task.attempt.log(
          EventKind.EXCEPTION,
          first == null ? 0 : first.invocation,
          first == null ? -1 : first.operator,
          Failure.body(cause, first, now));
    }
    task.attempt.event(
        EventKind.TASK_STATE,
        new JsonWriter()
            .beginObject()
            .name("from")
            .value(from.toString())
            .name("to")
            .value(state)
            .name("at_us")
            .value(now)
            .name("error")
            .value(Failure.name(cause))
            .endObject(),
        null);
  }

  @Override
  public Object checkpointLock(Object thread) {
    return omissions.get(() -> Mirror.field(Mirror.field(thread, "this$0"), "lock"), null);
  }

  @Override
  public String[] logLine(Object event, boolean message) {
    return omissions.get(() -> LogLine.of(event, message), null);
  }

  @Override
  public String descriptor(Object serializer) {
    return SerializerDescriber.describe(serializer, null);
  }

  @Override
  public void quiet(TaskContext t, boolean quiet) {
    of(t).quiet = quiet;
    level(t);
  }

  @Override
  public void ended(TaskContext t) {
    TrackedTask task = of(t);
    attempts.remove(task.attempt);
    askForHooks();
    task.parts = new OperatorParts[0];
  }

  // ---- out

  @Override
  public OutputContext output(TaskContext t, Object partition) {
    long key = AttemptIds.partition(Mirror.call(partition, "getPartitionId"));
    for (int i = 0; i < t.outputs(); i++) {
      if (t.output(i).partition == key) {
        return t.output(i);
      }
    }
    return null;
  }

  @Override
  public void outEvent(TaskContext t, OutputContext output, Object event, boolean priority) {
    if (event.getClass().getSimpleName().equals("CheckpointBarrier")) {
      t.barrierOut(output, Mirror.big(event, "getId"), flags(event, priority));
    }
  }

  private static int flags(Object barrier, boolean priority) {
    Object options = Mirror.call(barrier, "getCheckpointOptions");
    boolean unaligned = (Boolean) Mirror.call(options, "isUnalignedCheckpoint");
    return (unaligned ? UNALIGNED : 0) | (priority ? PRIORITY : 0);
  }

  // ---- in

  @Override
  public ChannelContext channel(TaskContext t, Object gate, Object info) {
    int n = Mirror.number(gate, "getNumberOfInputChannels");
    for (int i = 0; i < n; i++) {
      Object channel = Mirror.call(gate, "getChannel", i);
      if (info.equals(Mirror.call(channel, "getChannelInfo"))) {
        ChannelContext c =
            new ChannelContext(
                t.channels(),
                AttemptIds.partition(Mirror.call(channel, "getPartitionId")),
                subpartition(channel),
                Mirror.number(info, "getGateIdx"),
                Mirror.number(info, "getInputChannelIdx"));
        t.add(c);
        return c;
      }
    }
    return null;
  }

  /** A channel reads one subpartition, or a range of them in batch jobs; the first one names it. */
  private static int subpartition(Object channel) {
    try {
      return Mirror.number(
          Mirror.call(channel, "getConsumedSubpartitionIndexSet"), "getStartIndex");
    } catch (Mirror.NoSuchMember e) {
      return Mirror.number(channel, "getConsumedSubpartitionIndex");
    }
  }

  @Override
  public void gateEvent(GateContext gate, Object bufferOrEvent) {
    Object event = Mirror.call(bufferOrEvent, "getEvent");
    String name = event.getClass().getSimpleName();
    boolean known =
        name.equals("CheckpointBarrier")
            || name.equals("EndOfChannelStateEvent")
            || name.equals("EndOfOutputChannelStateEvent")
            || name.equals("EndOfPartitionEvent");
    if (!known) {
      Object info = Mirror.call(bufferOrEvent, "getChannelInfo");
      byte[] bytes = omissions.get(() -> FlinkEvents.bytes(event), null);
      int index = Mirror.number(info, "getInputChannelIdx");
      gate.event(name, Mirror.number(info, "getGateIdx"), index, bytes);
      return;
    }
    ChannelContext c = gate.channel(Mirror.call(bufferOrEvent, "getChannelInfo"));
    if (c == null) {
      return;
    }
    TaskContext t = gate.task();
    if (name.equals("CheckpointBarrier")) {
      boolean priority = (Boolean) Mirror.call(bufferOrEvent, "hasPriority");
      t.barrierIn(c, Mirror.big(event, "getId"), flags(event, priority));
    } else if (name.equals("EndOfPartitionEvent")) {
      t.endOfChannel(c);
    } else {
      t.recovered(c);
    }
  }

  // ---- operators

  @Override
  public int operator(TaskContext t, Object part) {
    TrackedTask task = of(t);
    if (part == null || task.chain == null) {
      return -1;
    }
    for (OperatorParts p : task.parts) {
      if (p != null && p.owns(part)) {
        return p.index;
      }
    }
    Object operator = operatorOf(part, 4);
    if (operator != null) {
      return task.operator(Keys.hex(Mirror.id(Mirror.call(operator, "getOperatorID"))));
    }
    Object context = Mirror.fieldOr(part, "runtimeContext", null);
    if (context != null) {
      return task.chain.indexOf(String.valueOf(Mirror.call(context, "getOperatorUniqueID")));
    }
    return DropParts.ofOutput(task.parts, part);
  }

  private static Object operatorOf(Object part, int steps) {
    if (part == null || Mirror.isA(part.getClass(), STREAM_OPERATOR)) {
      return part;
    }
    for (String way : WAYS) {
      if (steps > 0) {
        try {
          Object o = operatorOf(Mirror.field(part, way), steps - 1);
          if (o != null) {
            return o;
          }
        } catch (Mirror.NoSuchMember e) {
          // another way, perhaps
        }
      }
    }
    return null;
  }

  // ---- drops

  @Override
  public void dropped(TaskContext t, int operator, int input, Object value, TaskNote note) {
    DropParts.write(t, of(t).parts, operator, input, value, note, omissions);
  }

  @Override
  public String nullColumn(Object enforcer, Object row) {
    return omissions.get(() -> NullColumn.of(enforcer, row), "");
  }

  @Override
  public void lateMetric(TaskContext t, Object group, String name, Object metric) {
    DropParts.lateMetric(t, of(t).chain, group, name, metric);
  }

  @Override
  public byte[] barrier(long checkpoint, long time, Object options) {
    return omissions.get(() -> FlinkEvents.barrier(checkpoint, time, options), null);
  }

  @Override
  public byte[] transients(TaskContext t, Object streamTask) {
    return omissions.get(() -> new Transients(t, of(t), secrets).of(streamTask), null);
  }

  @Override
  public Object function(Object operator) {
    return omissions.get(() -> UserFunction.object(operator), null);
  }

  @Override
  public byte[] results(TaskContext t, Object operator, Collection<?> results) {
    return omissions.get(() -> resultWriter(of(t), operator).write(results), null);
  }

  @Override
  public byte[] sourceValue(TaskContext t, Object value) {
    TrackedTask task = of(t);
    ValueBytes to = task.sourceValues;
    return to == null ? null : omissions.get(() -> to.write(value), null);
  }

  private static ResultWriter resultWriter(TrackedTask task, Object operator) {
    for (ResultWriter w : task.results) {
      if (w.isOf(operator)) {
        return w;
      }
    }
    ResultWriter w = new ResultWriter(operator);
    task.results.add(w);
    return w;
  }

  @Override
  public void snapshot(Object manager, long checkpoint, Object snapshot) {
    Object execution = Mirror.field(manager, "executionAttemptID");
    for (Attempt a : attempts) {
      TrackedTask task = of(a.context());
      if (task.execution.equals(execution)) {
        long bytes = omissions.get(() -> Mirror.big(snapshot, "getStateSize"), 0L);
        boolean withheld = !keepsPayload(a.context(), task);
        capsules.snapshot(a, checkpoint, bytes, withheld, withheld ? 0 : due(task), () -> snapshot);
        return;
      }
    }
  }

  // ---- level trace

  @Override
  public Tracer tracer() {
    return tracer;
  }

  /** Values that a serializer would not write. */
  public long refused() {
    return refusals.count();
  }

  private final class Tasks implements StateTracer.Tasks {
    @Override
    public TaskTrace trace(TaskContext t) {
      TrackedTask task = of(t);
      if (task.trace == null && !task.untraced) {
        task.trace = TaskTrace.of(t, task.attempt, refusals, task.execution.getClass());
        task.untraced = task.trace == null;
      }
      return task.trace;
    }

    @Override
    public int operator(TaskContext t, String id) {
      return of(t).operator(id);
    }

    @Override
    public int operatorOf(TaskContext t, Object part) {
      return FlinkInspector.this.operator(t, part);
    }

    @Override
    public int writing(TaskContext t, Object partition) {
      OutputContext o = output(t, partition);
      return o == null ? -1 : o.operator;
    }

    @Override
    public int parent(TaskContext t, int operator) {
      return of(t).parent(operator);
    }
  }

  // ---- serializers

  @Override
  public void subclass(TaskContext t, Object base, Class<?> type, Object serializer) {
    TrackedTask task = of(t);
    Object of = Mirror.field(base, "clazz");
    String name = of instanceof Class ? ((Class<?>) of).getName() : "";
    if (!task.knowsSubclass(name, type.getName())) {
      PendingDefinition s =
          new PendingDefinition(
              DefinitionKind.SERIALIZER, SerializerDescriber.describe(serializer, null));
      JsonWriter j = new JsonWriter().beginObject().name("recording").value(task.recording);
      j.name("base").value(name).name("class").value(type.getName());
      j.name("serializer").value(s.id()).endObject();
      task.attempt.define(s);
      task.attempt.define(new PendingDefinition(DefinitionKind.SUBCLASS, j.toString()));
    }
  }

  // ---- connectors, JobManager

  @Override
  public byte[] headers(Object[] headers) {
    return KafkaHeaders.encode(headers);
  }

  @Override
  public BiFunction<Object, Completions.Ticket, Object> callbacks(Class<?> producer) {
    return CallbackClass.of(producer);
  }

  @Override
  public void job(String what, Object self, Object a, Object b, Object c) {
    jobs.job(what, self, a, b, c);
  }
}
