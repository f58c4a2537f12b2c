package dev.sightglass.agent.hooks;

import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.hooks.drain.Drain;
import dev.sightglass.agent.hooks.drain.Tally;
import dev.sightglass.agent.hooks.flink.FlinkHooks;
import dev.sightglass.agent.hooks.flink.FlinkInspector;
import dev.sightglass.agent.hooks.flink.ProcessIdentity;
import dev.sightglass.agent.hooks.hollow.ProducerHollow;
import dev.sightglass.agent.hooks.lines.GeneratedLines;
import dev.sightglass.agent.hooks.lines.LineScope;
import dev.sightglass.agent.hooks.lines.LineWeaver;
import dev.sightglass.agent.hooks.lines.StaticsWatch;
import dev.sightglass.agent.hooks.policy.Policy;
import dev.sightglass.agent.hooks.policy.Retreat;
import dev.sightglass.agent.hooks.reads.ReadWeaver;
import dev.sightglass.agent.hooks.serializers.SerializerDescriber;
import dev.sightglass.agent.hooks.weave.Hook;
import dev.sightglass.agent.hooks.weave.Weaver;
import dev.sightglass.agent.wire.Commands;
import dev.sightglass.agent.wire.Uplink;
import dev.sightglass.bootstrap.ChunkPool;
import dev.sightglass.bootstrap.Determinants;
import dev.sightglass.bootstrap.Hooks;
import java.lang.instrument.Instrumentation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The agent of one process. */
public final class Agent implements Commands, Governor.Meter {
  private static final long FLUSH_MILLIS = 1000;

  /**
   * System property of a process in which a recorded task runs again: the job's classes tell their
   * lines.
   */
  private static final String LINES = "sightglass.lines";

  private final FlinkInspector inspector;
  private final LateUplink uplink;
  private final SelfTest selfTest;
  private final List<Hook> hooks;
  private final ChunkPool pool;
  private final Governor governor;

  /** The policy that could not be followed, and why; empty after one that could. */
  private volatile String refused = "";

  private volatile String refusedWhy = "";

  /** Ids of hooks whose failure was told. */
  private final Set<String> failed = ConcurrentHashMap.newKeySet();

  private Agent(Options options, String version, Instrumentation instrumentation) {
    ProcessIdentity process = ProcessIdentity.read(version);
    Tally tally = new Tally();
    hooks = FlinkHooks.all(options.off);
    for (int i = 0; i < hooks.size(); i++) {
      Hook h = hooks.get(i);
      Hooks.declare(i, h.id(), FlinkHooks.isEssential(h.id()), h.need());
    }
    selfTest = new SelfTest(process, hooks, tally, options.verbose);
    Drain[] drain = new Drain[1];
    uplink = new LateUplink(options.uplink(), selfTest, this, () -> flush(drain[0]));
    drain[0] = new Drain(options.codec, uplink, uplink.lookBack());
    pool = new ChunkPool(options.memory);
    inspector = new FlinkInspector(process, drain[0], pool, tally, uplink, selfTest.reads);
    if (options.sendSerializers) {
      SerializerDescriber.ship(inspector::secrets);
    }
    governor = new Governor(this);
    selfTest.add(this::status);
    selfTest.onChange(uplink::statusChanged);
    selfTest.onRefused(inspector::refused);
    selfTest.onUnfit(inspector);
    Hooks.install(inspector);
    Determinants.agent(this::memory, () -> inspector.secrets() != null, () -> bring(drain[0]));
    open(instrumentation);
    injectFault();
    if (Boolean.getBoolean(ProcessIdentity.REPLAY)) {
      // Before the hooks, which then see what is left.
      instrumentation.addTransformer(new ProducerHollow());
    }
    instrumentation.addTransformer(new Weaver(hooks, selfTest));
    if (!options.off.contains(ReadReport.ID) && !process.role().equals("jobmanager")) {
      instrumentation.addTransformer(
          new ReadWeaver(selfTest.reads, Boolean.getBoolean(ProcessIdentity.REPLAY)));
    }
    if (Boolean.getBoolean(ProcessIdentity.REPLAY) && Boolean.getBoolean(LINES)) {
      // Behind the reads, so that the lines are those of what runs.
      instrumentation.addTransformer(new LineWeaver(new LineScope()));
      instrumentation.addTransformer(new GeneratedLines());
      instrumentation.addTransformer(new StaticsWatch());
    }
    drain[0].start();
    new ClockThread(inspector::isRecording, this::switchedOff, this::hookFailed, this::govern)
        .start();
    if (!process.role().equals("other")) {
      uplink.connect();
    }
  }

  /**
   * Lets the probes see how many buckets a hash map has. A JVM that does not allow it costs a walk
   * through each map: its keys are hashed then.
   */
  private static void open(Instrumentation instrumentation) {
    try {
      instrumentation.redefineModule(
          HashMap.class.getModule(),
          Set.of(),
          Map.of(),
          Map.of("java.util", Set.of(Hooks.class.getModule())),
          Set.of(),
          Map.of());
    } catch (RuntimeException e) {
      System.err.println("[sightglass] maps are hashed to tell their order: " + e);
    }
  }

  /**
   * Called once by the entry class. Never throws.
   *
   * @param arguments what follows the agent's jar on the command line
   * @param began {@link System#nanoTime()} when the agent was entered
   */
  public static void start(
      String arguments, Instrumentation instrumentation, String version, long began) {
    Options options;
    try {
      options = Options.parse(arguments);
    } catch (Options.BadOption e) {
      System.err.println("[sightglass] " + e.getMessage() + ": nothing is recorded");
      return;
    }
    new Agent(options, version, instrumentation);
    System.setProperty("sightglass.running", version);
    if (options.verbose) {
      long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      System.err.println("[sightglass] version " + version + " started in " + ms + " ms");
    }
  }

  /** The process ends: the last blocks, and a last word on the hooks. */
  private void flush(Drain drain) {
    inspector.finish();
    drain.finish(FLUSH_MILLIS);
    uplink.statusChanged();
  }

  /** What was told so far gets to the server; waits for it. */
  private void bring(Drain drain) {
    drain.flush(FLUSH_MILLIS);
    Uplink u = uplink.connected();
    if (u != null) {
      u.awaitAcks(FLUSH_MILLIS);
    }
  }

  /** Hooks went off, by command or after failures: tell it, and close what was recorded. */
  private void switchedOff() {
    inspector.switchOff();
    uplink.statusChanged();
  }

  private String follow(Object policy) {
    try {
      inspector.follow(Policy.read(policy));
      refused = "";
      refusedWhy = "";
      return null;
    } catch (Policy.BadPolicy e) {
      Object version = policy instanceof Map ? ((Map<?, ?>) policy).get("version") : null;
      refusedWhy = e.getMessage();
      refused = String.valueOf(version);
      return e.getMessage();
    } finally {
      uplink.statusChanged();
    }
  }

  /** Sends what was kept of recordings. */
  private String ship(Object recordings) {
    if (!(recordings instanceof List)) {
      return "lookback wants a list of recordings";
    }
    Set<String> ids = new HashSet<>();
    ((List<?>) recordings).forEach(r -> ids.add(String.valueOf(r)));
    Uplink u = uplink.connected();
    if (u != null) {
      u.lookBack().ship(ids);
      uplink.statusChanged();
    }
    return null;
  }

  /** Once a second: is recording within its budgets? */
  private void govern() {
    inspector.askForHooks();
    Retreat now = governor.check(System.nanoTime(), inspector.policy().budgets());
    if (now != null) {
      inspector.retreat(now);
      uplink.statusChanged();
    }
  }

  @Override
  public long cpuNanos() {
    return selfTest.cpuNanos() + selfTest.hookNanos();
  }

  @Override
  public long bytes() {
    Uplink u = uplink.connected();
    return u == null ? 0 : u.made();
  }

  @Override
  public long memory() {
    Uplink u = uplink.connected();
    return pool.allocated() + (u == null ? 0 : u.memory());
  }

  /** Members of STATUS about the policy and what recording costs. */
  private void status(JsonWriter json) {
    json.name("policy").beginObject();
    json.name("version").value(inspector.policy().version());
    json.name("tasks").value(inspector.tasks());
    json.name("behind").value(inspector.behind());
    json.name("refused").value(refused).name("why").value(refusedWhy);
    json.endObject();
    Retreat r = governor.retreat();
    json.name("governor").beginObject();
    json.name("step").value(r.step()).name("why").value(r.why());
    json.name("text").value(Retreat.describe(r.step()));
    json.name("cpu_ppm").value((long) (governor.share() * 1_000_000));
    json.name("bytes_per_s").value((long) governor.rate());
    json.name("memory").value(memory());
    json.endObject();
    selfTest.spent(json);
  }

  /** Lets a hook fail, for tests of the agent alone: {@code -Dsightglass.test.fault=<id>}. */
  private void injectFault() {
    String id = System.getProperty("sightglass.test.fault");
    for (int i = 0; id != null && i < hooks.size(); i++) {
      if (hooks.get(i).id().equals(id)) {
        Hooks.inject(i);
      }
    }
  }

  /** A hook went off after a failure: what it told is missing from here on. */
  private void hookFailed() {
    boolean any = false;
    for (int i = 0; i < hooks.size(); i++) {
      any |= Hooks.fault(i) != null;
    }
    if (!any) {
      // They were switched on again.
      failed.clear();
      inspector.switchOn();
    }
    for (int i = 0; i < hooks.size(); i++) {
      String fault = Hooks.fault(i);
      String id = hooks.get(i).id();
      if (fault == null || !failed.add(id)) {
        continue;
      }
      String why = "hook " + id + " failed and is switched off: " + fault;
      if (FlinkHooks.isEssential(id)) {
        inspector.refuse(why);
      } else {
        inspector.without(why);
      }
    }
    uplink.statusChanged();
  }

  @Override
  public String run(String command, Map<String, Object> arguments) {
    switch (command) {
      case "stop":
        Hooks.stop("stopped by the server");
        return null;
      case "start":
        // Tasks that run missed a stretch that nobody counted: they stay out, new ones are
        // recorded.
        inspector.switchOff();
        Hooks.start();
        hookFailed();
        uplink.statusChanged();
        return null;
      case "policy":
        return follow(arguments.get("policy"));
      case "lookback":
        return ship(arguments.get("recordings"));
      default:
        return "unknown command";
    }
  }
}
