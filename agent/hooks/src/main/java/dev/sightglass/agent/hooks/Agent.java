package dev.sightglass.agent.hooks;

import dev.sightglass.agent.hooks.drain.Drain;
import dev.sightglass.agent.hooks.drain.Tally;
import dev.sightglass.agent.hooks.flink.FlinkHooks;
import dev.sightglass.agent.hooks.flink.FlinkInspector;
import dev.sightglass.agent.hooks.flink.ProcessIdentity;
import dev.sightglass.agent.hooks.policy.Policy;
import dev.sightglass.agent.hooks.weave.Hook;
import dev.sightglass.agent.hooks.weave.Weaver;
import dev.sightglass.agent.wire.Commands;
import dev.sightglass.bootstrap.ChunkPool;
import dev.sightglass.bootstrap.Hooks;
import java.lang.instrument.Instrumentation;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The agent of one process. */
public final class Agent implements Commands {
  private static final long FLUSH_MILLIS = 1000;

  private final FlinkInspector inspector;
  private final LateUplink uplink;
  private final SelfTest selfTest;
  private final List<Hook> hooks;

  /** Ids of hooks whose failure was told. */
  private final Set<String> failed = ConcurrentHashMap.newKeySet();

  private Agent(Options options, String version, Instrumentation instrumentation) {
    ProcessIdentity process = ProcessIdentity.read(version);
    Tally tally = new Tally();
    hooks = FlinkHooks.all(options.off);
    for (int i = 0; i < hooks.size(); i++) {
      Hooks.declare(i, hooks.get(i).id(), FlinkHooks.isEssential(hooks.get(i).id()));
    }
    selfTest = new SelfTest(process, hooks, tally, options.verbose);
    Drain[] drain = new Drain[1];
    uplink = new LateUplink(options.uplink(), selfTest, this, () -> flush(drain[0]));
    drain[0] = new Drain(options.codec, uplink);
    inspector = new FlinkInspector(process, drain[0], new ChunkPool(options.memory), tally);
    selfTest.onChange(uplink::statusChanged);
    selfTest.onUnfit(inspector);
    Hooks.install(inspector);
    injectFault();
    instrumentation.addTransformer(new Weaver(hooks, selfTest));
    drain[0].start();
    new ClockThread(inspector::isRecording, this::switchedOff, this::hookFailed).start();
    if (!process.role().equals("other")) {
      uplink.connect();
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
    drain.finish(FLUSH_MILLIS);
    uplink.statusChanged();
  }

  /** Hooks went off, by command or after failures: tell it, and close what was recorded. */
  private void switchedOff() {
    inspector.switchOff();
    uplink.statusChanged();
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
        try {
          inspector.follow(Policy.read(arguments.get("policy")));
          return null;
        } catch (Policy.BadPolicy e) {
          return e.getMessage();
        }
      default:
        return "unknown command";
    }
  }
}
