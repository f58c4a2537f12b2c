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
import java.util.concurrent.TimeUnit;

/** The agent of one process. */
public final class Agent implements Commands {
  private static final long FLUSH_MILLIS = 1000;

  private final FlinkInspector inspector;
  private final LateUplink uplink;
  private final SelfTest selfTest;

  private Agent(Options options, String version, Instrumentation instrumentation) {
    ProcessIdentity process = ProcessIdentity.read(version);
    Tally tally = new Tally();
    List<Hook> hooks = FlinkHooks.all(options.off);
    selfTest = new SelfTest(process, hooks, tally, options.verbose);
    Drain[] drain = new Drain[1];
    uplink = new LateUplink(options.uplink(), selfTest, this, () -> flush(drain[0]));
    drain[0] = new Drain(options.codec, uplink);
    inspector = new FlinkInspector(process, drain[0], new ChunkPool(options.memory), tally);
    selfTest.onChange(uplink::statusChanged);
    selfTest.onRefused(inspector::refused);
    Hooks.install(inspector);
    instrumentation.addTransformer(new Weaver(hooks, selfTest));
    drain[0].start();
    new ClockThread(inspector::isRecording, this::switchedOff).start();
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
